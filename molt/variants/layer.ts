/**
 * Layer: one adapted layer pair of a variant as a block, from sizes known only at run time.
 * idea:  every option is a block of one common type, so the equations are written once; a layer whose channels differ from
 *        the last layer's carries a linear map to them (reading A10).
 */
import { pipe } from 'fp-ts/lib/function.js';
import { isSome } from 'fp-ts/lib/Option.js';
import { type Add, type Dim, type DimOf, mapV, plusD, same, type Tensor, timesD } from '../../shapes/index.ts';
import { beside, type Block, block, type BoundOf, copies, einsum, fanIn, input, mapBlock, opaque, param, pure, type SomeBlock, weight } from '../../dsl/index.ts';
import { ca } from '../ca.ts';
import { cda, cdaSide, sharedCda, sharedCdaSide } from '../cda.ts';
import { fdm, fdmOf, type LayerDistil, type LayerTokens } from '../fdm.ts';
import { type Mixing, pooledMix, tokenMix } from '../mix.ts';
import { type Both, both, bothBlocks, type Modality } from '../modality.ts';
import { router } from '../router.ts';
import { type Distil, narrowTd, td } from '../td.ts';
import { sharedUda, uda } from '../uda.ts';
import type { MoltAdapter } from './variant.ts';

/** A layer pair that reads its own features. shape: batch B → Z tokens of both modalities, at the final channels */
export interface Layer<in out Z extends Dim, in out D extends Dim, in out C extends Dim, in out E extends Dim> {
  <B extends Dim>(b: DimOf<B>): LayerTokens<B, Z, D, C, E>;
}

/** TD with an output projection only where H·K ≠ D. */
export const someTd = <D extends Dim, H extends Dim, K extends Dim, N extends Dim>(m: Modality<D, H, K, N>): SomeBlock<Distil<D>> => {
  const full = same(timesD(m.h, m.k), m.d);
  return isSome(full) ? opaque(td(m, full.value)) : opaque(narrowTd(m));
};

const mixes = {
  token: (z, m) => opaque(tokenMix(z, m.n)),
  'pooled-channel': (z, m) => opaque(pooledMix(z, m.d)),
} as const satisfies { readonly [M in MoltAdapter['mix']]: <Z extends Dim, D extends Dim, H extends Dim, K extends Dim, N extends Dim>(z: DimOf<Z>, m: Modality<D, H, K, N>) => SomeBlock<Mixing<N, D, Z>> };

/** Sizes that all layers of a variant share. */
export interface Common<in out Z extends Dim, in out U extends Dim, in out J extends Dim, in out H extends Dim, in out R extends Dim> {
  readonly z: DimOf<Z>;
  readonly uda: DimOf<U>;
  readonly cda: DimOf<J>;
  readonly heads: DimOf<H>;
  readonly router: DimOf<R>;
}

type Sized<Z extends Dim, U extends Dim, J extends Dim, H extends Dim, R extends Dim, D extends Dim, K extends Dim, N extends Dim, C extends Dim, G extends Dim, M extends Dim> = {
  readonly common: Common<Z, U, J, H, R>;
  readonly visual: Modality<D, H, K, N>;
  readonly audio: Modality<C, H, G, M>;
  readonly mix: MoltAdapter['mix'];
};

/** Adapters with TDs of their own (share 'none'). shape: f_v [B, N, D], f_a [B, M, C] → tokens */
export const ownFdm = <Z extends Dim, U extends Dim, J extends Dim, H extends Dim, R extends Dim, D extends Dim, K extends Dim, N extends Dim, C extends Dim, G extends Dim, M extends Dim>(
  { common: s, visual: v, audio: a, mix }: Sized<Z, U, J, H, R, D, K, N, C, G, M>): SomeBlock<LayerDistil<N, D, M, C, Z, Add<U, J>>> => {
  const own = bothBlocks(uda(s.z, v.d, someTd(v), mixes[mix](s.z, v)), uda(s.z, a.d, someTd(a), mixes[mix](s.z, a)));
  const crossed = cda(cdaSide(s.z, v.d, someTd(v), ca(v, a.d), mixes[mix](s.z, v)), cdaSide(s.z, a.d, someTd(a), ca(a, v.d), mixes[mix](s.z, a)));
  return opaque(fdm(copies(s.uda)(own), copies(s.cda)(crossed), router(v.d, a.d, s.router, plusD(s.uda, s.cda))));
};

/** The adapters of a layer without their TDs, and how they become FDM once those are given. */
const borrowing = <Z extends Dim, U extends Dim, J extends Dim, H extends Dim, R extends Dim, D extends Dim, K extends Dim, N extends Dim, C extends Dim, G extends Dim, M extends Dim>(
  { common: s, visual: v, audio: a, mix }: Sized<Z, U, J, H, R, D, K, N, C, G, M>) => {
  const decls = {
    uda: copies(s.uda)(bothBlocks(sharedUda(s.z, v.d, mixes[mix](s.z, v)), sharedUda(s.z, a.d, mixes[mix](s.z, a)))),
    cda: copies(s.cda)(sharedCda(sharedCdaSide(s.z, v.d, ca(v, a.d), mixes[mix](s.z, v)), sharedCdaSide(s.z, a.d, ca(a, v.d), mixes[mix](s.z, a)))),
    router: router(v.d, a.d, s.router, plusD(s.uda, s.cda)),
  };
  const lend = (p: { readonly [X in keyof typeof decls]: BoundOf<(typeof decls)[X]> }, lent: Both<Distil<D>, Distil<C>>): LayerDistil<N, D, M, C, Z, Add<U, J>> =>
    fdmOf(pipe(p.uda, mapV((u) => both(u.visual(lent.visual), u.audio(lent.audio)))), pipe(p.cda, mapV((c) => c(lent))), p.router);
  return { decls, lend };
};

/** One set of TD projections per modality in this layer (share 'layer'). */
export const layerSharedFdm = <Z extends Dim, U extends Dim, J extends Dim, H extends Dim, R extends Dim, D extends Dim, K extends Dim, N extends Dim, C extends Dim, G extends Dim, M extends Dim>(
  sized: Sized<Z, U, J, H, R, D, K, N, C, G, M>): SomeBlock<LayerDistil<N, D, M, C, Z, Add<U, J>>> => {
  const { decls, lend } = borrowing(sized);
  return opaque(block({ ...decls, td: bothBlocks(someTd(sized.visual), someTd(sized.audio)) }, (p) => lend(p, p.td)));
};

/** TD projections given from outside (share 'all'). */
export const sharedFdm = <Z extends Dim, U extends Dim, J extends Dim, H extends Dim, R extends Dim, D extends Dim, K extends Dim, N extends Dim, C extends Dim, G extends Dim, M extends Dim>(
  sized: Sized<Z, U, J, H, R, D, K, N, C, G, M>): SomeBlock<(lent: Both<Distil<D>, Distil<C>>) => LayerDistil<N, D, M, C, Z, Add<U, J>>> => {
  const { decls, lend } = borrowing(sized);
  return opaque(block(decls, (p) => (lent) => lend(p, lent)));
};

/** Z tokens of this layer's channels D become Z tokens of the final channels F. */
export interface Project<in out D extends Dim, in out F extends Dim> {
  <B extends Dim, Z extends Dim>(x: Tensor<[B, Z, D]>): Tensor<[B, Z, F]>;
}

/** A learned map, for a layer of other channels than the last. */
export const projection = <D extends Dim, F extends Dim>(d: DimOf<D>, f: DimOf<F>): SomeBlock<Project<D, F>> => opaque(weight(param(fanIn(), d, f), (w): Project<D, F> => (x) => einsum('b z d, d f -> b z f')(x, w)));
/** Nothing to do: the channels are the final ones. */
export const noProjection = <D extends Dim>(): SomeBlock<Project<D, D>> => opaque(pure<Project<D, D>>((x) => x));

/** N and M tokens of D and C channels: what a layer reads. */
export type Reads<N extends Dim, D extends Dim, M extends Dim, C extends Dim> = Both<readonly [DimOf<N>, DimOf<D>], readonly [DimOf<M>, DimOf<C>]>;

const applied = <N extends Dim, D extends Dim, M extends Dim, C extends Dim, Z extends Dim, E extends Dim, F extends Dim, G extends Dim>(
  l: number, reads: Reads<N, D, M, C>, distil: LayerDistil<N, D, M, C, Z, E>, project: Both<Project<D, F>, Project<C, G>>): Layer<Z, F, G, E> => (b) => {
  const out = distil(input(`visual.${l}`, b, ...reads.visual), input(`audio.${l}`, b, ...reads.audio));
  return { ...both(project.visual(out.visual), project.audio(out.audio)), router: out.router };
};

/** The layer on its own inputs `visual.l` and `audio.l`, projected to the final channels. */
export const readLayer = <P, Q, R, N extends Dim, D extends Dim, M extends Dim, C extends Dim, Z extends Dim, E extends Dim, F extends Dim, G extends Dim>(
  l: number, reads: Reads<N, D, M, C>, distil: Block<P, LayerDistil<N, D, M, C, Z, E>>, visual: Block<Q, Project<D, F>>, audio: Block<R, Project<C, G>>): SomeBlock<Layer<Z, F, G, E>> => {
  const projects = block({ project: bothBlocks(visual, audio) }, (p) => p.project);
  const run = ([f, project]: readonly [LayerDistil<N, D, M, C, Z, E>, Both<Project<D, F>, Project<C, G>>]): Layer<Z, F, G, E> => applied(l, reads, f, project);
  return opaque(mapBlock(run)(beside(distil, projects)));
};

/** The same for a layer whose TDs are given; its channels are the final ones. */
export const readLentLayer = <P, N extends Dim, D extends Dim, M extends Dim, C extends Dim, Z extends Dim, E extends Dim>(
  l: number, reads: Reads<N, D, M, C>, distil: Block<P, (lent: Both<Distil<D>, Distil<C>>) => LayerDistil<N, D, M, C, Z, E>>): SomeBlock<(lent: Both<Distil<D>, Distil<C>>) => Layer<Z, D, C, E>> => {
  const run = (f: (lent: Both<Distil<D>, Distil<C>>) => LayerDistil<N, D, M, C, Z, E>) => (lent: Both<Distil<D>, Distil<C>>): Layer<Z, D, C, E> => applied(l, reads, f(lent), both<Project<D, D>, Project<C, C>>((x) => x, (x) => x));
  return opaque(mapBlock(run)(distil));
};
