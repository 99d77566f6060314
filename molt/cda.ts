/**
 * CDA: the cross-modal distillation adapter, equation (3), both directions.
 *
 *   t_m = TD(z_m, f_m) for both m, once;   out_m = CA(t_m, t_m̄) + W_m f_m
 *
 * laws:  proofs/molt/cda.ts: swapping the modalities swaps the outputs
 * source: MoLT, arXiv 2512.00115, equation (3); tokens and TDs are one pair per adapter, used both ways (reading A5)
 */
import type { Dim, DimOf, Tensor } from '../shapes/index.ts';
import { add, type Block, block, param } from '../dsl/index.ts';
import type { CrossAttend } from './ca.ts';
import type { Mixing } from './mix.ts';
import { type Both, both, parts } from './modality.ts';
import type { Distil } from './td.ts';
import { tokens } from './uda.ts';

/** What one modality brings to the adapter. */
export interface CdaSide<in out D extends Dim, in out N extends Dim, in out C extends Dim, in out Z extends Dim> {
  readonly tokens: Tensor<[Z, D]>;
  readonly td: Distil<D>;
  readonly ca: CrossAttend<D, C>;
  readonly mix: Mixing<N, D, Z>;
}

/** shape: f_v [B, N, D], f_a [B, M, C] → [B, Z, D] and [B, Z, C] */
export interface CrossDistil<in out N extends Dim, in out D extends Dim, in out M extends Dim, in out C extends Dim, in out Z extends Dim> {
  <B extends Dim>(fv: Tensor<[B, N, D]>, fa: Tensor<[B, M, C]>): Both<Tensor<[B, Z, D]>, Tensor<[B, Z, C]>>;
}

/** Equation (3). */
export const cdaOf = <N extends Dim, D extends Dim, M extends Dim, C extends Dim, Z extends Dim>(v: CdaSide<D, N, C, Z>, a: CdaSide<C, M, D, Z>): CrossDistil<N, D, M, C, Z> => (fv, fa) => {
  const tv = v.td(v.tokens, fv);
  const ta = a.td(a.tokens, fa);
  return both(add(v.ca(tv, ta), v.mix(fv)), add(a.ca(ta, tv), a.mix(fa)));
};

/** The parameters of one modality's side, with a TD of its own. */
export const cdaSide = <P, Q, R, D extends Dim, N extends Dim, C extends Dim, Z extends Dim>(z: DimOf<Z>, d: DimOf<D>, td: Block<P, Distil<D>>, ca: Block<Q, CrossAttend<D, C>>, mix: Block<R, Mixing<N, D, Z>>): Block<{ tokens: Tensor<[Z, D]>; td: P; ca: Q; mix: R }, CdaSide<D, N, C, Z>> =>
  parts({ tokens: param(tokens, z, d), td, ca, mix });

/** The same with a TD that is shared and given (reading A2). */
export const sharedCdaSide = <Q, R, D extends Dim, N extends Dim, C extends Dim, Z extends Dim>(z: DimOf<Z>, d: DimOf<D>, ca: Block<Q, CrossAttend<D, C>>, mix: Block<R, Mixing<N, D, Z>>): Block<{ tokens: Tensor<[Z, D]>; ca: Q; mix: R }, (td: Distil<D>) => CdaSide<D, N, C, Z>> =>
  block({ tokens: param(tokens, z, d), ca, mix }, (p) => (td) => ({ ...p, td }));

/** An adapter with TDs of its own. shape: f_v [B, N, D], f_a [B, M, C] → [B, Z, D] and [B, Z, C] */
export const cda = <P, Q, N extends Dim, D extends Dim, M extends Dim, C extends Dim, Z extends Dim>(visual: Block<P, CdaSide<D, N, C, Z>>, audio: Block<Q, CdaSide<NoInfer<C>, M, NoInfer<D>, NoInfer<Z>>>): Block<{ visual: P; audio: Q }, CrossDistil<N, D, M, C, Z>> =>
  block({ visual, audio }, (p) => cdaOf(p.visual, p.audio));

/** An adapter whose TDs are shared and given. */
export const sharedCda = <P, Q, N extends Dim, D extends Dim, M extends Dim, C extends Dim, Z extends Dim>(
  visual: Block<P, (td: Distil<D>) => CdaSide<D, N, C, Z>>, audio: Block<Q, (td: Distil<C>) => CdaSide<C, M, D, Z>>): Block<{ visual: P; audio: Q }, (td: Both<Distil<D>, Distil<C>>) => CrossDistil<N, D, M, C, Z>> =>
  block({ visual, audio }, (p) => (td) => cdaOf(p.visual(td.visual), p.audio(td.audio)));
