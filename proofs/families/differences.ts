/**
 * Differences: gradients against what they are the limit of, on the reference backend in double precision.
 *   1. first order: ∂L/∂x_i = (L(x + h e_i) − L(x − h e_i)) / 2h, for L = Σ c·y with drawn cotangents c
 *   2. second order: the same for the gradient of Σ v·∇L
 *   3. linear: the gradient for a c + b d is a times that for c plus b times that for d
 * idea:  inputs are drawn away from declared kinks (a `Domain`); weights that training touches count as inputs.
 * source: Baydin et al. 2018, arXiv:1502.05767, section 2.1 (the error of central differences)
 */
import fc from 'fast-check';
import { isLeft, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Bindings, closeGraph, fillNode, grad, inputNode, is, nodes, type Node, random, type Value } from '../../dsl/index.ts';
import { close, type Counter, every, faults } from '../counter.ts';
import { meaning, nth, prepare, valuesOf } from '../engine.ts';
import { law, type Law, type Mutant } from '../law.ts';
import { bindSubject, inputsOf, rootsOf, seeds, showSubject, type Subject, type Subjects } from '../subject.ts';

/** Gradients of a scalar with respect to leaves: `grad`, or what should be like it. */
export type Differentiate = (loss: Node, wrt: readonly Node[]) => readonly Node[];
export const ours: Differentiate = (loss, wrt) => grad(loss, wrt).gradients;

type Leaf = Node<'input'> | Node<'parameter'>;
const isLeaf = (node: Node): node is Leaf => (is('input', node) && node.dtype === 'f32') || (is('parameter', node) && node.params.trainable);

const sumAll = (x: Node): Node => nodes.sumAxes(x, x.sizes.map((_, i) => i));
const total = (terms: readonly Node[]): Node => terms.reduce((a, b) => nodes.add(a, b), fillNode(0, []));
const paired = (prefix: string, ys: readonly Node[]): Node => total(ys.flatMap((y, i) => (y.dtype === 'f32' ? [sumAll(nodes.mul(y, inputNode(`${prefix}${i}`, y.sizes)))] : [])));

/** What to differentiate by: the f32 inputs, and the trainable weights that the outputs read. */
const leavesOf = (subject: Subject, roots: readonly Node[]): readonly Leaf[] => [...inputsOf(subject), ...closeGraph(roots).nodes.filter((n) => is('parameter', n))].filter(isLeaf);

const step = 2 ** -16;
/** Places tried of each leaf: a few dozen in all, chosen anew for every sample. */
const placesOf = (leaves: number): number => Math.max(2, Math.min(24, Math.floor(48 / leaves)));

const bumped = (bindings: Bindings, leaf: Leaf, at: number, by: number): Bindings => {
  const table = leaf.primitive === 'input' ? bindings.inputs : bindings.parameters;
  const value = table.get(leaf.params.name);
  if (value === undefined) return bindings;
  const data = Float64Array.from(value.data);
  data[at] = (data[at] ?? NaN) + by;
  const changed = new Map(table).set(leaf.params.name, { ...value, data });
  return leaf.primitive === 'input' ? { ...bindings, inputs: changed } : { ...bindings, parameters: changed };
};

/** Central differences of a scalar at some places of a leaf, elsewhere the given gradient. */
const compared = (loss: Node, gradients: readonly Node[], leaves: readonly Leaf[], bindings: Bindings, seed: number): TE.TaskEither<Counter, void> =>
  pipe(
    TE.Do,
    TE.bind('program', () => prepare(meaning, [loss])),
    TE.bind('found', () => valuesOf(meaning, gradients, bindings)),
    TE.chain(({ program, found }) => async () => {
      for (const [l, leaf] of leaves.entries()) {
        const given: Value = nth(found, l);
        const wanted = Float64Array.from(given.data);
        const places = random.permutation(random.child(random.key(seed), l), wanted.length).slice(0, placesOf(leaves.length));
        for (const at of places) {
          const ahead = await program.run(bumped(bindings, leaf, at, step))();
          const behind = await program.run(bumped(bindings, leaf, at, -step))();
          if (isLeft(ahead)) return { _tag: 'Left' as const, left: faults(ahead.left) };
          if (isLeft(behind)) return { _tag: 'Left' as const, left: faults(behind.left) };
          wanted[at] = ((nth(ahead.right, 0).data[0] ?? NaN) - (nth(behind.right, 0).data[0] ?? NaN)) / (2 * step);
        }
        const verdict = close(`gradient of ${leaf.primitive} ${leaf.params.name}`, given, { ...given, sizes: leaf.sizes, data: wanted }, 1e-6);
        if (isLeft(verdict)) return verdict;
      }
      return right(undefined);
    }),
  );

interface Sample {
  readonly subject: Subject;
  readonly seed: number;
}
const samples = (subjects: Subjects): fc.Arbitrary<Sample> => fc.record({ subject: subjects, seed: seeds });
const show = ({ subject, seed }: Sample): string => `inputs ${showSubject(subject)}; seed ${seed}`;

const wrong = (name: string, change: (gradient: Node, i: number, all: readonly Node[]) => Node): Mutant<Differentiate> => ({ name, mutate: (d) => (loss, wrt) => d(loss, wrt).map(change) });
const mutants: readonly Mutant<Differentiate>[] = [
  wrong('a thousandth off', (g) => nodes.shift(nodes.scale(g, 1.001), 0.001)),
  wrong('the wrong sign, and one more', (g) => nodes.shift(nodes.neg(g), 1)),
];

const first = (subjects: Subjects) =>
  law<Differentiate, Sample>({
    id: 'gradient',
    statement: 'the gradient is the limit of central differences',
    tier: 'numerical',
    arbitrary: samples(subjects),
    show,
    mutants,
    holds: (differentiate) => ({ subject, seed }) => {
      const roots = rootsOf(subject);
      const loss = paired('c', roots);
      const leaves = leavesOf(subject, roots);
      return compared(loss, differentiate(loss, leaves), leaves, bindSubject(subject, seed, [loss]), seed);
    },
  });

const second = (subjects: Subjects) =>
  law<Differentiate, Sample>({
    id: 'gradient.second',
    statement: 'the gradient of a gradient is the limit of central differences of that gradient',
    tier: 'numerical',
    arbitrary: samples(subjects),
    show,
    mutants,
    holds: (differentiate) => ({ subject, seed }) => {
      const roots = rootsOf(subject);
      const leaves = leavesOf(subject, roots);
      const slope = paired('v', ours(paired('c', roots), leaves));
      return compared(slope, differentiate(slope, leaves), leaves, bindSubject(subject, seed, [slope]), seed);
    },
  });

const linear = (subjects: Subjects) =>
  law<Differentiate, Sample>({
    id: 'gradient.linear',
    statement: 'the gradient is linear in the cotangent',
    tier: 'required',
    arbitrary: samples(subjects),
    show,
    mutants: [wrong('its square', (g) => nodes.shift(nodes.mul(g, g), 1)), wrong('one more', (g) => nodes.shift(g, 1))],
    holds: (differentiate) => ({ subject, seed }) => {
      const roots = rootsOf(subject);
      const leaves = leavesOf(subject, roots);
      const [c, d] = [paired('c', roots), paired('d', roots)];
      const sum = nodes.add(nodes.scale(c, 2), nodes.scale(d, -3));
      const [gc, gd, gs] = [differentiate(c, leaves), differentiate(d, leaves), differentiate(sum, leaves)];
      const apart = gc.map((g, i) => nodes.add(nodes.scale(g, 2), nodes.scale(nth(gd, i), -3)));
      return pipe(
        valuesOf(meaning, [...gs, ...apart], bindSubject(subject, seed, [sum])),
        TE.chainEitherK((v) => every(leaves.map((leaf, i) => close(`gradient of ${leaf.params.name} for 2c − 3d`, nth(v, i), nth(v, leaves.length + i), meaning.tolerance)))),
      );
    },
  });

/** First order only: enough for a block, whose primitives are checked on their own. */
export const gradientMatchesDifferences = (subjects: Subjects, differentiate: Differentiate = ours): Law => first(subjects)(differentiate);

/** First order, second order, linear in the cotangent. */
export const gradientLaws = (subjects: Subjects, differentiate: Differentiate = ours): readonly Law[] => [first, second, linear].map((make) => make(subjects)(differentiate));
