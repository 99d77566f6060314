/**
 * Laws of batch norm: x [B, N, D] → [B, N, D], per channel over batch and tokens; two of them with a ReLU between.
 *   1. training: the training form is the formula over the batch's own moments, one norm after the other
 *   2. moments: the mean of each channel is `bias`, its variance `weight`² v / (v + ε), v the variance that went in
 *   3. given: with the moments of the training form as statistics it gives what training gives
 *   4. evaluation: with given statistics each sample is by itself; gradient against differences
 * source: Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 1
 */
import type fc from 'fast-check';
import { block, type Declared, instantiate, is, nodes, type Node, opaque, parameterNode, relu, type SomeBlock, unwrap } from '../../dsl/index.ts';
import { batchNorm } from '../../molt/adapters/batch-norm.ts';
import type { Refine } from '../../molt/adapters/insertion.ts';
import { trainingForm, type TrainingForm } from '../../molt/adapters/training-form.ts';
import { type Dim, type DimOf, withSizes } from '../../shapes/index.ts';
import { letters, several } from '../arbitraries/sizes.ts';
import { type Engine, meaning } from '../engine.ts';
import { type Equation, equation, insteadOf } from '../families/about.ts';
import { batchIndependence } from '../families/batch.ts';
import { replacing } from '../families/compiled.ts';
import { gradientMatchesDifferences } from '../families/differences.ts';
import { type Law, type Mutant, under } from '../law.ts';
import { called, given, type Subject } from '../subject.ts';

type Apply = Subject['apply'];
interface Sizes {
  readonly B: number;
  readonly N: number;
  readonly D: number;
}
const drawn = letters({ B: several, N: several, D: several });
const input = (s: Sizes): Subject['inputs'] => [given([s.B, s.N, s.D])];

/** Norms under names, and what they do. */
type Norms = <D extends Dim>(d: DimOf<D>) => SomeBlock<Refine<D>>;
const one: Norms = (d) => opaque(block({ norm: batchNorm(d) }, (p) => p.norm));
const two: Norms = <D extends Dim>(d: DimOf<D>): SomeBlock<Refine<D>> => opaque(block({ first: batchNorm(d), second: batchNorm(d) }, (p): Refine<D> => (x) => p.second(relu(p.first(x)))));

interface Built {
  readonly roots: readonly Node[];
  readonly declared: readonly Declared[];
}
const built = (norms: Norms, { D }: Sizes, xs: readonly Node[]): Built =>
  withSizes({ D }, ({ D: d }) => { const made = norms(d); return { roots: [unwrap(called(instantiate(made))(...xs))], declared: made.declared('', true) }; });
const form = (norms: Norms, s: Sizes, xs: readonly Node[]): TrainingForm => { const { roots, declared } = built(norms, s, xs); return trainingForm(roots, declared); };
const training = (norms: Norms, s: Sizes): Apply => (...xs) => form(norms, s, xs).roots;
/** By statistics that are leaves; drawn numbers are of either sign, variances are not. */
const evaluation = (norms: Norms, s: Sizes): Apply => (...xs) =>
  replacing((n) => (is('parameter', n) && n.params.name.endsWith('.variance') ? nodes.shift(nodes.map('square', n), 0.1) : n))(built(norms, s, xs).roots);

const mean = (x: Node): Node => nodes.scale(nodes.sumAxes(x, [0, 1]), 1 / ((x.sizes[0] ?? 1) * (x.sizes[1] ?? 1)));
/** E x² − (E x)², as batch norm does not compute it. */
const variance = (x: Node): Node => nodes.add(mean(nodes.map('square', x)), nodes.neg(nodes.map('square', mean(x))));
const weight = (name: string, s: Sizes): Node => parameterNode(name, [s.D]);

/** The formula with any moments. */
const formula = (name: string, s: Sizes, x: Node, m: Node, v: Node, epsilon = 1e-5): Node => {
  const over = (c: Node): Node => nodes.broadcast(nodes.reshape(c, [1, 1, s.D]), x.sizes);
  return nodes.add(nodes.mul(nodes.mul(nodes.sub(x, over(m)), over(nodes.map('rsqrt', nodes.shift(v, epsilon)))), over(weight(`${name}.weight`, s))), over(weight(`${name}.bias`, s)));
};
const unbiased = ({ B, N }: Sizes) => (v: Node): Node => nodes.scale(v, (B * N) / (B * N - 1));
type Take = (x: Node) => Node;
const stacked = (s: Sizes, m: Take, v: Take, epsilon?: number): Apply => (...xs) => xs.map((x) => {
  const y = nodes.map('relu', formula('first', s, x, m(x), v(x), epsilon));
  return formula('second', s, y, m(y), v(y), epsilon);
});

interface Trained extends Equation {
  readonly sizes: Sizes;
}
const trained: fc.Arbitrary<Trained> = drawn.map((s) => ({ sizes: s, inputs: input(s), apply: training(two, s), wanted: stacked(s, mean, variance) }));
const trainingLaw = equation<Trained>({
  id: 'training',
  statement: 'the training form norms by the moments of the batch, the second norm by those of what the first gave',
  tier: 'required',
  mutants: [
    insteadOf('statistics are left as they are', ({ sizes }) => evaluation(two, sizes)),
    insteadOf('the unbiased variance', ({ sizes }) => stacked(sizes, mean, (x) => unbiased(sizes)(variance(x)))),
    insteadOf('another ε', ({ sizes }) => stacked(sizes, mean, variance, 1e-3)),
    insteadOf('the mean is not taken off', ({ sizes }) => stacked(sizes, (x) => nodes.zerosLike(mean(x)), variance)),
  ],
});

/** One channel's moments are all channels' moments. */
const pooled = (x: Node): Node => nodes.broadcast(nodes.reshape(nodes.scale(nodes.sumAxes(x, [0]), 1 / (x.sizes[0] ?? 1)), [1]), x.sizes);
const normed: fc.Arbitrary<Trained> = drawn.map((s) => ({
  sizes: s,
  inputs: input(s),
  apply: (...xs) => training(one, s)(...xs).flatMap((y) => [mean(y), variance(y)]),
  wanted: (x) => {
    if (x === undefined) return [];
    const v = variance(x);
    const gain = nodes.map('square', weight('norm.weight', s));
    return [weight('norm.bias', s), nodes.mul(gain, nodes.mul(v, nodes.map('square', nodes.map('rsqrt', nodes.shift(v, 1e-5)))))];
  },
}));
const ofMoments = (apply: Apply): Apply => (...xs) => apply(...xs).flatMap((y) => [mean(y), variance(y)]);
const momentsLaw = equation<Trained>({
  id: 'moments',
  statement: 'each channel has the mean `bias` and the deviation |weight|, but for ε',
  tier: 'required',
  mutants: [
    insteadOf('no norm', () => ofMoments((...xs) => xs)),
    insteadOf('all channels at once', ({ sizes }) => ofMoments((...xs) => xs.map((x) => formula('norm', sizes, x, pooled(mean(x)), pooled(variance(x)))))),
    insteadOf('the bias is left out', ({ sizes }) => ofMoments((...xs) => training(one, sizes)(...xs).map((y) => nodes.sub(y, nodes.broadcast(nodes.reshape(weight('norm.bias', sizes), [1, 1, sizes.D]), y.sizes))))),
  ],
});

/** Moments of the batch as given statistics; `wanted` is the training form. */
interface Filled extends Equation {
  readonly unbiased: Apply;
  readonly unshifted: Apply;
  readonly apart: Apply;
}
const filled: fc.Arbitrary<Filled> = drawn.map((s) => {
  const filling = (change: (name: string, moment: Node) => Node): Apply => (...xs) => {
    const { moments } = form(two, s, xs);
    const now = (leaf: Node): Node => { const moment = is('parameter', leaf) ? moments.get(leaf.params.name) : undefined; return moment === undefined || !is('parameter', leaf) ? leaf : change(leaf.params.name, moment); };
    return replacing(now)(built(two, s, xs).roots);
  };
  const isVariance = (name: string): boolean => name.endsWith('.variance');
  return {
    inputs: input(s),
    apply: filling((_, moment) => moment),
    wanted: training(two, s),
    unbiased: filling((name, moment) => (isVariance(name) ? unbiased(s)(moment) : moment)),
    unshifted: filling((name, moment) => (isVariance(name) ? moment : nodes.zerosLike(moment))),
    apart: filling((name, moment) => (name === 'second.mean' ? parameterNode('first.bias', [s.D]) : moment)),
  };
});
const filledLaw = equation<Filled>({
  id: 'given',
  statement: 'with the moments of the training form as statistics it gives what training gives',
  tier: 'required',
  mutants: [insteadOf('the unbiased variance', (f) => f.unbiased), insteadOf('the mean is left out', (f) => f.unshifted), insteadOf("the second norm's mean before the ReLU", (f) => f.apart)],
});

/** Evaluation, beside training, which mixes samples. */
interface Evaluated extends Subject {
  readonly training: Apply;
}
const evaluated: fc.Arbitrary<Evaluated> = drawn.map((s) => ({ inputs: input(s), apply: evaluation(one, s), training: training(one, s) }));
const trains: Mutant<Evaluated> = { name: 'statistics of the batch', mutate: (e) => ({ ...e, apply: e.training }) };

export const ownBatchNormLaws = (engine: Engine = meaning): readonly Law[] =>
  under('batchNorm')([trainingLaw(trained, engine), momentsLaw(normed, engine), filledLaw(filled, engine), ...batchIndependence(evaluated, [0], engine, [trains]), gradientMatchesDifferences(evaluated)]);
