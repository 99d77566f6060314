/**
 * Encoder: an adapter as one thing: from the stored features of B segments to one vector a stream, and what else heads look at.
 * idea:   sizes that only a variant knows enter here once; heads and losses are written over what an encoder shows.
 * not:    adapters inside the trunks: `inner-encoder.ts`.
 */
import { pipe } from 'fp-ts/lib/function.js';
import { type Dim, type DimOf, mapV, reifyV, tabulate, type Tensor, type Vec, withSizes } from '../../shapes/index.ts';
import { block, type Declared, declaredOf, each, input, instantiate, mapBlock, type Node, opaque, reduce, type SomeBlock, unwrap } from '../../dsl/index.ts';
import { type Lcd, lastLcd, lcd, mti, type Mti, pooledTokens } from '../adapters/mettle.ts';
import { closeTokens, openTokens, type Tokens } from '../backbones/grid.ts';
import { torLoss } from '../loss.ts';
import { both, bothBlocks, modalities, modality, type ModalityName } from '../modality.ts';
import type { Seen, Streams } from '../tasks/head.ts';
import { withModel } from './build.ts';
import { stageSizes, storedScene } from './scene.ts';
import { type Features, isMettle, isMolt, type MettleAdapter, type MoltVariant, type ParallelVariant, type VariantOf, widthAt } from './variant.ts';

/** What an adapter gives for B segments. */
export interface Encoded<in out B extends Dim, in out D extends Dim, in out C extends Dim, in out M extends Dim> extends Seen<B, D, C, M> {
  /** what else it can show */
  readonly outputs: ReadonlyMap<string, Node>;
  /** its own part of the loss, a scalar */
  readonly penalty?: Tensor<[]>;
}
export interface Encoder<in out D extends Dim, in out C extends Dim, in out M extends Dim> extends Streams<D, C, M> {
  /** every weight, those of the trunks among them where they are part of it */
  readonly declared: ReadonlyMap<string, Declared>;
  readonly encode: <B extends Dim>(b: DimOf<B>) => Encoded<B, D, C, M>;
}
/** What is done with an encoder, whatever its channels. */
export type UseEncoder<X> = <D extends Dim, C extends Dim, M extends Dim>(encoder: Encoder<D, C, M>) => X;

const nothing: ReadonlyMap<string, Node> = new Map();
const none: Features = { tokens: 0, channels: 0 };

/** MoLT on stored features. */
export const moltEncoder = <X>(variant: MoltVariant, use: UseEncoder<X>): X =>
  withModel(variant, (model, sizes) => {
    const run = instantiate(model);
    const { tor } = variant.adapter;
    const stages = stageSizes(variant);
    const scene = storedScene(stages);
    return use({
      d: sizes.d, c: sizes.c, m: sizes.m, distilled: true, stages, declared: declaredOf(model),
      encode: (b) => {
        const out = run(b);
        const outputs = new Map<string, Node>([
          ...modalities.map((m): [string, Node] => [`weights.${m}`, unwrap(out.weights[m])]),
          ...modalities.map((m): [string, Node] => [`tokens.${m}`, unwrap(out.tokens[m])]),
          ...modalities.map((m): [string, Node] => [`tor.${m}`, unwrap(out.tor[m])]),
          ...out.router.items.map((w, l): [string, Node] => [`router.${l}`, unwrap(w)]),
        ]);
        return { vectors: out.fused, tokens: out.tokens, scene: scene(b), outputs, ...(tor.weight === 0 ? {} : { penalty: torLoss(tor, sizes.m.size)(out.tor) }) };
      },
    });
  });

/** A layer that reads its own features. shape: → [B, Z, F] */
interface Read<in out Z extends Dim, in out F extends Dim> {
  <B extends Dim>(b: DimOf<B>): Tensor<[B, Z, F]>;
}
const reading = <N extends Dim, D extends Dim, Z extends Dim, F extends Dim>(name: string, n: DimOf<N>, d: DimOf<D>, distil: SomeBlock<Lcd<N, D, Z, F>>): SomeBlock<Read<Z, F>> =>
  opaque(mapBlock((f: Lcd<N, D, Z, F>): Read<Z, F> => (b) => f(input(name, b, n, d)))(distil));

/** Meta-tokens of L layers. shape: → L of [B, Z, F] */
interface Meta<in out L extends Dim, in out Z extends Dim, in out F extends Dim> {
  <B extends Dim>(b: DimOf<B>): Vec<L, Tensor<[B, Z, F]>>;
}

/** LCD of some layers of one modality, at the last one's channels F; `first` is the place of the first of them. */
const distilled = <L extends Dim, Z extends Dim, H extends Dim, F extends Dim>(variant: VariantOf<MettleAdapter>, m: ModalityName, first: number, l: DimOf<L>, z: DimOf<Z>, h: DimOf<H>, last: DimOf<F>): SomeBlock<Meta<L, Z, F>> => {
  const layer = (i: number): SomeBlock<Read<Z, F>> => {
    const { tokens, channels } = variant.features[m][first + i] ?? none;
    return withSizes({ N: tokens, D: channels, K: widthAt(variant, m, first + i) / variant.adapter.heads }, (s): SomeBlock<Read<Z, F>> =>
      channels === last.size
        ? reading(`${m}.${first + i}`, s.N, last, lastLcd(z, modality(last, h, s.K, s.N)))
        : reading(`${m}.${first + i}`, s.N, s.D, lcd(z, modality(s.D, h, s.K, s.N), last)));
  };
  return opaque(block({ layers: each(tabulate(l, layer)) }, (p): Meta<L, Z, F> => (b) => pipe(p.layers, mapV((read) => read(b)))));
};

const lastOf = (features: readonly Features[]): Features => features.at(-1) ?? none;

/** Takes the tokens of both streams back into the pictures of a stage. */
interface Guide<in out Z extends Dim, in out D extends Dim, in out C extends Dim> {
  <B extends Dim>(x: Tokens<B>, visual: Tensor<[B, Z, D]>, audio: Tensor<[B, Z, C]>): Tokens<B>;
}
const guide = <Z extends Dim, N extends Dim, E extends Dim, D extends Dim, C extends Dim>(n: DimOf<N>, e: DimOf<E>, ask: SomeBlock<Mti<E, D, C>>): SomeBlock<Guide<Z, D, C>> =>
  opaque(mapBlock((f: Mti<E, D, C>): Guide<Z, D, C> => (x, visual, audio) => closeTokens(f(openTokens(n, e)(x), visual, audio)))(ask));

const mettleOf = <X, L extends Dim, Z extends Dim, H extends Dim, D extends Dim, C extends Dim>(
  variant: VariantOf<MettleAdapter>, l: DimOf<L>, z: DimOf<Z>, h: DimOf<H>, d: DimOf<D>, c: DimOf<C>, use: UseEncoder<X>): X => {
  const first = variant.features.visual.length - l.size;
  const stages = stageSizes(variant);
  const guided = variant.task.kind === 'avs' ? stages.slice(0, -1) : [];
  const guides = guided.map(({ tokens, channels }) => withSizes({ N: tokens, E: channels, K: channels / h.size }, (s): SomeBlock<Guide<Z, D, C>> => guide(s.N, s.E, mti(s.E, h, s.K, d, c))));
  return reifyV(guides, (_, list) => {
    const lcds = bothBlocks(distilled(variant, 'visual', first, l, z, h, d), distilled(variant, 'audio', first, l, z, h, c));
    const whole = block({ lcd: lcds, mti: each(list) }, (p) => p);
    const run = instantiate(whole);
    const scene = storedScene(stages);
    return use({
      d, c, distilled: true, stages, declared: declaredOf(whole),
      encode: <B extends Dim>(b: DimOf<B>): Encoded<B, D, C, Dim> => {
        const [visual, audio] = [run.lcd.visual(b), run.lcd.audio(b)];
        const [v, a] = [visual.items.at(-1), audio.items.at(-1)];
        const stored = scene(b);
        const told = (): readonly Tokens<B>[] => stored.stages().map((x, i) => (v === undefined || a === undefined ? x : (run.mti.items[i]?.(x, v, a) ?? x)));
        return { vectors: both(pooledTokens(visual), pooledTokens(audio)), scene: { ...stored, stages: told }, outputs: nothing };
      },
    });
  });
};

/**
 * Mettle on stored features: LCD of every layer, and the mean of its tokens; for segmentation LCD of the last layer alone, whose tokens MTI takes
 * back into the stages before it. Names: lcd.{modality}.layers.{l}, mti.{stage}.
 */
export const mettleEncoder = <X>(variant: VariantOf<MettleAdapter>, use: UseEncoder<X>): X => {
  const { adapter, features, task } = variant;
  const layers = task.kind === 'avs' ? 1 : features.visual.length;
  return withSizes({ L: layers, Z: adapter.tokens, H: adapter.heads, D: lastOf(features.visual).channels, C: lastOf(features.audio).channels }, (s) => mettleOf(variant, s.L, s.Z, s.H, s.D, s.C, use));
};

/** The last layer's stored features, pooled. */
export const pooledEncoder = <X>(variant: Pick<ParallelVariant, 'features' | 'backbones'>, use: UseEncoder<X>): X => {
  const { features } = variant;
  const [v, a, l] = [lastOf(features.visual), lastOf(features.audio), features.visual.length - 1];
  const stages = stageSizes(variant);
  const scene = storedScene(stages);
  return withSizes({ N: v.tokens, D: v.channels, M: a.tokens, C: a.channels }, (s) => {
    const pooled = reduce('mean', 'b n d -> b d');
    return use({
      d: s.D, c: s.C, distilled: false, stages, declared: new Map(),
      encode: (b) => ({ vectors: both(pooled(input(`visual.${l}`, b, s.N, s.D)), pooled(input(`audio.${l}`, b, s.M, s.C))), scene: scene(b), outputs: nothing }),
    });
  });
};

/** An adapter beside the trunks, on stored features. */
export const parallelEncoder = <X>(variant: ParallelVariant, use: UseEncoder<X>): X =>
  isMolt(variant) ? moltEncoder(variant, use) : isMettle(variant) ? mettleEncoder(variant, use) : pooledEncoder(variant, use);
