/**
 * Compose: the algebra of functions on tensors and of blocks whose functions are arrows.
 * laws:  proofs/dsl/block.ts: identity, associativity, naturality of residual and parallel
 */
import { type Dim, type DimOf, type Shape, type Tensor, tabulate, type Vec } from '../shapes/index.ts';
import { type Block, block, each, param, pure } from './block.ts';
import type { Init } from './init.ts';
import { fanIn, ones, zeros } from './init.ts';
import { add, addBias, dot, mulBias, standardise } from './ops/index.ts';

/** Works on the last axes, whatever comes before. */
export interface Arrow<in out I extends Shape, in out O extends Shape> {
  <B extends Shape>(x: Tensor<[...B, ...I]>): Tensor<[...B, ...O]>;
}
/** Mixes tokens, whatever their number. */
export interface TokenArrow<in out D extends Dim, in out E extends Dim> {
  <B extends Dim, N extends Dim>(x: Tensor<[B, N, D]>): Tensor<[B, N, E]>;
}

/** x + f(x) */
export const residual = <S extends Shape>(f: (x: Tensor<S>) => Tensor<S>) => (x: Tensor<S>): Tensor<S> => add(x, f(x));
/** f and g side by side on one input: [f(x), g(x)] */
export const fan = <X, A, C>(f: (x: X) => A, g: (x: X) => C) => (x: X): [A, C] => [f(x), g(x)];
/** f and g side by side on a pair: [f(x), g(y)] */
export const parallel = <X, Y, A, C>(f: (x: X) => A, g: (y: Y) => C) => ([x, y]: [X, Y]): [A, C] => [f(x), g(y)];

export interface LinearP<in out I extends Dim, in out O extends Dim> {
  readonly weight: Tensor<[I, O]>;
  readonly bias: Tensor<[O]>;
}
/** shape: [...B, I] → [...B, O]; x · weight + bias */
export const linear = <I extends Dim, O extends Dim>(i: DimOf<I>, o: DimOf<O>, init: Init = fanIn()): Block<LinearP<I, O>, Arrow<[I], [O]>> =>
  block({ weight: param(init, i, o), bias: param(zeros, o) }, (p) => (x) => addBias(dot(x, p.weight), p.bias));

export interface NormP<in out D extends Dim> {
  readonly weight: Tensor<[D]>;
  readonly bias: Tensor<[D]>;
}
/** shape: [...B, D] → [...B, D]; layer norm with gain and bias */
export const layerNorm = <D extends Dim>(d: DimOf<D>, eps = 1e-5): Block<NormP<D>, Arrow<[D], [D]>> =>
  block({ weight: param(ones, d), bias: param(zeros, d) }, (p) => (x) => addBias(mulBias(standardise(eps)(x), p.weight), p.bias));

/** The block without weights that changes nothing. */
export const identity = <I extends Shape>(): Block<Record<never, never>, Arrow<I, I>> => pure<Arrow<I, I>>((x) => x);

/** first f, then g; weights under `first` and `second`. */
export const after = <P, I extends Shape, M extends Shape>(f: Block<P, Arrow<I, M>>) => <Q, O extends Shape>(g: Block<Q, Arrow<M, O>>): Block<{ first: P; second: Q }, Arrow<I, O>> =>
  block({ first: f, second: g }, (p) => (x) => p.second(p.first(x)));

/** l blocks of one kind, one after the other, with weights of their own. */
export const tower = <L extends Dim>(l: DimOf<L>) => <P, S extends Shape>(b: Block<P, Arrow<S, S>>): Block<{ layers: Vec<L, P> }, Arrow<S, S>> =>
  block({ layers: each(tabulate(l, () => b)) }, (p) => (x) => p.layers.items.reduce((y, f) => f(y), x));

