/**
 * Leaves: tensors that are given: inputs at run time, constants in the program.
 */
import { fault, raise } from '../../shapes/fault.ts';
import { type AnyDimOf, type Dim, DimOf, type DimsOf, dimsOf, type DType, type Ix, type Shape, type Tensor } from '../../shapes/index.ts';
import * as b from '../build.ts';
import { constant, fill, input as inputNode } from '../node.ts';
import { wrap } from '../typed.ts';

/** Data given at run time under a name. shape: dims → [...dims] */
export const input = <const Ds extends readonly AnyDimOf[]>(name: string, ...dims: Ds): Tensor<DimsOf<Ds>> => wrap(inputNode(name, dimsOf(dims)));

/** Integers below n given at run time; values outside are refused when bound. shape: dims → [...dims] of Ix<N> */
export const inputIndices = <N extends Dim, const Ds extends readonly AnyDimOf[]>(name: string, below: DimOf<N>, ...dims: Ds): Tensor<DimsOf<Ds>, Ix<N>> =>
  wrap(inputNode(name, dimsOf(dims), 'i32', below.size));

/** Truth values given at run time. */
export const inputMask = <const Ds extends readonly AnyDimOf[]>(name: string, ...dims: Ds): Tensor<DimsOf<Ds>, 'bool'> => wrap(inputNode(name, dimsOf(dims), 'bool'));

/** Row-major numbers that are part of the program. errors: a Shape fault unless there is one number per element */
export const tensor = <const Ds extends readonly AnyDimOf[]>(data: ArrayLike<number>, ...dims: Ds): Tensor<DimsOf<Ds>> => wrap(constant(Float32Array.from(data), dimsOf(dims)));

/** Integers below n that are part of the program; errors: a Shape fault if one is not. */
export const indices = <N extends Dim, const Ds extends readonly AnyDimOf[]>(below: DimOf<N>, data: ArrayLike<number>, ...dims: Ds): Tensor<DimsOf<Ds>, Ix<N>> =>
  wrap(constant(bounded(below.size, data), dimsOf(dims), 'i32'));

const bounded = (below: number, data: ArrayLike<number>): Int32Array => {
  const found = new Int32Array(data.length);
  for (let i = 0; i < data.length; i += 1) {
    const v = data[i] ?? Number.NaN;
    if (!Number.isInteger(v) || v < 0 || v >= below) return raise(fault('Decode', 'indices', [`index ${v}`], `integers from 0 to ${below - 1}`));
    found[i] = v;
  }
  return found;
};

/** One number everywhere. */
export const full = <const Ds extends readonly AnyDimOf[]>(value: number, ...dims: Ds): Tensor<DimsOf<Ds>> => wrap(fill(value, dimsOf(dims)));

/** The identity matrix. shape: n → [N, N] */
export const eye = <N extends Dim>(n: DimOf<N>): Tensor<[N, N]> => wrap(b.eye(n.size));

/** Witness of the outermost size. */
export const firstDim = <B extends Dim, S extends Shape, T extends DType>(x: Tensor<[B, ...S], T>): DimOf<B> => {
  const [size] = x.sizes;
  return size === undefined ? raise(fault('Shape', 'firstDim', ['a scalar'], '1 axis or more')) : DimOf.trusted(size, String(size));
};
