/**
 * Sizes are part of the type, and a tensor is nominal: no other size, no spread, no mapped copy, no subclass, no forgery.
 */
import { param, zeros } from '../../../dsl/index.ts';
import { dim, DimOf, Tensor, Vec, Is } from '../../../shapes/index.ts';

declare const x: Tensor<[8]>;
declare const y: Tensor<[2, 8]>;
// error: Type '8' is not assignable to type '9'.
export const wider: Tensor<[9]> = x;
// error: Source has 1 element(s) but target requires 2.
export const matrix: Tensor<[1, 8]> = x;
// error: Type '2' is not assignable to type '8'.
export const transposed: Tensor<[8, 2]> = y;
// error: Type '"f32"' is not assignable to type '"bool"'.
export const mask: Tensor<[8], 'bool'> = x;
// error: Type '{ sizes: readonly number[]; dtype: Element; node: unknown; }' is missing the following properties from type 'Tensor<[8], "f32">': tensor, anyTensor
export const spread: Tensor<[8]> = { ...x };
// error: Type '{ readonly sizes: readonly number[]; readonly dtype: Element; readonly node: unknown; }' is missing the following properties from type 'Tensor<[9], "f32">': tensor, anyTensor
export const mapped: Tensor<[9]> = x as { readonly [K in keyof Tensor<[8]>]: Tensor<[8]>[K] };
// error: Cannot extend a class 'Tensor'. Class constructor is marked as private.
export class Mine extends Tensor<[8]> {}
// error: Constructor of class 'Tensor<S, T>' is private and only accessible within the class declaration.
export const made = new Tensor<[8], 'f32'>([8], 'f32', undefined, undefined, undefined);
// error: Constructor of class 'DimOf<N>' is private and only accessible within the class declaration.
export const size = new DimOf<8>(8, '8', undefined);
// error: Constructor of class 'Is<A, B>' is private and only accessible within the class declaration.
export const proof = new Is<8, 9>(undefined, undefined);
// error: Constructor of class 'Vec<L, A>' is private and only accessible within the class declaration.
export const list = new Vec<2, number>([1], undefined);
// error: Type '{ size: number; label: string; }' is missing the following properties from type 'DimOf<9>': dim, anyDim
export const copied: DimOf<9> = { ...dim(8) };
const weight = param(zeros, dim(8));
// error: Type '8' is not assignable to type '9'.
export const other: ReturnType<typeof param<[DimOf<9>]>> = weight;
