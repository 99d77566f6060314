/**
 * Windows: a grid of tokens cut into squares that attend within themselves, shifted by half a square in every other block.
 * idea:   the roll and the cut are layout, so windows are just another batch axis; tokens that only the roll made
 *         neighbours are told apart by a constant mask.
 * laws:   join ∘ cut = identity, for every shift (test/molt/backbones/window.test.ts)
 * not:    padding: a window divides its grid, which `windowing` checks.
 * source: Liu et al. 2021, Swin Transformer, arXiv:2103.14030, figures 2 and 4; mask −100 as in the released code
 */
import type { Dim, DimOf, Mul, Tensor } from '../../shapes/index.ts';
import { timesD } from '../../shapes/index.ts';
import { nodes, rearrange, tensor, unwrap, wrap } from '../../dsl/index.ts';

/** What is added to the logit of a pair that a window must not see. */
export const forbidden = -100;

/** Moves every token by `by` rows and columns (negative: towards the origin), around the edges. */
const roll = (by: number) => <B extends Dim, G extends Dim, D extends Dim>(x: Tensor<[B, G, G, D]>): Tensor<[B, G, G, D]> => {
  const side = x.sizes[1] ?? 1;
  const cut = ((-by % side) + side) % side;
  const along = (axis: 1 | 2) => (n: ReturnType<typeof unwrap>): ReturnType<typeof unwrap> => {
    if (cut === 0) return n;
    const part = (from: number, size: number) => nodes.slice(n, n.sizes.map((_, i) => (i === axis ? from : 0)), n.sizes.map((s, i) => (i === axis ? size : s)));
    return nodes.concat(axis, [part(cut, side - cut), part(0, cut)]);
  };
  return wrap(along(2)(along(1)(unwrap(x))));
};

/** Region of a row or column after a shift: 0 up to the last window, 1 in it, 2 what came around the edge. */
const regionOf = (at: number, grid: number, window: number, shift: number): number => (at < grid - window ? 0 : at < grid - shift ? 1 : 2);

/** Row-major [windows, tokens, tokens]: `forbidden` between tokens of different regions, 0 elsewhere. */
export const maskValues = (perSide: number, window: number, shift: number): Float32Array => {
  const [grid, tokens] = [perSide * window, window * window];
  const values = new Float32Array(perSide * perSide * tokens * tokens);
  for (let v = 0; v < perSide * perSide; v += 1) {
    const labels = Uint8Array.from({ length: tokens }, (_, t) => {
      const row = Math.floor(v / perSide) * window + Math.floor(t / window);
      const column = (v % perSide) * window + (t % window);
      return 3 * regionOf(row, grid, window, shift) + regionOf(column, grid, window, shift);
    });
    for (let a = 0, at = v * tokens * tokens; a < tokens; a += 1) for (let b = 0; b < tokens; b += 1, at += 1) if (labels[a] !== labels[b]) values[at] = forbidden;
  }
  return values;
};

/** R × R windows of W × W tokens over a grid of R·W tokens a side. */
export interface Windowing<in out R extends Dim, in out W extends Dim> {
  /** W */
  readonly side: DimOf<W>;
  /** R·R */
  readonly count: DimOf<Mul<R, R>>;
  /** shape: [B, R·W, R·W, D] → [B, R·R, W·W, D] */
  readonly cut: <B extends Dim, D extends Dim>(x: Tensor<[B, Mul<R, W>, Mul<R, W>, D]>) => Tensor<[B, Mul<R, R>, Mul<W, W>, D]>;
  /** the inverse of `cut` */
  readonly join: <B extends Dim, D extends Dim>(x: Tensor<[B, Mul<R, R>, Mul<W, W>, D]>) => Tensor<[B, Mul<R, W>, Mul<R, W>, D]>;
  /** what is added to the logits; undefined where every pair may see each other */
  readonly mask: Tensor<[Mul<R, R>, Mul<W, W>, Mul<W, W>]> | undefined;
}

export const windowing = <R extends Dim, W extends Dim>(r: DimOf<R>, w: DimOf<W>, shift: number): Windowing<R, W> => {
  const [count, tokens] = [timesD(r, r), timesD(w, w)];
  const cut = rearrange('b (r i) (c j) d -> b (r c) (i j) d', { r, i: w, c: r, j: w });
  const join = rearrange('b (r c) (i j) d -> b (r i) (c j) d', { r, i: w, c: r, j: w });
  return {
    side: w, count,
    cut: (x) => cut(roll(-shift)(x)),
    join: (x) => roll(shift)(join(x)),
    mask: shift === 0 ? undefined : tensor(maskValues(r.size, w.size, shift), count, tokens, tokens),
  };
};
