/**
 * Automatic: the laws that every block should obey, tried wherever they mean something; elsewhere the reason why not.
 *   1. shapes: every shape of the graph re-derived from the rules; outputs of the shapes that are claimed
 *   2. batch: each sample's result is its own
 *   3. gradient: against differences
 *   4. compiled: the lowered graph agrees with the plain one
 *   5. frozen: what is declared frozen is frozen where it is used
 */
import type fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import { check, closeGraph, type Declared, is, type Node, parameterNode } from '../../dsl/index.ts';
import { printFault } from '../../shapes/index.ts';
import { breaks, every, must } from '../counter.ts';
import { aboutSubjects, nothing } from '../families/about.ts';
import { batchIndependence } from '../families/batch.ts';
import { replacing, rewriteKeepsValues } from '../families/compiled.ts';
import { gradientMatchesDifferences } from '../families/differences.ts';
import type { Law, Mutant } from '../law.ts';
import { inputsOf, rootsOf, type Subject } from '../subject.ts';
import type { Axes } from './sizes.ts';

export const automaticLaws = ['shapes', 'batch', 'gradient', 'compiled', 'frozen'] as const;
export type AutomaticLaw = (typeof automaticLaws)[number];

/** A block at drawn sizes: what it declares, and the sizes that its outputs should have. */
export interface Sized extends Subject {
  readonly declared: readonly Declared[];
  readonly wanted: readonly (readonly number[])[] | undefined;
}
export interface Everything {
  readonly inputs: readonly Axes[];
  readonly dtypes: readonly string[];
  readonly outputs: readonly Axes[] | undefined;
  readonly subjects: fc.Arbitrary<Sized>;
  /** the block at one size */
  readonly example: Sized;
}
/** The laws, or why they are not tried. */
export type Tried = { readonly laws: readonly Law[] } | { readonly reason: string };

/** The letter that every input begins with. */
export const batchLetter = (inputs: readonly Axes[]): string | undefined => {
  const [first] = inputs.map(([axis]) => axis);
  return typeof first === 'string' && inputs.every(([axis]) => axis === first) ? first : undefined;
};

const misrecorded: Mutant<Sized> = { name: 'records other sizes', mutate: (s) => ({ ...s, apply: (...xs) => s.apply(...xs).map((y): Node => Object.freeze({ ...y, sizes: [...y.sizes, 2] })) }) };
const shapes = aboutSubjects<Sized, undefined>({
  id: 'shapes',
  statement: 'every shape follows from the rules, and outputs have the shapes that are claimed',
  tier: 'required',
  draw: nothing,
  mutants: [misrecorded],
  holds: (subject) => {
    const roots = rootsOf(subject);
    const checked = check(roots);
    if (isLeft(checked)) return breaks(printFault(checked.left));
    const { wanted } = subject;
    if (wanted === undefined) return every([]);
    return every([
      must(roots.length === wanted.length, () => `${roots.length} outputs, claimed are ${wanted.length}`),
      ...roots.map((root, i) => must(root.sizes.join() === (wanted[i] ?? []).join(), () => `output ${i} is [${root.sizes.join(', ')}], claimed is [${(wanted[i] ?? []).join(', ')}]`)),
    ]);
  },
});

const thawed: Mutant<Sized> = { name: 'not frozen', mutate: (s) => ({ ...s, apply: (...xs) => replacing((n) => (is('parameter', n) ? parameterNode(n.params.name, n.sizes, true) : n))(s.apply(...xs)) }) };
const frozen = aboutSubjects<Sized, undefined>({
  id: 'frozen',
  statement: 'what is declared frozen is read as frozen: training gives it no gradient',
  tier: 'required',
  draw: nothing,
  mutants: [thawed],
  holds: (subject) => {
    const flags = new Map(subject.declared.map((d) => [d.name, d.trainable]));
    return every(closeGraph(rootsOf(subject)).nodes.flatMap((n) => (is('parameter', n) ? [must(flags.get(n.params.name) === n.params.trainable, () => `${n.params.name} is ${flags.get(n.params.name) === undefined ? 'not declared' : n.params.trainable ? 'trained' : 'frozen'} in the graph`)] : [])));
  },
});

const tried: { readonly [L in AutomaticLaw]: (all: Everything) => Tried } = {
  shapes: ({ subjects }) => ({ laws: [shapes(subjects)] }),
  batch: ({ inputs, outputs, subjects, example }) => {
    const letter = batchLetter(inputs);
    if (letter === undefined) return { reason: inputs.length === 0 ? 'there are no inputs' : 'the inputs do not all begin with the same letter' };
    const own = outputs === undefined ? rootsOf(example).every(({ sizes: [n] }) => n === example.inputs[0]?.sizes[0]) : outputs.every(([axis]) => axis === letter);
    return own ? { laws: batchIndependence(subjects, inputs.map((_, i) => i)) } : { reason: `not every output begins with ${letter}` };
  },
  gradient: ({ subjects, example }) => {
    const roots = rootsOf(example);
    if (!roots.some(({ dtype }) => dtype === 'f32')) return { reason: 'no output is f32' };
    const leaves = [...inputsOf(example).filter(({ dtype }) => dtype === 'f32'), ...closeGraph(roots).nodes.filter((n) => is('parameter', n) && n.params.trainable)];
    return leaves.length === 0 ? { reason: 'no input is f32 and no weight is trained' } : { laws: [gradientMatchesDifferences(subjects)] };
  },
  compiled: ({ subjects }) => ({ laws: [rewriteKeepsValues(subjects)] }),
  frozen: ({ subjects, example }) => (example.declared.some((d) => !d.trainable) ? { laws: [frozen(subjects)] } : { reason: example.declared.length === 0 ? 'it declares no weights' : 'no weight is declared frozen' }),
};

/** One of the laws that are tried unasked. */
export const tryLaw = (name: AutomaticLaw, all: Everything): Tried => tried[name](all);
