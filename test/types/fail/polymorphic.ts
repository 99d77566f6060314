/**
 * The same mistakes in bodies whose sizes are type parameters: letters in the messages.
 */
import { pipe } from 'fp-ts/lib/function.js';
import { add, addBias, concat, dot, einsum, input, matmul, rearrange, relu, residual, sum } from '../../../dsl/index.ts';
import { type Add, appendV, type Dim, type DimOf, type Shape, type Tensor, type Vec, zipV } from '../../../shapes/index.ts';

// error: Type 'N' is not assignable to type 'D'.
export const untransposed = <B extends Dim, N extends Dim, D extends Dim>(x: Tensor<[B, N, D]>) => matmul(x, x);
// error: Type 'E' is not assignable to type 'D'.
export const inner = <R extends Shape, D extends Dim, E extends Dim>(x: Tensor<[...R, D]>, w: Tensor<[E, D]>) => dot(x, w);
// error: Type 'N' is not assignable to type 'D'.
export const projected = <B extends Dim, N extends Dim, D extends Dim, E extends Dim>(x: Tensor<[B, N, D]>, w: Tensor<[N, E]>) => einsum('b n d, d e -> b n e')(x, w);
// error: Type 'E' is not assignable to type 'D'.
export const bias = <B extends Shape, D extends Dim, E extends Dim>(x: Tensor<[...B, D]>, b: Tensor<[E]>) => addBias(x, b);
// error: Type 'Mul<H, K>' is not assignable to type 'D'.
export const merged = <B extends Dim, N extends Dim, H extends Dim, K extends Dim, D extends Dim>(x: Tensor<[B, N, H, K]>): Tensor<[B, N, D]> => rearrange('b n h k -> b n (h k)')(x);
// error: Type 'Add<N, M>' is not assignable to type 'Add<M, N>'.
export const swapped = <B extends Dim, N extends Dim, M extends Dim, D extends Dim>(x: Tensor<[B, N, D]>, y: Tensor<[B, M, D]>): Tensor<[B, Add<M, N>, D]> => concat(-2)(x, y);
// error: Type 'R' is not assignable to type 'D'.
export const narrowed = <D extends Dim, R extends Dim>(d: DimOf<D>, r: DimOf<R>) => residual((x: Tensor<[D]>) => sum(-2)(input('w', r, r)));
// error: Type 'M' is not assignable to type 'L'.
export const lengths = <L extends Dim, M extends Dim>(xs: Vec<L, number>, ys: Vec<M, number>) => zipV(xs, ys);
// error: Type 'Add<L, M>' is not assignable to type 'L'.
export const longer = <L extends Dim, M extends Dim>(xs: Vec<L, number>, ys: Vec<M, number>): Vec<L, number> => appendV(xs, ys);
// error: Source has 1 element(s) but target requires 2.
export const ranks = <R extends Shape, D extends Dim>(x: Tensor<[...R, D]>, y: Tensor<[D]>) => add(x, y);
export const chained = <D extends Dim, R extends Dim>(d: DimOf<D>, r: DimOf<R>, up: (x: Tensor<[D]>) => Tensor<[R]>, x: Tensor<[D]>) =>
  // error: Type 'R' is not assignable to type 'D'.
  pipe(x, up, relu, up);
