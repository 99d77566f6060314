/**
 * AdamW: the optimiser's step as nodes, so that a whole training step is one graph.
 * idea:  the same formula as the sweep over memory (dsl/optim), with the number of the step and the rate as inputs. 1 − βᵗ is formed as
 *        −tanh(y/2)·(eʸ + 1), y = t·ln β: near 1 a power would lose its last digits in single precision.
 * laws:  test/dsl/onnx/adamw.test.ts: the numbers of dsl/optim
 * source: Loshchilov & Hutter, Decoupled weight decay regularization, ICLR 2019, algorithm 2
 */
import { add, cast, div, map, mul, neg, reshape, scale, shift, sub } from '../build.ts';
import type { Node } from '../expr.ts';
import { fill } from '../node.ts';
import type { AdamWConfig } from '../optim/adamw.ts';

/** Weights and moments, of one parameter: f32 of equal sizes. */
export interface Slot {
  readonly weight: Node;
  readonly first: Node;
  readonly second: Node;
}

/** 1 − βᵗ; t a scalar */
const oneMinusPower = (beta: number, t: Node): Node => {
  const y = mul(t, fill(Math.log(beta), t.sizes));
  return neg(mul(map('tanh', scale(y, 0.5)), shift(map('exp', y), 1)));
};

/** A scalar stretched over x. */
const over = (x: Node, scalar: Node): Node => reshape(scalar, x.sizes.map(() => 1));

/**
 * One step of AdamW on every slot. `rate`: f32 scalar; `step`: i32 scalar, the number of this step from 1 on.
 * The configuration's own rate is not read.
 */
export const adamWStep = ({ beta1, beta2, epsilon, decay }: AdamWConfig, rate: Node, step: Node): ((slot: Slot, gradient: Node) => Slot) => {
  const t = cast(step, 'f32');
  const pace = div(rate, oneMinusPower(beta1, t));
  const scale2 = map('reciprocal', oneMinusPower(beta2, t));
  const shrink = scale(rate, decay);
  return ({ weight, first, second }, gradient) => {
    const m = add(first, scale(sub(gradient, first), 1 - beta1));
    const v = add(second, scale(sub(map('square', gradient), second), 1 - beta2));
    const change = div(mul(m, over(m, pace)), shift(map('sqrt', mul(v, over(v, scale2))), epsilon));
    const kept = decay === 0 ? weight : sub(weight, mul(weight, over(weight, shrink)));
    return { weight: sub(kept, change), first: m, second: v };
  };
};
