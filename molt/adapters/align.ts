/**
 * Align: the other stream's tokens on this stream's grid, with its channels: what DG-SCT and AVMoE do before anything else.
 * idea:   a learned map of the token axis, M → N, then one of the channels, C → D. The first is most of DG-SCT's weights.
 * source: Duan et al. 2023, DG-SCT, arXiv:2311.05152, released code of the AVE and AVQA models
 */
import type { Dim, DimOf, Tensor } from '../../shapes/index.ts';
import { add, type Block, block, einsum, fanIn, firstDim, linear, type LinearP, mapBlock, param, repeat, zeros } from '../../dsl/index.ts';

/** shape: y [B, M, C] → [B, N, D] */
export interface Aligned<in out N extends Dim, in out D extends Dim, in out M extends Dim, in out C extends Dim> {
  <B extends Dim>(y: Tensor<[B, M, C]>): Tensor<[B, N, D]>;
}
export interface AlignP<in out N extends Dim, in out D extends Dim, in out M extends Dim, in out C extends Dim> {
  readonly tokens: { readonly weight: Tensor<[N, M]>; readonly bias: Tensor<[N]> };
  readonly channels: LinearP<C, D>;
}

const tokenMap = <N extends Dim, M extends Dim>(n: DimOf<N>, m: DimOf<M>): Block<{ weight: Tensor<[N, M]>; bias: Tensor<[N]> }, <B extends Dim, C extends Dim>(y: Tensor<[B, M, C]>, c: DimOf<C>) => Tensor<[B, N, C]>> =>
  block({ weight: param((key, [rows = 1, columns = 1]) => fanIn()(key, [columns, rows]), n, m), bias: param(zeros, n) }, (p) => (y, c) =>
    add(einsum('n m, b m c -> b n c')(p.weight, y), repeat('n -> b n c', { b: firstDim(y), c })(p.bias)));

/** Weights [N, M] and [C, D], both with a bias. */
export const align = <N extends Dim, D extends Dim, M extends Dim, C extends Dim>(n: DimOf<N>, d: DimOf<D>, m: DimOf<M>, c: DimOf<C>): Block<{ tokens: { weight: Tensor<[N, M]>; bias: Tensor<[N]> }; channels: LinearP<C, D> }, Aligned<N, D, M, C>> =>
  mapBlock((p: { readonly tokens: <B extends Dim>(y: Tensor<[B, M, C]>, c: DimOf<C>) => Tensor<[B, N, C]>; readonly channels: <B extends Dim>(y: Tensor<[B, N, C]>) => Tensor<[B, N, D]> }): Aligned<N, D, M, C> => (y) => p.channels(p.tokens(y, c)))(
    block({ tokens: tokenMap(n, m), channels: linear(c, d) }, (p) => p));
