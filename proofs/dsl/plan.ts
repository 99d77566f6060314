/**
 * Laws of the planner: of recomputation, and of all stages together.
 *   1. recompute: same values, never more bytes saved, the forward roots untouched
 *   2. fuse: same values, a shared operand is read once
 *   3. planned = unplanned, for inference and for training steps, whatever the engine's matrix products read
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { check, closeGraph, fuse, inputNode, is, lower, node, nodes, type Node, parameterNode, type Plan, planOf, type PlanOptions, print, recompute, type RecomputeOptions, savedIn, schedule, type Value } from '../../dsl/index.ts';
import { chains } from '../arbitraries/chains.ts';
import { programs } from '../arbitraries/graphs.ts';
import { close, type Counter, every, faults, must } from '../counter.ts';
import { meaning, nth, valuesOf } from '../engine.ts';
import type { Rewrite } from '../families/compiled.ts';
import { law, type Law, type Mutant, under } from '../law.ts';
import { bindAll, rootsOf, seeds } from '../subject.ts';
import { type Step, stepOf } from './cost.ts';

interface Sample {
  readonly step: () => Step;
  readonly seed: number;
}
/** Training steps of random programs over all primitives, and of random regions. */
const samples: fc.Arbitrary<Sample> = fc.record({ roots: fc.oneof(programs().map((p) => () => p.build()), chains.map((s) => () => rootsOf(s))), seed: seeds }).map(({ roots, seed }) => ({ step: () => stepOf(roots()), seed }));
const show = ({ step, seed }: Sample): string => `${print(step().roots)}\nseed ${seed}`;

/** Everything that can be computed again is. */
const eager: RecomputeOptions = { perByte: 1e9, leastBytes: 0 };

const savedBytes = (plan: Plan, forward: number): number => savedIn(plan, forward).reduce((sum, { bytes }) => sum + bytes, 0);

const fusing: Rewrite = (roots) => fuse(roots).roots;

type Recompute = (roots: readonly Node[], forward: number) => readonly Node[];
const eagerly: Recompute = (roots, forward) => recompute(roots, forward, eager).roots;
const agreeing = (step: Step, rewritten: readonly Node[], seed: number) =>
  pipe(
    TE.fromEither(check(rewritten)),
    TE.mapLeft(faults),
    TE.chain(() => valuesOf(meaning, [...step.roots, ...rewritten], bindAll(schedule(step.roots).steps, seed))),
    TE.chainEitherK((v: readonly Value[]) => every(step.roots.map((_, i) => close(`root ${i}`, nth(v, step.roots.length + i), nth(v, i), meaning.tolerance)))),
  );

const recomputed = law<Recompute, Sample>({
  id: 'recompute.values',
  statement: 'a value that is computed again is the same value',
  tier: 'required',
  arbitrary: samples,
  show,
  holds: (rewrite) => ({ step, seed }) => { const made = step(); return agreeing(made, rewrite(lower(made.roots), made.forward), seed); },
  mutants: [{ name: 'a gradient is halved', mutate: (rewrite) => (roots, forward) => rewrite(roots, forward).map((r, i) => (i >= forward && is('fill', r) === false ? nodes.shift(nodes.scale(r, 0.5), 0.1) : r)) }],
});

/** The last gradient reads every value of the forward pass. */
const keepingAll = (roots: readonly Node[], forward: number): readonly Node[] => {
  const all = closeGraph(roots.slice(0, forward)).nodes.filter((n) => n.dtype === 'f32' && n.operands.length > 0);
  const read = all.map((n) => nodes.sumAxes(nodes.map('cos', n), n.sizes.map((_, i) => i)));
  return roots.map((r, i) => (i < forward || r.dtype !== 'f32' ? r : read.reduce((sum, x) => nodes.add(sum, nodes.reshape(x, r.sizes.map(() => 1))), r)));
};

const fewer = law<Recompute, Sample>({
  id: 'recompute.saved',
  statement: 'never more bytes are saved than without it',
  tier: 'required',
  arbitrary: samples,
  show,
  holds: (rewrite) => ({ step }) => {
    const { roots, forward } = step();
    const [before, after] = [savedBytes(schedule(lower(roots)), forward), savedBytes(schedule(rewrite(lower(roots), forward)), forward)];
    return must(after <= before, () => `${after} bytes, ${before} without`);
  },
  mutants: [{ name: 'keeps every value of the forward pass', mutate: (rewrite) => (roots, forward) => keepingAll(rewrite(roots, forward), forward) }],
});

interface Alike {
  readonly tokens: number;
  readonly channels: number;
  readonly adapters: number;
  readonly kinds: readonly number[];
  readonly seed: number;
}
/** Adapters that read one operand with weights of their own, go through functions, and meet again in two ways. */
const alike: fc.Arbitrary<Alike> = fc.record({ tokens: fc.constantFrom(12, 24), channels: fc.constantFrom(48, 64), adapters: fc.constantFrom(2, 3, 4), kinds: fc.array(fc.nat({ max: 2 }), { maxLength: 3 }), seed: seeds });
const adapters = ({ tokens, channels, adapters: k, kinds }: Alike): readonly Node[] => {
  const x = inputNode('x', [3, tokens, channels]);
  const tails = Array.from({ length: k }, (_, i) => {
    const scores = nodes.einsum([[0, 1, 2], [3, 2]], [0, 3, 1], [x, parameterNode(`w.${i}`, [2, channels])]);
    return kinds.reduce<Node>((y, kind) => [nodes.map('tanh', y), node('softmax', {}, [y]), nodes.scale(y, 2)][kind] ?? y, scores);
  });
  return [...tails, tails.reduce((a, b) => nodes.add(a, b)), ...tails.map((a) => nodes.einsum([[0, 3, 1], [0, 1, 2]], [0, 3, 2], [a, x]))];
};

const fusedValues = law<Rewrite, Alike>({
  id: 'fuse.values',
  statement: 'work that is done at once gives the same values',
  tier: 'required',
  arbitrary: alike,
  holds: (rewrite) => (sample) => { const roots = adapters(sample); return agreeing({ roots, forward: roots.length }, rewrite(roots), sample.seed); },
  mutants: [{ name: 'rows in the wrong order', mutate: (rewrite) => (roots) => { const made = rewrite(roots); return [...made.slice(1, 2), ...made.slice(0, 1), ...made.slice(2)]; } }],
});
const fusedOnce = law<Rewrite, Alike>({
  id: 'fuse.once',
  statement: 'a large operand that several alike contractions share is read once by them',
  tier: 'required',
  arbitrary: alike,
  holds: (rewrite) => (sample) => {
    const reading = closeGraph(rewrite(adapters(sample))).nodes.filter((n) => is('einsum', n) && n.operands.some((o) => is('input', o)) && n.operands.some((o) => o.sizes.at(-1) === sample.channels && !is('input', o)));
    return must(reading.length === 1, () => `${reading.length} contractions with the weights`);
  },
  mutants: [{ name: 'fuses nothing', mutate: () => (roots) => roots }],
});

type Planner = (roots: readonly Node[], options: PlanOptions) => Plan;
const off = (name: string, change: (roots: readonly Node[]) => readonly Node[]): Mutant<Planner> => ({ name, mutate: (plan) => (roots, options) => plan(change(roots), options) });

const whole = law<Planner, Sample & { readonly transposed: boolean; readonly again: boolean }>({
  id: 'planned',
  statement: 'a plan has the values of the equations as they are written',
  tier: 'required',
  arbitrary: fc.tuple(samples, fc.boolean(), fc.boolean()).map(([sample, transposed, again]) => ({ ...sample, transposed, again })),
  show,
  holds: (plan) => ({ step, seed, transposed, again }) => {
    const { roots, forward } = step();
    const options: PlanOptions = { target: { transposed }, ...(again ? { forward, recompute: eager } : {}) };
    const found = plan(roots, options);
    const bindings = bindAll(schedule(roots).steps, seed);
    return pipe(
      meaning.backend.compile(found),
      TE.chain((program) => program.run(bindings)),
      TE.mapLeft((fault): Counter => faults(fault)),
      TE.bindTo('values'),
      TE.bind('wanted', () => valuesOf(meaning, roots, bindings)),
      TE.chainEitherK(({ values, wanted }) => every(wanted.map((v, i) => close(`root ${i}`, nth(values, i), v, 1e-7)))),
    );
  },
  mutants: [off('a thousandth off', (roots) => roots.map((r) => (r.dtype === 'f32' ? nodes.shift(nodes.scale(r, 1.001), 0.001) : r)))],
});

/** The laws of recomputation and of the whole planner. */
export const planLaws = (plan: Planner = planOf): readonly Law[] => under('plan')([recomputed(eagerly), fewer(eagerly), fusedValues(fusing), fusedOnce(fusing), whole(plan)]);
