/**
 * Encoder: an adapter as one thing: from the stored features of B segments to one vector a stream.
 * idea:   sizes that only a variant knows enter here once; heads and losses are written over the vectors.
 * not:    adapters inside the trunks: `inner-encoder.ts`.
 */
import { pipe } from 'fp-ts/lib/function.js';
import { type Dim, type DimOf, mapV, reifyV, type Tensor, withSizes } from '../../shapes/index.ts';
import { block, type Declared, declaredOf, each, input, instantiate, mapBlock, type Node, opaque, reduce, type SomeBlock, unwrap } from '../../dsl/index.ts';
import { type Lcd, lastLcd, lcd, pooledTokens } from '../adapters/mettle.ts';
import { torLoss } from '../loss.ts';
import { type Both, both, bothBlocks, modalities, modality, type ModalityName } from '../modality.ts';
import { withModel } from './build.ts';
import { type Features, isMettle, isMolt, type MettleAdapter, type MoltVariant, type ParallelVariant, type VariantOf, widthAt } from './variant.ts';

/** What an adapter gives for B segments. */
export interface Encoded<in out B extends Dim, in out D extends Dim, in out C extends Dim> {
  /** [B, D] and [B, C] */
  readonly vectors: Both<Tensor<[B, D]>, Tensor<[B, C]>>;
  /** what else it can show */
  readonly outputs: ReadonlyMap<string, Node>;
  /** its own part of the loss, a scalar */
  readonly penalty?: Tensor<[]>;
}
export interface Encoder<in out D extends Dim, in out C extends Dim> {
  readonly d: DimOf<D>;
  readonly c: DimOf<C>;
  /** every weight, those of the trunks among them where they are part of it */
  readonly declared: ReadonlyMap<string, Declared>;
  readonly encode: <B extends Dim>(b: DimOf<B>) => Encoded<B, D, C>;
}
/** What is done with an encoder, whatever its channels. */
export type UseEncoder<X> = <D extends Dim, C extends Dim>(encoder: Encoder<D, C>) => X;

const nothing: ReadonlyMap<string, Node> = new Map();

/** MoLT on stored features. */
export const moltEncoder = <X>(variant: MoltVariant, use: UseEncoder<X>): X =>
  withModel(variant, (model, sizes) => {
    const run = instantiate(model);
    const { tor } = variant.adapter;
    return use({
      d: sizes.d, c: sizes.c, declared: declaredOf(model),
      encode: (b) => {
        const out = run(b);
        const outputs = new Map<string, Node>([
          ...modalities.map((m): [string, Node] => [`weights.${m}`, unwrap(out.weights[m])]),
          ...modalities.map((m): [string, Node] => [`tokens.${m}`, unwrap(out.tokens[m])]),
          ...modalities.map((m): [string, Node] => [`tor.${m}`, unwrap(out.tor[m])]),
          ...out.router.items.map((w, l): [string, Node] => [`router.${l}`, unwrap(w)]),
        ]);
        return { vectors: out.fused, outputs, ...(tor.weight === 0 ? {} : { penalty: torLoss(tor, sizes.m.size)(out.tor) }) };
      },
    });
  });

/** A layer that reads its own features. shape: → [B, Z, F] */
interface Read<in out Z extends Dim, in out F extends Dim> {
  <B extends Dim>(b: DimOf<B>): Tensor<[B, Z, F]>;
}
const reading = <N extends Dim, D extends Dim, Z extends Dim, F extends Dim>(name: string, n: DimOf<N>, d: DimOf<D>, distil: SomeBlock<Lcd<N, D, Z, F>>): SomeBlock<Read<Z, F>> =>
  opaque(mapBlock((f: Lcd<N, D, Z, F>): Read<Z, F> => (b) => f(input(name, b, n, d)))(distil));

/** One vector for each of B segments. shape: → [B, F] */
interface Pooled<in out F extends Dim> {
  <B extends Dim>(b: DimOf<B>): Tensor<[B, F]>;
}

/** LCD of every layer of one modality, at the last one's channels F. */
const distilled = <Z extends Dim, H extends Dim, F extends Dim>(variant: VariantOf<MettleAdapter>, m: ModalityName, z: DimOf<Z>, h: DimOf<H>, last: DimOf<F>): SomeBlock<Pooled<F>> => {
  const layers = variant.features[m].map(({ tokens, channels }, l) =>
    withSizes({ N: tokens, D: channels, K: widthAt(variant, m, l) / variant.adapter.heads }, (s): SomeBlock<Read<Z, F>> =>
      channels === last.size
        ? reading(`${m}.${l}`, s.N, last, lastLcd(z, modality(last, h, s.K, s.N)))
        : reading(`${m}.${l}`, s.N, s.D, lcd(z, modality(s.D, h, s.K, s.N), last))));
  return reifyV(layers, (_, list) => opaque(block({ layers: each(list) }, (p): Pooled<F> => (b) => pooledTokens(pipe(p.layers, mapV((layer) => layer(b)))))));
};

const lastOf = (features: readonly Features[]): Features => features.at(-1) ?? { tokens: 0, channels: 0 };

/** Mettle's LCD on stored features, and the mean of its tokens. Names: lcd.{modality}.layers.{l}. */
export const mettleEncoder = <X>(variant: VariantOf<MettleAdapter>, use: UseEncoder<X>): X => {
  const { adapter, features } = variant;
  return withSizes({ Z: adapter.tokens, H: adapter.heads, D: lastOf(features.visual).channels, C: lastOf(features.audio).channels }, (s) => {
    const whole = block({ lcd: bothBlocks(distilled(variant, 'visual', s.Z, s.H, s.D), distilled(variant, 'audio', s.Z, s.H, s.C)) }, (p) => p.lcd);
    const run = instantiate(whole);
    return use({ d: s.D, c: s.C, declared: declaredOf(whole), encode: (b) => ({ vectors: both(run.visual(b), run.audio(b)), outputs: nothing }) });
  });
};

/** The last layer's stored features, pooled. */
export const pooledEncoder = <X>(features: Both<readonly Features[]>, use: UseEncoder<X>): X => {
  const [v, a, l] = [lastOf(features.visual), lastOf(features.audio), features.visual.length - 1];
  return withSizes({ N: v.tokens, D: v.channels, M: a.tokens, C: a.channels }, (s) => {
    const pooled = reduce('mean', 'b n d -> b d');
    return use({ d: s.D, c: s.C, declared: new Map(), encode: (b) => ({ vectors: both(pooled(input(`visual.${l}`, b, s.N, s.D)), pooled(input(`audio.${l}`, b, s.M, s.C))), outputs: nothing }) });
  });
};

/** An adapter beside the trunks, on stored features. */
export const parallelEncoder = <X>(variant: ParallelVariant, use: UseEncoder<X>): X =>
  isMolt(variant) ? moltEncoder(variant, use) : isMettle(variant) ? mettleEncoder(variant, use) : pooledEncoder(variant.features, use);
