/**
 * Laws of batch norm: x [B, N, D] → [B, N, D], per channel over batch and tokens.
 *   1. moments: the mean of each channel is `bias`, its variance `weight`² v / (v + ε), v the variance that went in
 *   2. given: with given statistics equal to the batch's it gives the same
 *   3. evaluation: with given statistics each sample is by itself; gradient against differences
 * source: Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 1
 */
import type fc from 'fast-check';
import { instantiate, is, nodes, type Node, parameterNode, unwrap } from '../../dsl/index.ts';
import { batchNorm, moments, type Statistics } from '../../molt/adapters/batch-norm.ts';
import { withSizes } from '../../shapes/index.ts';
import { letters, several } from '../arbitraries/sizes.ts';
import { type Engine, meaning } from '../engine.ts';
import { type Equation, equation, insteadOf } from '../families/about.ts';
import { batchIndependence } from '../families/batch.ts';
import { replacing } from '../families/compiled.ts';
import { gradientMatchesDifferences } from '../families/differences.ts';
import { type Law, type Mutant, under } from '../law.ts';
import { called, given, onNodes, type Subject } from '../subject.ts';

type Apply = Subject['apply'];
interface Sizes {
  readonly B: number;
  readonly N: number;
  readonly D: number;
}
const drawn = letters({ B: several, N: several, D: several });
/** `norm`, with `mean` and `variance` where they are given. */
const norm = ({ D }: Sizes, statistics: Statistics): Apply => withSizes({ D }, (t) => (...xs) => {
  const out = onNodes(instantiate(batchNorm(t.D, statistics), 'norm'))(...xs);
  // drawn numbers are of either sign, variances are not
  return replacing((n) => (is('parameter', n) && n.params.name === 'norm.variance' ? nodes.shift(nodes.map('square', n), 0.1) : n))([out]);
});
/** The same with statistics as leaves. */
const leaves = ({ D }: Sizes): Apply => withSizes({ D }, (t) => (...xs) => [onNodes(instantiate(batchNorm(t.D, 'given'), 'norm'))(...xs)]);

const mean = (x: Node): Node => nodes.scale(nodes.sumAxes(x, [0, 1]), 1 / ((x.sizes[0] ?? 1) * (x.sizes[1] ?? 1)));
/** E x² − (E x)², as batch norm does not compute it. */
const variance = (x: Node): Node => nodes.add(mean(nodes.map('square', x)), nodes.neg(nodes.map('square', mean(x))));

const normed: fc.Arbitrary<Equation> = drawn.map((s) => ({
  inputs: [given([s.B, s.N, s.D])],
  apply: (...xs) => norm(s, 'batch')(...xs).flatMap((y) => [mean(y), variance(y)]),
  wanted: (x) => {
    if (x === undefined) return [];
    const v = variance(x);
    const gain = nodes.map('square', parameterNode('norm.weight', [s.D]));
    return [parameterNode('norm.bias', [s.D]), nodes.mul(gain, nodes.mul(v, nodes.map('square', nodes.map('rsqrt', nodes.shift(v, 1e-5)))))];
  },
}));
/** Divided by the deviation, but not about the mean. */
const uncentred = (s: Sizes): Apply => (...xs) => xs.map((x) => {
  const over = (c: Node): Node => nodes.broadcast(nodes.reshape(c, [1, 1, s.D]), x.sizes);
  const gain = nodes.mul(parameterNode('norm.weight', [s.D]), nodes.map('rsqrt', nodes.shift(variance(x), 1e-5)));
  return nodes.add(nodes.mul(x, over(gain)), over(parameterNode('norm.bias', [s.D])));
});
const ofMoments = (apply: Apply): Apply => (...xs) => apply(...xs).flatMap((y) => [mean(y), variance(y)]);
const channels = ({ inputs }: Subject): number => inputs[0]?.sizes[2] ?? 1;
const sizesOf = (s: Subject): Sizes => ({ B: 1, N: 1, D: channels(s) });

const momentsLaw = equation<Equation>({
  id: 'moments',
  statement: 'each channel has the mean `bias` and the deviation |weight|, but for ε',
  tier: 'required',
  mutants: [insteadOf('no norm', () => ofMoments((...xs) => xs)), insteadOf('the mean is not taken off', (e) => ofMoments(uncentred(sizesOf(e))))],
});

/** Statistics of the batch in the place of given ones; `wanted` takes those of the batch by itself. */
interface Filled extends Equation {
  readonly unbiased: Apply;
  readonly unshifted: Apply;
}
const filled: fc.Arbitrary<Filled> = drawn.map((s) => {
  const filling = (change: (mean: Node, variance: Node) => readonly [Node, Node]): Apply => (...xs) => {
    const found = called(moments)(...xs);
    const [m, v] = change(unwrap(found.mean), unwrap(found.variance));
    return replacing((n) => (is('parameter', n) ? (n.params.name === 'norm.mean' ? m : n.params.name === 'norm.variance' ? v : n) : n))(leaves(s)(...xs));
  };
  const n = s.B * s.N;
  return {
    inputs: [given([s.B, s.N, s.D])],
    apply: filling((m, v) => [m, v]),
    wanted: norm(s, 'batch'),
    unbiased: filling((m, v) => [m, nodes.scale(v, n / (n - 1))]),
    unshifted: filling((m, v) => [nodes.zerosLike(m), v]),
  };
});
const filledLaw = equation<Filled>({
  id: 'given',
  statement: 'with given statistics equal to the moments of the batch it gives what it gives by them',
  tier: 'required',
  mutants: [insteadOf('the unbiased variance', (f) => f.unbiased), insteadOf('the mean is left out', (f) => f.unshifted)],
});

/** Evaluation, beside training, which mixes samples. */
interface Evaluated extends Subject {
  readonly training: Apply;
}
const evaluated: fc.Arbitrary<Evaluated> = drawn.map((s) => ({ inputs: [given([s.B, s.N, s.D])], apply: norm(s, 'given'), training: norm(s, 'batch') }));
const trains: Mutant<Evaluated> = { name: 'statistics of the batch', mutate: (e) => ({ ...e, apply: e.training }) };

export const ownBatchNormLaws = (engine: Engine = meaning): readonly Law[] =>
  under('batchNorm')([momentsLaw(normed, engine), filledLaw(filled, engine), ...batchIndependence(evaluated, [0], engine, [trains]), gradientMatchesDifferences(evaluated)]);
