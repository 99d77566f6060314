/**
 * Align: the other stream's tokens on this stream's grid, with its channels: what DG-SCT and AVMoE do before anything else.
 * idea:   a learned map of the token axis, M → N, then one of the channels, C → D. The first is most of DG-SCT's weights.
 * source: Duan et al. 2023, DG-SCT, arXiv:2311.05152, released code: the AVE and AVQA models, and the S4 model, which resizes instead
 */
import { type Dim, type DimOf, fault, raise, reify, type Tensor } from '../../shapes/index.ts';
import { add, type Block, block, einsum, fanIn, firstDim, linear, type LinearP, mapBlock, param, repeat, zeros } from '../../dsl/index.ts';
import { closeGrid, flatten, openTokens, squareOf } from '../backbones/grid.ts';
import { resize } from '../heads/resize.ts';

/** How places meet: by a learned map of tokens, or as pictures, resized by bicubic interpolation (the map of tokens is declared all the same, and never read). */
export type Alignment = 'tokens' | 'grid';

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

const sideOf = (tokens: number): number => {
  const side = Math.sqrt(tokens);
  return Number.isInteger(side) ? side : raise(fault('Shape', 'alignment as pictures', [`${tokens} tokens`], 'a square number of tokens', "align: 'tokens' takes any number"));
};
/** shape: [B, M, D] → [B, N, D], both the tokens of a square picture */
const resized = <N extends Dim, M extends Dim, D extends Dim>(n: DimOf<N>, m: DimOf<M>, d: DimOf<D>): (<B extends Dim>(y: Tensor<[B, M, D]>) => Tensor<[B, N, D]>) =>
  reify(sideOf(m.size), (from) => reify(sideOf(n.size), (to) => {
    const fit = resize(from, to, { kernel: 'cubic', corners: 'halfway' });
    return (y) => openTokens(n, d)(flatten(closeGrid(fit(squareOf(from)(y)))));
  }));

interface Maps<in out N extends Dim, in out D extends Dim, in out M extends Dim, in out C extends Dim> {
  readonly tokens: <B extends Dim>(y: Tensor<[B, M, C]>, c: DimOf<C>) => Tensor<[B, N, C]>;
  readonly channels: <B extends Dim, T extends Dim>(y: Tensor<[B, T, C]>) => Tensor<[B, T, D]>;
}
interface Aligner {
  <N extends Dim, D extends Dim, M extends Dim, C extends Dim>(n: DimOf<N>, d: DimOf<D>, m: DimOf<M>, c: DimOf<C>): (maps: Maps<N, D, M, C>) => Aligned<N, D, M, C>;
}
const aligners: { readonly [A in Alignment]: Aligner } = {
  tokens: (_, __, ___, c) => ({ tokens, channels }) => (y) => channels(tokens(y, c)),
  grid: (n, d, m) => {
    const fit = resized(n, m, d);
    return ({ channels }) => (y) => fit(channels(y));
  },
};

/** Weights [N, M] and [C, D], both with a bias. @throws MoltError (Shape) if tokens that are resized form no square */
export const align = <N extends Dim, D extends Dim, M extends Dim, C extends Dim>(n: DimOf<N>, d: DimOf<D>, m: DimOf<M>, c: DimOf<C>, how: Alignment = 'tokens'): Block<{ tokens: { weight: Tensor<[N, M]>; bias: Tensor<[N]> }; channels: LinearP<C, D> }, Aligned<N, D, M, C>> =>
  mapBlock((p: Maps<N, D, M, C>): Aligned<N, D, M, C> => aligners[how](n, d, m, c)(p))(
    block({ tokens: tokenMap(n, m), channels: linear(c, d) }, (p) => p));
