/**
 * TD: token distillation, equation (2): latent tokens gather what they need from a layer's tokens.
 *
 *   TD(z, f) = softmax(z W_Q (f W_K)ᵀ / √K) f W_V      per head; heads concatenated; then W_O only when H·K ≠ D
 *
 * laws:  proofs/molt/td.ts: the output of each head lies in the convex hull of the rows of f W_V; permuting the N tokens of f
 *        changes nothing; permuting z permutes the output
 * source: MoLT, arXiv 2512.00115, equation (2); our K is their d_H, our Z their N_u
 */
import { pipe } from 'fp-ts/lib/function.js';
import type { Dim, DimOf, Tensor } from '../shapes/index.ts';
import { type Block, block, castLast, einsum, fanIn, param, rearrange } from '../dsl/index.ts';
import { latentAttention } from './attention.ts';
import type { FullWidth, Modality } from './modality.ts';

/** Z latent tokens distil N tokens of a layer. shape: z [Z, D], f [B, N, D] → [B, Z, D] */
export interface Distil<in out D extends Dim> {
  <B extends Dim, N extends Dim, Z extends Dim>(z: Tensor<[Z, D]>, f: Tensor<[B, N, D]>): Tensor<[B, Z, D]>;
}

export interface TdP<in out D extends Dim, in out H extends Dim, in out K extends Dim> {
  readonly query: Tensor<[D, H, K]>;
  readonly key: Tensor<[D, H, K]>;
  readonly value: Tensor<[D, H, K]>;
}

const projections = <D extends Dim, H extends Dim, K extends Dim>(d: DimOf<D>, h: DimOf<H>, k: DimOf<K>) =>
  ({ query: param(fanIn(), d, h, k), key: param(fanIn(), d, h, k), value: param(fanIn(), d, h, k) }) as const;

/** Equation (2) up to the heads. shape: z [Z, D], f [B, N, D] → [B, Z, H, K] */
export const distilHeads = <D extends Dim, H extends Dim, K extends Dim>(p: TdP<D, H, K>) => <B extends Dim, N extends Dim, Z extends Dim>(z: Tensor<[Z, D]>, f: Tensor<[B, N, D]>): Tensor<[B, Z, H, K]> => {
  const project = einsum('b n d, d h k -> b n h k');
  return latentAttention(einsum('z d, d h k -> z h k')(z, p.query), project(f, p.key), project(f, p.value));
};

/** TD at full width, H·K = D: no output projection. shape: z [Z, D], f [B, N, D] → [B, Z, D] */
export const td = <D extends Dim, H extends Dim, K extends Dim, N extends Dim>(m: Modality<D, H, K, N>, full: FullWidth<H, K, NoInfer<D>>): Block<TdP<D, H, K>, Distil<D>> =>
  block(projections(m.d, m.h, m.k), (p) => (z, f) => pipe(distilHeads(p)(z, f), rearrange('b z h k -> b z (h k)'), castLast(full)));

export interface NarrowTdP<in out D extends Dim, in out H extends Dim, in out K extends Dim> extends TdP<D, H, K> {
  readonly out: Tensor<[H, K, D]>;
}

/** TD at a narrower width, with W_O: [H, K, D]. shape: z [Z, D], f [B, N, D] → [B, Z, D] */
export const narrowTd = <D extends Dim, H extends Dim, K extends Dim, N extends Dim>(m: Modality<D, H, K, N>): Block<NarrowTdP<D, H, K>, Distil<D>> =>
  block({ ...projections(m.d, m.h, m.k), out: param(fanIn(2), m.h, m.k, m.d) }, (p) => (z, f) => einsum('b z h k, h k d -> b z d')(distilHeads(p)(z, f), p.out));
