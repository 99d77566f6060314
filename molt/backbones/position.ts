/**
 * Relative positions inside a window: which offset each pair of tokens has, and the log-spaced offsets of Swin-V2.
 * idea:   a bias is a table over the (2W−1)² offsets; pairs look it up by a constant index.
 * source: Liu et al. 2021 equation 4 (index); Liu et al. 2022, arXiv:2111.09883, equation 4 (log-spaced coordinates)
 */
import { dim, type Dim, type DimOf, type Ix, type Mul, reify, type Tensor, timesD } from '../../shapes/index.ts';
import { block, type Block, embed, indices, normalInit, rearrange, relu, scale, sigmoid, tensor } from '../../dsl/index.ts';
import { affine, type AffineP, matrix, type MatrixP } from './layers.ts';

/** Offsets along one axis: −(W−1) … W−1. */
const offsets = (window: number): readonly number[] => Array.from({ length: 2 * window - 1 }, (_, i) => i - (window - 1));

/** (2W−1)² */
export const offsetCount = (window: number): number => (2 * window - 1) ** 2;

/** Row-major [W·W, W·W]: the row of the table for the pair (i, j), whose offset is the position of i minus that of j. */
export const offsetIndex = (window: number): Int32Array => {
  const tokens = window * window;
  const place = Int32Array.from({ length: tokens }, (_, t) => Math.floor(t / window) * (2 * window - 1) + (t % window));
  const middle = (window - 1) * 2 * window; // the row of offset (0, 0)
  const index = new Int32Array(tokens * tokens);
  for (let i = 0, at = 0; i < tokens; i += 1) for (let j = 0; j < tokens; j += 1, at += 1) index[at] = (place[i] ?? 0) - (place[j] ?? 0) + middle;
  return index;
};

/** Row-major [(2W−1)², 2]: sign(c)·log2(|c| + 1)/3 of the offsets, scaled so that those of a window of `scaled` are −8 … 8. */
export const logOffsets = (window: number, scaled = window): Float32Array => {
  const spaced = offsets(window).map((o) => {
    const c = (8 * o) / Math.max(scaled - 1, 1);
    return (Math.sign(c) * Math.log2(Math.abs(c) + 1)) / 3;
  });
  return Float32Array.from(spaced.flatMap((row) => spaced.flatMap((column) => [row, column])));
};

/** shape: table [O, H] → [H, W·W, W·W]: the row of each pair of tokens */
export const pairwise = <W extends Dim, O extends Dim>(w: DimOf<W>, o: DimOf<O>) => {
  const tokens = timesD(w, w);
  const index: Tensor<[Mul<W, W>, Mul<W, W>], Ix<O>> = indices(o, offsetIndex(w.size), tokens, tokens);
  return <H extends Dim>(table: Tensor<[O, H]>): Tensor<[H, Mul<W, W>, Mul<W, W>]> => rearrange('i j h -> h i j')(embed(table, index));
};

export interface OffsetMlpP<in out H extends Dim> {
  readonly '0': AffineP<2, 512>;
  readonly '2': MatrixP<512, H>;
}
/** Swin-V2: 16·sigmoid of an MLP of the log-spaced offset, scaled as for windows of `scaled`; small at the start, so that no offset is preferred. shape: → [H, W·W, W·W] */
export const continuousBias = <H extends Dim, W extends Dim>(h: DimOf<H>, w: DimOf<W>, scaled = w.size): Block<OffsetMlpP<H>, () => Tensor<[H, Mul<W, W>, Mul<W, W>]>> =>
  block({ '0': affine(dim(2), dim(512)), '2': matrix(dim(512), h, normalInit(0.02)) }, (p) => () =>
    reify(offsetCount(w.size), (o) => pairwise(w, o)(scale(16)(sigmoid(p['2'](relu(p['0'](tensor(logOffsets(w.size, scaled), o, dim(2))))))))),
  );
