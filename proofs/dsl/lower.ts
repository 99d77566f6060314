/**
 * Laws of lowering.
 *   1. lowered = unlowered, for random contractions and for random graphs
 *   2. canonical: every einsum of the result has a form that engines have a kernel for, by the names of its axes, whatever they were
 *   3. order: a contraction order has every operand once
 */
import fc from 'fast-check';
import { type Order, contractionOrder } from '../../dsl/contract/order.ts';
import { closeGraph, is, isCanonical, lower, nodes, plainTarget, print, type Target } from '../../dsl/index.ts';
import { einsums, emptyEinsums } from '../arbitraries/einsums.ts';
import { programs, type Program } from '../arbitraries/graphs.ts';
import { size } from '../arbitraries/sizes.ts';
import { must } from '../counter.ts';
import { brokenProducts, rewriteKeepsValues, type Rewrite } from '../families/compiled.ts';
import { law, type Law, under } from '../law.ts';
import { given, rootsOf, showSubject, type Subject, type Subjects } from '../subject.ts';

/** Random graphs as subjects without inputs of their own. */
export const graphSubjects = (steps?: number): Subjects => programs(steps).map((program: Program) => ({ inputs: [], apply: () => program.build() }));

/** Matrix products whose axes have any names: as an engine's kernel has them, but for these. */
const products: Subjects = fc.record({ sizes: fc.tuple(size, size, size), names: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 3, maxLength: 3 }), turned: fc.tuple(fc.boolean(), fc.boolean()) })
  .map(({ sizes: [m, k, n], names: [row = 0, inner = 1, column = 2], turned: [a, b] }): Subject => ({
    inputs: [given(a ? [k, m] : [m, k]), given(b ? [n, k] : [k, n])],
    apply: (...xs) => [nodes.einsum([a ? [inner, row] : [row, inner], b ? [column, inner] : [inner, column]], [row, column], xs)],
  }));

const canonical = (target: Target): ((rewrite: Rewrite) => Law) => law<Rewrite, Subject>({
  id: 'canonical',
  statement: 'every einsum of a lowered graph is a sum, a matrix product, or a batch of matrix products',
  tier: 'required',
  arbitrary: fc.oneof(einsums, graphSubjects(), products),
  show: (subject) => `${showSubject(subject)}\n${print(rootsOf(subject))}`,
  holds: (rewrite) => (subject) => {
    const wrong = closeGraph(rewrite(rootsOf(subject))).nodes.find((n) => is('einsum', n) && !isCanonical(n, target));
    return must(wrong === undefined, () => `left over: ${wrong === undefined ? '' : print([wrong])}`);
  },
  mutants: [{ name: 'lowers nothing', mutate: () => (roots) => roots }, { name: 'lowers the last root only', mutate: (rewrite) => (roots) => [...roots.slice(0, -1), ...rewrite(roots.slice(-1))] }],
});

const leavesOf = (order: Order): readonly number[] => (typeof order === 'number' ? [order] : [...leavesOf(order[0]), ...leavesOf(order[1])]);

interface Contraction {
  readonly inputs: readonly (readonly number[])[];
  readonly sizes: readonly number[];
}
const order = law<typeof contractionOrder, Contraction>({
  id: 'order',
  statement: 'a contraction order has every operand once',
  tier: 'required',
  arbitrary: fc.record({ inputs: fc.array(fc.uniqueArray(fc.nat({ max: 4 }), { maxLength: 3 }), { minLength: 1, maxLength: 13 }), sizes: fc.array(size, { minLength: 5, maxLength: 5 }) }),
  holds: (plan) => ({ inputs, sizes }) => {
    const found = leavesOf(plan({ inputs, output: [], size: (axis) => sizes[axis] ?? 1 })).toSorted((a, b) => a - b);
    return must(found.length === inputs.length && found.every((leaf, i) => leaf === i), () => `operands ${found.join(', ')} of ${inputs.length}`);
  },
  mutants: [{ name: 'the first pair only', mutate: (plan) => (what) => plan({ ...what, inputs: what.inputs.slice(0, 2) }) }, { name: 'an operand twice', mutate: (plan) => (what) => [plan(what), 0] }],
});

/** Of engines whose products read either operand with its axes exchanged. */
const transposed: Target = { transposed: true };

/** The laws of lowering, or of another rewriting that has the same aim. */
export const lowerLaws = (rewrite: Rewrite = lower): readonly Law[] =>
  under('lower')([
    ...under('einsum')([rewriteKeepsValues(einsums, rewrite, brokenProducts)]),
    ...under('empty')([rewriteKeepsValues(emptyEinsums, rewrite)]),
    ...under('graph')([rewriteKeepsValues(graphSubjects(), rewrite, brokenProducts)]),
    canonical(plainTarget)(rewrite),
    ...under('transposed')([canonical(transposed)((roots) => lower(roots, transposed))]),
    order(contractionOrder),
  ]);
