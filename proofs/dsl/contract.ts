/**
 * Laws of contraction planning.
 *   1. planned = unplanned, on regions, single contractions and random graphs
 *   2. pairs: no contraction of the result has more than two operands
 *   3. work: a chain of products is taken from the cheap side, however it is written
 *   4. cheapest: no pairwise order of up to five operands is cheaper than the one chosen
 */
import fc from 'fast-check';
import { carried, closeGraph, contract, type Contraction, contractionOrder, inputNode, is, members, type Node, nodes, type Order, pairCost, print } from '../../dsl/index.ts';
import { chains } from '../arbitraries/chains.ts';
import { einsums } from '../arbitraries/einsums.ts';
import { size } from '../arbitraries/sizes.ts';
import { must } from '../counter.ts';
import { brokenProducts, type Rewrite, rewriteKeepsValues } from '../families/compiled.ts';
import { law, type Law, under } from '../law.ts';
import { rootsOf, type Subject } from '../subject.ts';
import { graphSubjects } from './lower.ts';

const planned: Rewrite = (roots) => contract(roots).roots;

const pairs = law<Rewrite, Subject>({
  id: 'pairs',
  statement: 'no contraction has more than two operands',
  tier: 'required',
  arbitrary: fc.oneof(chains, einsums),
  show: (subject) => print(rootsOf(subject)),
  holds: (rewrite) => (subject) => {
    const wide = closeGraph(rewrite(rootsOf(subject))).nodes.find((n) => is('einsum', n) && n.operands.length > 2);
    return must(wide === undefined, () => `left over: ${wide === undefined ? '' : print([wide])}`);
  },
  mutants: [{ name: 'plans nothing', mutate: () => (roots) => roots }],
});

/** Multiply-adds of the einsums of a graph, each counted as printed. */
const contractionWork = (roots: readonly Node[]): number =>
  closeGraph(roots).nodes.reduce((sum, n) => {
    if (!is('einsum', n) || n.operands.length < 2) return sum;
    const sizes = new Map(n.params.inputs.flatMap((axes, i) => axes.map((axis, k): [number, number] => [axis, n.operands[i]?.sizes[k] ?? 1])));
    return sum + [...sizes.values()].reduce((a, b) => a * b, 1);
  }, 0);

/** Regions at sizes where the order matters: x A B C with tall x, the chain that a planner must not multiply from the left. */
const tall = fc.record({ n: fc.constantFrom(20, 40), k: fc.constantFrom(1, 2), d: fc.constantFrom(8, 16), chain: fc.nat({ max: 2 }) });
const work = law<Rewrite, { readonly n: number; readonly k: number; readonly d: number; readonly chain: number }>({
  id: 'work',
  statement: 'a product of a tall matrix with two others is taken from the cheap side, written either way',
  tier: 'required',
  arbitrary: tall,
  holds: (rewrite) => ({ n, k, d, chain }) => {
    const [x, a, b] = [inputNode('x', [n, d]), inputNode('a', [d, d]), inputNode('b', [d, k])];
    const dot = (l: Node, r: Node): Node => nodes.einsum([[0, 1], [1, 2]], [0, 2], [l, r]);
    const flipped = (m: Node): Node => nodes.permute(m, [1, 0]);
    const root = chain === 0 ? dot(dot(x, a), b) : chain === 1 ? dot(nodes.scale(dot(x, a), 2), b) : flipped(dot(flipped(b), flipped(dot(x, a))));
    const found = contractionWork(rewrite([root]));
    const cheapest = d * d * k + n * d * k;
    return must(found <= cheapest, () => `${found} multiply-adds, ${cheapest} are enough`);
  },
  mutants: [{ name: 'as written', mutate: () => (roots) => roots }],
});

const splits = (items: readonly number[]): readonly Order[] => {
  const [first, ...rest] = items;
  if (first === undefined) return [];
  if (rest.length === 0) return [first];
  return Array.from({ length: 2 ** rest.length - 1 }, (_, bits) => {
    const left = [first, ...rest.filter((__, i) => (bits >> i) & 1)];
    const right = rest.filter((__, i) => !((bits >> i) & 1));
    return splits(left).flatMap((l) => splits(right).map((r): Order => [l, r]));
  }).flat();
};
const costOf = (what: Contraction, order: Order): number => {
  if (typeof order === 'number') return 0;
  const [l, r] = order;
  const axes = (o: Order): readonly number[] => carried(what, members(o));
  return costOf(what, l) + costOf(what, r) + pairCost(axes(l), axes(r), axes(order), what.size);
};
const cheapest = law<typeof contractionOrder, { readonly inputs: readonly (readonly number[])[]; readonly sizes: readonly number[] }>({
  id: 'cheapest',
  statement: 'no pairwise order of up to five operands is cheaper',
  tier: 'required',
  arbitrary: fc.record({ inputs: fc.array(fc.uniqueArray(fc.nat({ max: 4 }), { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 5 }), sizes: fc.array(size.map((n) => n * n * n), { minLength: 5, maxLength: 5 }) }),
  holds: (plan) => ({ inputs, sizes }) => {
    const what: Contraction = { inputs, output: [0], size: (axis) => sizes[axis] ?? 1 };
    const found = costOf(what, plan(what));
    const best = Math.min(...splits(inputs.map((_, i) => i)).map((order) => costOf(what, order)));
    return must(found <= best * (1 + 1e-12), () => `${found}, and ${best} is possible`);
  },
  mutants: [{ name: 'left to right', mutate: () => (what) => what.inputs.map((_, i): Order => i).reduce((l, r) => [l, r]) }],
});

/** The laws of contraction planning, or of another one. */
export const contractLaws = (rewrite: Rewrite = planned): readonly Law[] =>
  under('contract')([
    ...under('chain')([rewriteKeepsValues(chains, rewrite, brokenProducts)]),
    ...under('einsum')([rewriteKeepsValues(einsums, rewrite, brokenProducts)]),
    ...under('graph')([rewriteKeepsValues(graphSubjects(), rewrite)]),
    pairs(rewrite),
    work(rewrite),
    cheapest(contractionOrder),
  ]);
