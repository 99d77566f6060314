/**
 * Scales: what there are four of in a decoder of masks: maps on grids of G, 2G, 4G and 8G places to a side, the finest first.
 */
import type { Dim, DimOf, Tensor } from '../../shapes/index.ts';
import { type Block, block } from '../../dsl/index.ts';
import { type Interpolation, type Resize, resize, type Twice, twice } from './resize.ts';

/** One value for each scale, the finest first. */
export type Scales<A, B = A, C = B, D = C> = readonly [A, B, C, D];

/** Maps of D channels; G places to a side of the coarsest. */
export type Maps<B extends Dim, T extends Dim, G extends Dim, D extends Dim> = Scales<
  Tensor<[B, T, Twice<Twice<Twice<G>>>, Twice<Twice<Twice<G>>>, D]>,
  Tensor<[B, T, Twice<Twice<G>>, Twice<Twice<G>>, D]>,
  Tensor<[B, T, Twice<G>, Twice<G>, D]>,
  Tensor<[B, T, G, G, D]>
>;

/** Four blocks of one kind with weights of their own, named 0 … 3. */
export const four = <P, F>(b: Block<P, F>): Block<{ 0: P; 1: P; 2: P; 3: P }, Scales<F>> => block({ 0: b, 1: b, 2: b, 3: b }, (p): Scales<F> => [p[0], p[1], p[2], p[3]]);

/** Pictures of S, 2S, 4S, 8S to a side on the grids of G, 2G, 4G, 8G. */
export const resized = <S extends Dim, G extends Dim>(s: DimOf<S>, g: DimOf<G>, how: Interpolation): Scales<Resize<Twice<Twice<Twice<S>>>, Twice<Twice<Twice<G>>>>, Resize<Twice<Twice<S>>, Twice<Twice<G>>>, Resize<Twice<S>, Twice<G>>, Resize<S, G>> => {
  const [s2, g2] = [twice(s), twice(g)] as const;
  const [s4, g4] = [twice(s2), twice(g2)] as const;
  return [resize(twice(s4), twice(g4), how), resize(s4, g4, how), resize(s2, g2, how), resize(s, g, how)];
};
