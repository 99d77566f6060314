/**
 * Emit: ordered terms become binary einsums, each distinct pair once.
 * idea:  a pair inside a term may have its axes in any order; it takes the one in which its reader needs no transpose, if
 *        one of the two orders that a matrix product gives is such.
 * laws:  proofs/dsl/contract.ts
 */
import { broadcast, einsum, permute, reshape, scale } from '../build.ts';
import type { Node } from '../expr.ts';
import { fill } from '../node.ts';
import { members, type Order } from './order.ts';
import type { Task } from './share.ts';
import { one } from './term.ts';

interface Named {
  readonly node: Node;
  readonly axes: readonly number[];
}

/** What a reader does with an operand: axes that stay beside the other's, that are its own, that are summed with the other's. */
interface Reading {
  readonly batch: readonly number[];
  readonly own: readonly number[];
  readonly summed: readonly number[];
}

const readingOf = (axes: readonly number[], other: readonly number[], result: readonly number[]): Reading => ({
  batch: axes.filter((a) => other.includes(a) && result.includes(a)),
  own: axes.filter((a) => !other.includes(a)),
  summed: axes.filter((a) => other.includes(a) && !result.includes(a)),
});

const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

/** How badly a layout suits a reader: 0 as it is, 1 whole rows move, 2 single numbers move. */
const misfit = (axes: readonly number[], reader: Reading | undefined): number => {
  if (reader === undefined) return 0;
  const wanted = [[...reader.batch, ...reader.own, ...reader.summed], [...reader.batch, ...reader.summed, ...reader.own]];
  if (wanted.some((w) => same(w, axes))) return 0;
  return wanted.some((w) => w.at(-1) === axes.at(-1)) ? 1 : 2;
};

/** Terms of one graph to nodes; equal pairs become one node. `rewritten`: what a leaf has become. */
export const emitter = (rewritten: (leaf: Node) => Node) => {
  const made = new Map<string, Named>();
  return (task: Task, order: Order): Node => {
    const { term, what, part } = task;
    const size = (axis: number): number => term.sizes[axis] ?? 1;
    const factorOf = (i: number): Named => {
      const factor = term.factors[i];
      if (factor === undefined) return { node: fill(1, []), axes: [] };
      const bare = reshape(rewritten(factor.node), factor.axes.map(size)); // without axes of size 1
      return { node: factor.by === 1 ? bare : scale(bare, factor.by), axes: factor.axes };
    };
    const pair = (o: Order, reader: Reading | undefined, asked: readonly number[] | undefined): Named => {
      if (typeof o === 'number') return factorOf(o);
      const { key, axes: labels } = part(members(o));
      const known = made.get(key);
      if (known !== undefined) return { node: known.node, axes: known.axes.map((label) => labels[label] ?? one) };
      const [left, right] = [part(members(o[0])).axes, part(members(o[1])).axes];
      const result = labels;
      const [ofLeft, ofRight] = [readingOf(left, right, result), readingOf(right, left, result)];
      const [a, b] = [pair(o[0], ofLeft, undefined), pair(o[1], ofRight, undefined)];
      const natural = (first: Named, second: Named): readonly number[] => {
        const { batch, own } = readingOf(first.axes.filter((x, i, all) => all.indexOf(x) === i), second.axes, result);
        return [...batch, ...own, ...second.axes.filter((x, i, all) => all.indexOf(x) === i && !first.axes.includes(x))].filter((x) => result.includes(x));
      };
      const [forward, backward] = [natural(a, b), natural(b, a)];
      const axes = asked ?? (misfit(forward, reader) <= misfit(backward, reader) ? forward : backward);
      const value = { node: einsum([a.axes, b.axes], axes, [a.node, b.node]), axes };
      made.set(key, { node: value.node, axes: axes.map((axis) => labels.indexOf(axis)) });
      return value;
    };
    /** The contraction of all factors, its axes as in `what.output`. */
    const contracted = (): Named => {
      if (term.factors.length === 0) return { node: fill(1, []), axes: [] };
      const value = pair(order, undefined, what.output);
      if (same(value.axes, what.output)) return value;
      const distinct = new Set(value.axes).size === value.axes.length;
      return { axes: what.output, node: distinct && value.axes.length === what.output.length ? permute(value.node, what.output.map((axis) => value.axes.indexOf(axis))) : einsum([value.axes], what.output, [value.node]) };
    };
    const bare = contracted();
    const scaled = term.scale === 1 ? bare.node : scale(bare.node, term.scale);
    const present = reshape(scaled, term.output.map((axis) => (bare.axes.includes(axis) ? size(axis) : 1)));
    return broadcast(present, term.output.map((axis) => (axis === one ? 1 : size(axis))));
  };
};
