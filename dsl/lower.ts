/**
 * Lower: every einsum becomes contractions that an engine has one kernel for.
 * idea:  after lowering an einsum is (a) a sum over axes, (b) a matrix product [m,k]·[k,n], or (c) a batch of such products
 *        [b,m,k]·[b,k,n]; layouts are explicit permutes and reshapes, so that the schedule sees every buffer.
 * laws:  proofs/dsl/lower.ts: lowered = unlowered; every einsum of the result is canonical
 * not:   re-association across several einsums.
 */
import { einsum, eye, mul, permute, reshape, sumAxes } from './build.ts';
import { contractionOrder, type Order } from './contract.ts';
import { is, type Node } from './expr.ts';
import { closeGraph } from './graph.ts';

/** A value with its axes named by the integers of an einsum. */
interface Named {
  readonly axes: readonly number[];
  readonly node: Node;
}

const sizeIn = (x: Named, axis: number): number => x.node.sizes[x.axes.indexOf(axis)] ?? 1;
const sizeOf = (axis: number, ...xs: readonly Named[]): number => sizeIn(xs.find((x) => x.axes.includes(axis)) ?? { axes: [], node: eye(1) }, axis);
const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

const arranged = (x: Named, axes: readonly number[]): Node => permute(x.node, axes.map((a) => x.axes.indexOf(a)));
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
  shared: (product(a.node.sizes) >= product(b.node.sizes) ? a : b).axes.filter((x) => a.axes.includes(x) && b.axes.includes(x) && !keep.has(x)),
  right: b.axes.filter((x) => !a.axes.includes(x)),
});

/** [batch, left, shared] · [batch, shared, right] → [batch, left, right]. */
const matmul = (a: Named, b: Named, g: Groups): Named => {
  const sizes = (axes: readonly number[]): readonly number[] => axes.map((x) => sizeOf(x, a, b));
  const [m, k, n] = [product(sizes(g.left)), product(sizes(g.shared)), product(sizes(g.right))];
  const batched = g.batch.length > 0 && product(sizes(g.batch)) !== 1;
  const lead = batched ? [product(sizes(g.batch))] : [];
  const x = reshape(arranged(a, [...g.batch, ...g.left, ...g.shared]), [...lead, m, k]);
  const y = reshape(arranged(b, [...g.batch, ...g.shared, ...g.right]), [...lead, k, n]);
  const value = batched ? einsum([[0, 1, 2], [0, 2, 3]], [0, 1, 3], [x, y]) : einsum([[1, 2], [2, 3]], [1, 3], [x, y]);
  const axes = [...g.batch, ...g.left, ...g.right];
  return { axes, node: reshape(value, sizes(axes)) };
};

/** How many physical transposes a pair would need, to choose which operand comes first. */
const transposes = (a: Named, b: Named, g: Groups, wanted: readonly number[]): number => {
  const moved = (x: Named, order: readonly number[]): number => (order.every((axis, i) => axis === x.axes[i]) ? 0 : product(x.node.sizes));
  const made = [...g.batch, ...g.left, ...g.right];
  const asked = wanted.filter((w) => made.includes(w));
  const last = asked.every((axis, i) => axis === made[i]) ? 0 : product(made.map((x) => sizeOf(x, a, b)));
  return moved(a, [...g.batch, ...g.left, ...g.shared]) + moved(b, [...g.batch, ...g.shared, ...g.right]) + last;
};

const pair = (a0: Named, b0: Named, wanted: readonly number[]): Named => {
  const keep = new Set(wanted);
  const a = sumOut(a0, (x) => keep.has(x) || b0.axes.includes(x));
  const b = sumOut(b0, (x) => keep.has(x) || a0.axes.includes(x));
  const forward = groupsOf(a, b, keep);
  if (forward.shared.length === 0) return outer(a, b, wanted.filter((w) => a.axes.includes(w) || b.axes.includes(w)));
  const backward = groupsOf(b, a, keep);
  return transposes(a, b, forward, wanted) <= transposes(b, a, backward, wanted) ? matmul(a, b, forward) : matmul(b, a, backward);
};

const lowerEinsum = (node: Node<'einsum'>, operands: readonly Node[]): Node => {
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
    return pair(run(l), run(r), carried);
  };
  const value = run(contractionOrder(axes, output, (axis) => sizeOf(axis, ...leaves)));
  return arranged(sumOut(value, (a) => output.includes(a)), output);
};

/** Whether an einsum is one of the three forms that engines lower directly. */
export const isCanonical = (node: Node<'einsum'>): boolean => {
  const form = JSON.stringify([node.params.inputs, node.params.output]);
  const [only] = node.params.inputs;
  const isSum = node.params.inputs.length === 1 && only !== undefined && new Set(only).size === only.length && node.params.output.every((a, i, all) => i === 0 || only.indexOf(a) > only.indexOf(all[i - 1] ?? 0));
  return isSum || form === '[[[1,2],[2,3]],[1,3]]' || form === '[[[0,1,2],[0,2,3]],[0,1,3]]';
};

/** The same roots, with every einsum canonical. */
export const lower = (roots: readonly Node[]): readonly Node[] => {
  const graph = closeGraph(roots);
  const lowered = new Map<Node, Node>();
  for (const node of graph.nodes) {
    const operands = node.operands.map((o) => lowered.get(o) ?? o);
    const same = operands.every((o, i) => o === node.operands[i]);
    lowered.set(node, is('einsum', node) && !isCanonical(node) ? lowerEinsum(node, operands) : same ? node : Object.freeze({ ...node, operands }));
  }
  return graph.roots.map((r) => lowered.get(r) ?? r);
};
