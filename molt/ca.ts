/**
 * CA: cross-attention between the distilled tokens of the two modalities, the CA of equation (3).
 *
 *   CA(x, y) = softmax(x W_Q (y W_K)ᵀ / √K) y W_V, heads concatenated, W_O
 *
 * laws:  proofs/molt/ca.ts: equivariant in x, invariant in y
 * source: MoLT, arXiv 2512.00115, section 3.2.2; standard multi-head attention with key and value inputs of width D′ (reading A4)
 */
import type { Dim, DimOf, Tensor } from '../shapes/index.ts';
import { type Block, block, einsum, fanIn, param } from '../dsl/index.ts';
import { attention } from './attention.ts';
import type { Modality } from './modality.ts';

/** Own tokens look at the other modality's. shape: x [B, Z, D], y [B, Y, C] → [B, Z, D], with C the paper's D of the other modality */
export interface CrossAttend<in out D extends Dim, in out C extends Dim> {
  <B extends Dim, Z extends Dim, Y extends Dim>(x: Tensor<[B, Z, D]>, y: Tensor<[B, Y, C]>): Tensor<[B, Z, D]>;
}

export interface CaP<in out D extends Dim, in out H extends Dim, in out K extends Dim, in out C extends Dim> {
  readonly query: Tensor<[D, H, K]>;
  readonly key: Tensor<[C, H, K]>;
  readonly value: Tensor<[C, H, K]>;
  readonly out: Tensor<[H, K, D]>;
}

/** shape: x [B, Z, D], y [B, Y, C] → [B, Z, D] */
export const ca = <D extends Dim, H extends Dim, K extends Dim, N extends Dim, C extends Dim>(own: Modality<D, H, K, N>, other: DimOf<C>): Block<CaP<D, H, K, C>, CrossAttend<D, C>> =>
  block({ query: param(fanIn(), own.d, own.h, own.k), key: param(fanIn(), other, own.h, own.k), value: param(fanIn(), other, own.h, own.k), out: param(fanIn(2), own.h, own.k, own.d) }, (p) => (x, y) => {
    const query = einsum('b z d, d h k -> b z h k')(x, p.query);
    const project = einsum('b z d, d h k -> b z h k');
    return einsum('b z h k, h k d -> b z d')(attention(query, project(y, p.key), project(y, p.value)), p.out);
  });
