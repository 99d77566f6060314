/**
 * Build: from a decoded variant to MoLT as a block and as a graph.
 * idea:  sizes known only at run time enter through one fresh scope per variant and one per layer, so the whole model is still
 *        checked by the compiler, for every variant at once.
 * source: parameter names and outputs are the contract of `molt run`
 */
import { type Either, map } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fault } from '../../shapes/fault.ts';
import { type Add, type Dim, dim, type DimOf, mapV, type Mul, reify, type Tensor, tabulate, timesD, withSizes } from '../../shapes/index.ts';
import { add, block, type Declared, declaredOf, each, instantiate, mean, type Node, opaque, reduce, type SomeBlock, square, unwrap } from '../../dsl/index.ts';
import { type Both, both, bothBlocks, modalities, modality } from '../modality.ts';
import { gather, type MoltOutput } from '../molt.ts';
import type { Distil } from '../td.ts';
import { averageFusion, type Fusion, gateFusion, layerTfm, tfm } from '../tfm.ts';
import { type Common, type Layer, layerSharedFdm, noProjection, ownFdm, type Project, projection, readLayer, readLentLayer, sharedFdm, someTd } from './layer.ts';
import { type MoltAdapter, moltOnly, type MoltVariant, type Variant, widthAt } from './variant.ts';

/** MoLT on the inputs `visual.l` and `audio.l` of a batch. M = L·Z tokens, D and C final channels, E experts. */
export interface Model<in out L extends Dim, in out M extends Dim, in out D extends Dim, in out C extends Dim, in out E extends Dim> {
  <B extends Dim>(b: DimOf<B>): MoltOutput<B, L, M, D, C, E>;
}
export interface ModelSizes<in out M extends Dim, in out D extends Dim, in out C extends Dim> {
  readonly m: DimOf<M>;
  readonly d: DimOf<D>;
  readonly c: DimOf<C>;
}

const fusions = {
  mlp: (config, l, z, d) => reify(config.hidden, (r) => (config.over === 'token' ? opaque(tfm(timesD(l, z), d, r)) : opaque(layerTfm(l, z, d, r)))),
  average: (_, l, z) => opaque(averageFusion(timesD(l, z))),
  gates: (_, l, z) => opaque(gateFusion(l, z)),
} as const satisfies {
  readonly [K in MoltAdapter['fusion']['kind']]: <L extends Dim, Z extends Dim, D extends Dim>(config: MoltAdapter['fusion'], l: DimOf<L>, z: DimOf<Z>, d: DimOf<D>) => SomeBlock<Fusion<Mul<L, Z>, D>>;
};

/** The channels of a layer, and the map to the final ones: none where they are the same. */
const channels = <F extends Dim, R>(size: number, final: DimOf<F>, k: <D extends Dim>(d: DimOf<D>, project: SomeBlock<Project<D, F>>) => R): R =>
  size === final.size ? k(final, noProjection()) : reify(size, (d) => k(d, projection(d, final)));

type LayerSizes = {
  readonly N: number;
  readonly D: number;
  readonly M: number;
  readonly C: number;
  readonly K: number;
  readonly G: number;
};
const sizesAt = (variant: MoltVariant, l: number): LayerSizes => {
  const [v, a] = [variant.features.visual[l], variant.features.audio[l]];
  const inner = (m: 'visual' | 'audio'): number => widthAt(variant, m, l) / variant.adapter.heads;
  return { N: v?.tokens ?? 0, D: v?.channels ?? 0, M: a?.tokens ?? 0, C: a?.channels ?? 0, K: inner('visual'), G: inner('audio') };
};

/** Layer l with TDs of its own, per adapter or one set. */
const ownLayer = <Z extends Dim, U extends Dim, J extends Dim, H extends Dim, R extends Dim, D extends Dim, C extends Dim>(
  variant: MoltVariant, l: number, common: Common<Z, U, J, H, R>, d: DimOf<D>, c: DimOf<C>): SomeBlock<Layer<Z, D, C, Add<U, J>>> => {
  const size = sizesAt(variant, l);
  return channels(size.D, d, (dv, pv) => channels(size.C, c, (da, pa) => withSizes(size, (t) => {
    const sized = { common, visual: modality(dv, common.heads, t.K, t.N), audio: modality(da, common.heads, t.G, t.M), mix: variant.adapter.mix };
    return readLayer(l, both([t.N, dv], [t.M, da]), variant.adapter.share === 'none' ? ownFdm(sized) : layerSharedFdm(sized), pv, pa);
  })));
};

/** Layer l whose TDs are given. */
const lentLayer = <Z extends Dim, U extends Dim, J extends Dim, H extends Dim, R extends Dim, D extends Dim, K extends Dim, C extends Dim, G extends Dim>(
  variant: MoltVariant, l: number, common: Common<Z, U, J, H, R>, d: DimOf<D>, k: DimOf<K>, c: DimOf<C>, g: DimOf<G>): SomeBlock<(lent: Both<Distil<D>, Distil<C>>) => Layer<Z, D, C, Add<U, J>>> =>
  withSizes(sizesAt(variant, l), (t) => readLentLayer(l, both([t.N, d], [t.M, c]), sharedFdm({ common, visual: modality(d, common.heads, k, t.N), audio: modality(c, common.heads, g, t.M), mix: variant.adapter.mix })));

/** MoLT of a variant, with its sizes, for whoever asks. */
export const withModel = <X>(variant: MoltVariant, use: <L extends Dim, M extends Dim, D extends Dim, C extends Dim, E extends Dim>(model: SomeBlock<Model<L, M, D, C, E>>, sizes: ModelSizes<M, D, C>) => X): X => {
  const { adapter, features } = variant;
  const layers = features.visual.length;
  const last = sizesAt(variant, layers - 1);
  const config = { L: layers, Z: adapter.tokens, U: adapter.uda, J: adapter.cda, H: adapter.heads, R: adapter.router.hidden, D: last.D, C: last.C, K: last.K, G: last.G };
  return withSizes(config, (s) => {
    const common = { z: s.Z, uda: s.U, cda: s.J, heads: s.H, router: s.R };
    const tfms = bothBlocks(fusions[adapter.fusion.kind](adapter.fusion, s.L, s.Z, s.D), fusions[adapter.fusion.kind](adapter.fusion, s.L, s.Z, s.C));
    const sizes = { m: timesD(s.L, s.Z), d: s.D, c: s.C };
    if (adapter.share !== 'all') {
      const fdm = each(tabulate(s.L, (l) => ownLayer(variant, l, common, s.D, s.C)));
      return use(opaque(block({ fdm, tfm: tfms }, (p) => <B extends Dim>(b: DimOf<B>) => gather(s.L, s.Z, p.tfm)(pipe(p.fdm, mapV((layer) => layer(b)))))), sizes);
    }
    const fdm = each(tabulate(s.L, (l) => lentLayer(variant, l, common, s.D, s.K, s.C, s.G)));
    const lent = bothBlocks(someTd(modality(s.D, s.H, s.K, dim(1))), someTd(modality(s.C, s.H, s.G, dim(1))));
    return use(opaque(block({ fdm, td: lent, tfm: tfms }, (p) => <B extends Dim>(b: DimOf<B>) => gather(s.L, s.Z, p.tfm)(pipe(p.fdm, mapV((layer) => layer(p.td)(b)))))), sizes);
  });
};

/** One batch as graph nodes, under the names of `molt run`. */
export interface BuiltBatch {
  /** fused.m [B, D], weights.m [B, L·Z], tokens.m [B, L·Z, D], router.l [B, E], tor.m [B] */
  readonly outputs: ReadonlyMap<string, Node>;
  /** Σ_m mean(fused_m²) + Σ_m mean_B(tor_m), a scalar */
  readonly objective: Node;
  /** visual.l and audio.l */
  readonly inputs: ReadonlyMap<string, { readonly sizes: readonly number[]; readonly dtype: 'f32' }>;
}
export interface Built {
  readonly declared: ReadonlyMap<string, Declared>;
  readonly outputs: (batch: number) => BuiltBatch;
}

const objective = <B extends Dim, L extends Dim, M extends Dim, D extends Dim, C extends Dim, E extends Dim>(out: MoltOutput<B, L, M, D, C, E>): Tensor<[]> => {
  const power = add(reduce('mean', 'b d -> ')(square(out.fused.visual)), reduce('mean', 'b d -> ')(square(out.fused.audio)));
  return add(power, add(mean(-1)(out.tor.visual), mean(-1)(out.tor.audio)));
};

const named = <B extends Dim, L extends Dim, M extends Dim, D extends Dim, C extends Dim, E extends Dim>(out: MoltOutput<B, L, M, D, C, E>): ReadonlyMap<string, Node> =>
  new Map<string, Node>([
    ...modalities.map((m): [string, Node] => [`fused.${m}`, unwrap(out.fused[m])]),
    ...modalities.map((m): [string, Node] => [`weights.${m}`, unwrap(out.weights[m])]),
    ...modalities.map((m): [string, Node] => [`tokens.${m}`, unwrap(out.tokens[m])]),
    ...out.router.items.map((w, l): [string, Node] => [`router.${l}`, unwrap(w)]),
    ...modalities.map((m): [string, Node] => [`tor.${m}`, unwrap(out.tor[m])]),
  ]);

/** Weights, inputs and outputs of MoLT itself, by the names of the contract, whatever the task. errors: Unsupported for other adapters */
export const buildVariant = (given: Variant): Either<Fault, Built> => pipe(moltOnly(given), map((variant) =>
  withModel(variant, (model) => {
    const run = instantiate(model);
    return {
      declared: declaredOf(model),
      outputs: (batch) => reify(batch, (b) => {
        const out = run(b);
        const inputs = modalities.flatMap((m) => variant.features[m].map((f, l): [string, { readonly sizes: readonly number[]; readonly dtype: 'f32' }] => [`${m}.${l}`, { sizes: [batch, f.tokens, f.channels], dtype: 'f32' }]));
        return { outputs: named(out), objective: unwrap(objective(out)), inputs: new Map(inputs) };
      }),
    };
  })));
