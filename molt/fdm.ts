/**
 * FDM: the feature distillation module of one layer pair, equation (5): a mixture of U uni-modal and J cross-modal adapters.
 *
 *   z̃_m = Σ_u w_u z̃_{m;u} + Σ_c w_c z̃_{m;c}
 *
 * laws:  proofs/molt/fdm.ts: with a one-hot router it equals that expert
 * source: MoLT, arXiv 2512.00115, equation (5); experts are ordered uni-modal, then cross-modal; J is the paper's N_CDA
 */
import { pipe } from 'fp-ts/lib/function.js';
import { type Add, appendV, type Dim, mapV, type Tensor, type Vec } from '../shapes/index.ts';
import { type Block, block, einsum, stack } from '../dsl/index.ts';
import type { CrossDistil } from './cda.ts';
import type { Mixing } from './mix.ts';
import { type Both, both } from './modality.ts';

/** What one layer pair contributes. Z tokens per modality, E = U + J router weights. */
export interface LayerTokens<in out B extends Dim, in out Z extends Dim, in out D extends Dim, in out C extends Dim, in out E extends Dim> extends Both<Tensor<[B, Z, D]>, Tensor<[B, Z, C]>> {
  readonly router: Tensor<[B, E]>;
}

/** shape: f_v [B, N, D], f_a [B, M, C] → Z tokens of each, and the router's weights */
export interface LayerDistil<in out N extends Dim, in out D extends Dim, in out M extends Dim, in out C extends Dim, in out Z extends Dim, in out E extends Dim> {
  <B extends Dim>(fv: Tensor<[B, N, D]>, fa: Tensor<[B, M, C]>): LayerTokens<B, Z, D, C, E>;
}

/** shape: f_v [B, N, D], f_a [B, M, C] → [B, E] */
export interface Route<in out N extends Dim, in out D extends Dim, in out M extends Dim, in out C extends Dim, in out E extends Dim> {
  <B extends Dim>(fv: Tensor<[B, N, D]>, fa: Tensor<[B, M, C]>): Tensor<[B, E]>;
}

/** Equation (5). */
export const fdmOf = <U extends Dim, J extends Dim, N extends Dim, D extends Dim, M extends Dim, C extends Dim, Z extends Dim>(
  uda: Vec<U, Both<Mixing<N, D, Z>, Mixing<M, C, Z>>>, cda: Vec<J, CrossDistil<N, D, M, C, Z>>, router: Route<N, D, M, C, Add<U, J>>): LayerDistil<N, D, M, C, Z, Add<U, J>> => (fv, fa) => {
  const w = router(fv, fa);
  const crossed = pipe(cda, mapV((c) => c(fv, fa)));
  const visual = appendV(pipe(uda, mapV((u) => u.visual(fv))), pipe(crossed, mapV((c) => c.visual)));
  const audio = appendV(pipe(uda, mapV((u) => u.audio(fa))), pipe(crossed, mapV((c) => c.audio)));
  const weigh = einsum('e b z d, b e -> b z d');
  return { ...both(weigh(stack(visual), w), weigh(stack(audio), w)), router: w };
};

/** Adapters with TDs of their own. */
export const fdm = <P, Q, R, U extends Dim, J extends Dim, N extends Dim, D extends Dim, M extends Dim, C extends Dim, Z extends Dim>(
  uda: Block<P, Vec<U, Both<Mixing<N, D, Z>, Mixing<M, C, Z>>>>, cda: Block<Q, Vec<J, CrossDistil<N, D, M, C, Z>>>, router: Block<R, Route<N, D, M, C, Add<U, J>>>): Block<{ uda: P; cda: Q; router: R }, LayerDistil<N, D, M, C, Z, Add<U, J>>> =>
  block({ uda, cda, router }, (p) => fdmOf(p.uda, p.cda, p.router));
