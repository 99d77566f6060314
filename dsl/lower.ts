/**
 * Lower: every einsum becomes contractions that an engine has one kernel for.
 * idea:  after lowering an einsum is (a) a sum over axes, (b) a matrix product [m,k]·[k,n], or (c) a batch of such products
 *        [b,m,k]·[b,k,n], either operand with its last two axes exchanged where the target reads that too; layouts are explicit permutes and reshapes, so that the schedule sees every buffer.
 * laws:  proofs/dsl/lower.ts: lowered = unlowered; every einsum of the result is canonical
 * not:   re-association across several einsums.
 */
import { einsum, eye, mul, permute, reshape, sumAxes } from './build.ts';
import { contractionOrder, type Order } from './contract/order.ts';
import { elements, is, type Node, sameSizes } from './expr.ts';
import { byForm } from './forms.ts';
import { closeGraph, withOperands } from './graph.ts';
import { interner } from './intern.ts';
import { follow, placesFor, recipeOf } from './recipe.ts';

/** What an engine's matrix product reads. */
export interface Target {
  /** operands with their last two axes exchanged, at no cost */
  readonly transposed: boolean;
}
export const plainTarget: Target = { transposed: false };

/** A value with its axes named by the integers of an einsum. */
interface Named {
  readonly axes: readonly number[];
  readonly node: Node;
}

const sizeIn = (x: Named, axis: number): number => x.node.sizes[x.axes.indexOf(axis)] ?? 1;
const sizeOf = (axis: number, ...xs: readonly Named[]): number => sizeIn(xs.find((x) => x.axes.includes(axis)) ?? { axes: [], node: eye(1) }, axis);

const arranged = (x: Named, axes: readonly number[]): Node => permute(x.node, axes.map((a) => x.axes.indexOf(a)));

/** The value with its axes merged into groups, in their order. Axes that stay neighbours move as one, so a transpose has as few axes as it can. */
const grouped = (x: Named, groups: readonly (readonly number[])[]): Node => {
  const runs: number[][] = [];
  for (const group of groups) {
    group.forEach((axis, i) => {
      const last = runs.at(-1)?.at(-1);
      if (i > 0 && last !== undefined && x.axes.indexOf(last) + 1 === x.axes.indexOf(axis)) runs.at(-1)?.push(axis);
      else runs.push([axis]);
    });
  }
  const source = runs.toSorted((a, b) => x.axes.indexOf(a[0] ?? 0) - x.axes.indexOf(b[0] ?? 0));
  const merged = reshape(x.node, source.map((run) => elements(run.map((axis) => sizeIn(x, axis)))));
  return reshape(permute(merged, runs.map((run) => source.indexOf(run))), groups.map((group) => elements(group.map((axis) => sizeIn(x, axis)))));
};
const sumOut = (x: Named, keep: (axis: number) => boolean): Named => {
  const gone = x.axes.flatMap((a, i) => (keep(a) ? [] : [i]));
  return { axes: x.axes.filter(keep), node: sumAxes(x.node, gone) };
};

/** A repeated axis takes the diagonal: mask with the identity, then sum one of the two out. */
const withoutRepeats = (x: Named, fresh: number): Named => {
  const at = x.axes.findIndex((a, i) => x.axes.indexOf(a) !== i);
  if (at < 0) return x;
  const axis = x.axes[at] ?? 0;
  const first = x.axes.indexOf(axis);
  const n = x.node.sizes[at] ?? 1;
  const mask = reshape(eye(n), x.node.sizes.map((_, i) => (i === at || i === first ? n : 1)));
  const renamed = x.axes.map((a, i) => (i === at ? fresh : a));
  return withoutRepeats(sumOut({ axes: renamed, node: mul(x.node, mask) }, (a) => a !== fresh), fresh);
};

/** Product without contraction: align both to the wanted axes and multiply. */
const outer = (a: Named, b: Named, wanted: readonly number[]): Named => {
  const aligned = (x: Named): Node => reshape(arranged(x, wanted.filter((w) => x.axes.includes(w))), wanted.map((w) => (x.axes.includes(w) ? sizeIn(x, w) : 1)));
  return { axes: wanted, node: mul(aligned(a), aligned(b)) };
};

interface Groups {
  readonly batch: readonly number[];
  readonly left: readonly number[];
  readonly shared: readonly number[];
  readonly right: readonly number[];
}

const groupsOf = (a: Named, b: Named, keep: ReadonlySet<number>): Groups => ({
  batch: a.axes.filter((x) => b.axes.includes(x) && keep.has(x)),
  left: a.axes.filter((x) => !b.axes.includes(x)),
  shared: (elements(a.node.sizes) >= elements(b.node.sizes) ? a : b).axes.filter((x) => a.axes.includes(x) && b.axes.includes(x) && !keep.has(x)),
  right: b.axes.filter((x) => !a.axes.includes(x)),
});

/** What moving a value into an order costs: nothing as it is, its elements where whole rows move, twice that where single numbers do. */
const moving = (axes: readonly number[], order: readonly number[], elements: number): number =>
  order.every((axis, i) => axis === axes[i]) ? 0 : order.at(-1) === axes.at(-1) ? elements : 2 * elements;

interface Arranged {
  readonly order: readonly number[];
  readonly transposed: boolean;
  readonly cost: number;
}

/** An operand as [batch, rows, columns], or as [batch, columns, rows] where the engine reads that as well and it moves less. */
const arrangement = (x: Named, batch: readonly number[], rows: readonly number[], columns: readonly number[], target: Target): Arranged => {
  const held = elements(x.node.sizes);
  const option = (order: readonly number[], transposed: boolean): Arranged => ({ order, transposed, cost: moving(x.axes, order, held) });
  const plain = option([...batch, ...rows, ...columns], false);
  const flipped = option([...batch, ...columns, ...rows], true);
  return target.transposed && flipped.cost < plain.cost ? flipped : plain;
};

interface Choice {
  readonly a: Named;
  readonly b: Named;
  readonly groups: Groups;
  readonly left: Arranged;
  readonly right: Arranged;
  readonly cost: number;
}

/** One of the two ways round, with what it moves. */
const choice = (a: Named, b: Named, wanted: readonly number[], target: Target): Choice => {
  const groups = groupsOf(a, b, new Set(wanted));
  const left = arrangement(a, groups.batch, groups.left, groups.shared, target);
  const right = arrangement(b, groups.batch, groups.shared, groups.right, target);
  const made = [...groups.batch, ...groups.left, ...groups.right];
  const asked = wanted.filter((w) => made.includes(w));
  return { a, b, groups, left, right, cost: left.cost + right.cost + moving(made, asked, elements(made.map((x) => sizeOf(x, a, b)))) };
};

/** [batch, left, shared] · [batch, shared, right] → [batch, left, right]. */
const matmul = ({ a, b, groups, left, right }: Choice): Named => {
  const sizes = (axes: readonly number[]): readonly number[] => axes.map((x) => sizeOf(x, a, b));
  const batched = groups.batch.length > 0 && elements(sizes(groups.batch)) !== 1;
  const first = batched ? [0] : [];
  const x = grouped(a, [...(batched ? [groups.batch] : []), ...(left.transposed ? [groups.shared, groups.left] : [groups.left, groups.shared])]);
  const y = grouped(b, [...(batched ? [groups.batch] : []), ...(right.transposed ? [groups.right, groups.shared] : [groups.shared, groups.right])]);
  const value = einsum([[...first, ...(left.transposed ? [2, 1] : [1, 2])], [...first, ...(right.transposed ? [3, 2] : [2, 3])]], [...first, 1, 3], [x, y]);
  const axes = [...groups.batch, ...groups.left, ...groups.right];
  return { axes, node: reshape(value, sizes(axes)) };
};

const pair = (a0: Named, b0: Named, wanted: readonly number[], target: Target): Named => {
  const keep = new Set(wanted);
  const a = sumOut(a0, (x) => keep.has(x) || b0.axes.includes(x));
  const b = sumOut(b0, (x) => keep.has(x) || a0.axes.includes(x));
  if (groupsOf(a, b, keep).shared.length === 0) return outer(a, b, wanted.filter((w) => a.axes.includes(w) || b.axes.includes(w)));
  const [forward, backward] = [choice(a, b, wanted, target), choice(b, a, wanted, target)];
  return matmul(forward.cost <= backward.cost ? forward : backward);
};

const lowerEinsum = (node: Node<'einsum'>, operands: readonly Node[], target: Target): Node => {
  const { inputs, output } = node.params;
  const fresh = Math.max(-1, ...inputs.flat()) + 1;
  const leaves = operands.map((o, i) => withoutRepeats({ axes: inputs[i] ?? [], node: o }, fresh));
  const axes = leaves.map((l) => l.axes);
  const run = (order: Order): Named => {
    if (typeof order === 'number') return leaves[order] ?? { axes: [], node };
    const [l, r] = order;
    const members = (o: Order): readonly number[] => (typeof o === 'number' ? [o] : [...members(o[0]), ...members(o[1])]);
    const inside = new Set(members(order));
    const outside = new Set(axes.flatMap((a, i) => (inside.has(i) ? [] : a)));
    const isRoot = inside.size === axes.length;
    const carried = isRoot ? output : [...new Set([...inside].flatMap((i) => axes[i] ?? []))].filter((a) => outside.has(a) || output.includes(a));
    return pair(run(l), run(r), carried, target);
  };
  const value = run(contractionOrder({ inputs: axes, output, size: (axis) => sizeOf(axis, ...leaves) }));
  return arranged(sumOut(value, (a) => output.includes(a)), output);
};

const sameAxes = (axes: readonly number[] | undefined, ...wanted: readonly number[]): boolean => axes !== undefined && sameSizes(axes, wanted);

/** Whether an einsum is one of the forms that engines lower directly. */
export const isCanonical = ({ params: { inputs, output } }: Node<'einsum'>, { transposed }: Target = plainTarget): boolean => {
  const [left, right, ...more] = inputs;
  if (left === undefined) return false;
  if (right === undefined) return new Set(left).size === left.length && output.every((a, i, all) => i === 0 || left.indexOf(a) > left.indexOf(all[i - 1] ?? 0));
  const batch = left.length === 3 ? [0] : [];
  return more.length === 0
    && sameAxes(output, ...batch, 1, 3)
    && (sameAxes(left, ...batch, 1, 2) || (transposed && sameAxes(left, ...batch, 2, 1)))
    && (sameAxes(right, ...batch, 2, 3) || (transposed && sameAxes(right, ...batch, 3, 2)));
};

/**
 * The same roots, with every einsum canonical, closed by a table that may know them, as nodes of another that does not: a table takes einsums
 * of other axis names for equal and gives back the first, and engines read names.
 */
export const lower = (roots: readonly Node[], target: Target = plainTarget, known = interner(), table = interner()): readonly Node[] => {
  const graph = closeGraph(roots, known);
  const recipes = byForm((node: Node<'einsum'>) => {
    const places = placesFor(node.operands);
    return recipeOf(places, lowerEinsum(node, places, target));
  });
  const lowered = new Map<Node, Node>();
  const now = (node: Node): Node => lowered.get(node) ?? node;
  for (const node of graph.nodes) {
    const made = is('einsum', node) && !isCanonical(node, target) ? follow(recipes(node), node.operands.map(now), table) : table.intern(withOperands(node, now));
    if (made !== undefined && made !== node) lowered.set(node, made);
  }
  return graph.roots.map(now);
};
