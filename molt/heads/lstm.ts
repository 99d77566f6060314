/**
 * LSTM over T segments in both directions, unrolled: T is about ten.
 *
 *   c ← σ(forget) c + σ(input) tanh(cell);   h ← σ(output) tanh(c)          each gate: W x + b + U h + b'
 *
 * source: Hochreiter and Schmidhuber 1997; the two biases of a gate are torch.nn.LSTM's
 */
import { pipe } from 'fp-ts/lib/function.js';
import { type Add, type Dim, type DimOf, foldV, mapV, reverseV, scanV, type Tensor, type Vec, zipV } from '../../shapes/index.ts';
import { add, block, concat, firstDim, full, linear, mul, opaque, rearrange, repeat, sigmoid, type SomeBlock, stack, tanh, unstack } from '../../dsl/index.ts';

interface State<in out B extends Dim, in out R extends Dim> {
  readonly h: Tensor<[B, R]>;
  readonly c: Tensor<[B, R]>;
}
interface Step<in out I extends Dim, in out R extends Dim> {
  <B extends Dim>(state: State<B, R>, x: Tensor<[B, I]>): State<B, R>;
}

const gate = <I extends Dim, R extends Dim>(i: DimOf<I>, r: DimOf<R>) =>
  block({ x: linear(i, r), h: linear(r, r) }, (p) => <B extends Dim>(x: Tensor<[B, I]>, h: Tensor<[B, R]>): Tensor<[B, R]> => add(p.x(x), p.h(h)));

const cell = <I extends Dim, R extends Dim>(i: DimOf<I>, r: DimOf<R>): SomeBlock<Step<I, R>> => {
  const one = gate(i, r);
  return opaque(block({ input: one, forget: one, cell: one, output: one }, (p): Step<I, R> => ({ h, c }, x) => {
    const kept = mul(sigmoid(p.forget(x, h)), c);
    const next = add(kept, mul(sigmoid(p.input(x, h)), tanh(p.cell(x, h))));
    return { h: mul(sigmoid(p.output(x, h)), tanh(next)), c: next };
  }));
};

/** shape: [B, T, I] → [B, T, R + R]: forwards, then backwards */
export interface BothWays<in out I extends Dim, in out R extends Dim> {
  <B extends Dim, T extends Dim>(x: Tensor<[B, T, I]>): Tensor<[B, T, Add<R, R>]>;
}

/** The state before the first segment: 0. */
const atRest = <B extends Dim, R extends Dim>(b: DimOf<B>, r: DimOf<R>): State<B, R> => {
  const zero = repeat('r -> b r', { b })(full(0, r));
  return { h: zero, c: zero };
};
const over = <I extends Dim, R extends Dim>(step: Step<I, R>, r: DimOf<R>) => <T extends Dim, B extends Dim>(xs: Vec<T, Tensor<[B, I]>>, b: DimOf<B>): Vec<T, Tensor<[B, R]>> => {
  return pipe(xs, scanV<State<B, R>, Tensor<[B, I]>>(atRest(b, r), step), mapV(({ h }) => h));
};

/** R units a direction. */
export const bothWays = <I extends Dim, R extends Dim>(i: DimOf<I>, r: DimOf<R>): SomeBlock<BothWays<I, R>> =>
  opaque(block({ forward: cell(i, r), backward: cell(i, r) }, (p): BothWays<I, R> => (x) => {
    const b = firstDim(x);
    const xs = unstack(rearrange('b t i -> t b i')(x));
    const pairs = zipV(over(p.forward, r)(xs, b), reverseV(over(p.backward, r)(reverseV(xs), b)));
    return rearrange('t b r -> b t r')(stack(pipe(pairs, mapV(([f, g]) => concat(-1)(f, g)))));
  }));

/** The state after the last segment. shape: [B, T, I] → h and c [B, R] */
export interface Last<in out I extends Dim, in out R extends Dim> {
  <B extends Dim, T extends Dim>(x: Tensor<[B, T, I]>): State<B, R>;
}

/** R units, one direction. */
export const lastState = <I extends Dim, R extends Dim>(i: DimOf<I>, r: DimOf<R>): SomeBlock<Last<I, R>> =>
  opaque(block({ forward: cell(i, r) }, (p): Last<I, R> => <B extends Dim, T extends Dim>(x: Tensor<[B, T, I]>) =>
    foldV<Tensor<[B, I]>, State<B, R>>(atRest(firstDim(x), r), (state, x) => p.forward(state, x))(unstack(rearrange('b t i -> t b i')(x)))));
