/**
 * Resize: square pictures on another grid, by interpolation.
 * idea:   a row of the new picture is a fixed mixture of rows of the old one, and so is a column: one constant matrix, used twice.
 * laws:   rows sum to 1, so constant pictures stay as they are; the same size gives the identity.
 * not:    antialiasing: shrinking looks at 2 or 4 neighbours like growing.
 * source: torch.nn.functional.interpolate, modes bilinear and bicubic (Keys 1981 with a = −0.75), edges repeated
 */
import { type Dim, type DimOf, dim, type Mul, type Shape, type Tensor, timesD } from '../../shapes/index.ts';
import { einsum, tensor } from '../../dsl/index.ts';
import { cubic } from '../backbones/cubic.ts';

export interface Interpolation {
  readonly kernel: 'linear' | 'cubic';
  /** aligned: the first and the last pixels' centres meet; halfway: the pictures' edges do */
  readonly corners: 'aligned' | 'halfway';
}

/** Where the centre of a new pixel lies among the old ones. */
const positions = {
  aligned: (row: number, from: number, to: number): number => (to > 1 ? (row * (from - 1)) / (to - 1) : 0),
  halfway: (row: number, from: number, to: number): number => ((row + 0.5) * from) / to - 0.5,
} as const satisfies { readonly [C in Interpolation['corners']]: (row: number, from: number, to: number) => number };

/** Neighbours on either side, and the weight of one at a distance. */
const kernels = {
  linear: { reach: 1, weight: (x: number): number => Math.max(0, 1 - x) },
  cubic: { reach: 2, weight: cubic },
} as const satisfies { readonly [K in Interpolation['kernel']]: { readonly reach: number; readonly weight: (x: number) => number } };

/** Row-major [to, from]: each row mixes 2 or 4 old pixels into a new one. */
export const resizeMatrix = (from: number, to: number, { kernel, corners }: Interpolation): Float32Array => {
  const { reach, weight } = kernels[kernel];
  const sums = new Float64Array(from * to);
  for (let row = 0; row < to; row += 1) {
    const at = positions[corners](row, from, to);
    const floor = Math.floor(at);
    for (let tap = floor + 1 - reach; tap <= floor + reach; tap += 1) {
      const column = row * from + Math.min(from - 1, Math.max(0, tap));
      sums[column] = (sums[column] ?? 0) + weight(Math.abs(at - tap));
    }
  }
  return Float32Array.from(sums);
};

/** shape: [...B, H, H, C] → [...B, O, O, C] */
export interface Resize<in out H extends Dim, in out O extends Dim> {
  <B extends Shape, C extends Dim>(x: Tensor<[...B, H, H, C]>): Tensor<[...B, O, O, C]>;
}

const [rows, columns] = [einsum('... h w c, o h -> ... o w c'), einsum('... o w c, p w -> ... o p c')] as const;

export const resize = <H extends Dim, O extends Dim>(from: DimOf<H>, to: DimOf<O>, how: Interpolation): Resize<H, O> => {
  const matrix = tensor(resizeMatrix(from.size, to.size, how), to, from);
  return (x) => columns(rows(x, matrix), matrix);
};

/** Twice as many pixels to a side. */
export type Twice<G extends Dim> = Mul<G, 2>;
export const twice = <G extends Dim>(g: DimOf<G>): DimOf<Twice<G>> => timesD(g, dim(2));

/** shape: [...B, G, G, C] → [...B, 2G, 2G, C], linear between neighbours */
export const doubled = <G extends Dim>(g: DimOf<G>, corners: Interpolation['corners']): Resize<G, Twice<G>> => resize(g, twice(g), { kernel: 'linear', corners });
