/**
 * Views: how rules see nodes, and the few right sides that many rules share.
 */
import { fault, raise } from '../../shapes/fault.ts';
import { broadcast, neg, reshape, scale } from '../build.ts';
import { is, type MapFn, type Node, sameSizes, type Sizes, type ZipFn } from '../expr.ts';

/** The operand of a node that has one. */
export const operandOf = (node: Node): Node => node.operands[0] ?? raise(fault('Defect', node.primitive, ['no operand'], 'an operand', 'please report this'));
/** Both operands of a node that has two. */
export const operandsOf = (node: Node): readonly [Node, Node] => [operandOf(node), node.operands[1] ?? raise(fault('Defect', node.primitive, ['one operand'], 'two operands', 'please report this'))];

export const mapOf = (fn: MapFn, node: Node): Node | undefined => (is('map', node) && node.params.fn === fn ? node.operands[0] : undefined);
export const zipOf = (fn: ZipFn, node: Node): readonly [Node, Node] | undefined => (is('zip', node) && node.params.fn === fn ? operandsOf(node) : undefined);
export const fillOf = (node: Node): number | undefined => (is('fill', node) ? node.params.value : undefined);

export const ones = (rank: number): readonly number[] => Array.from({ length: rank }, () => 1);

/** A number times a tensor of the same sizes. */
export interface Scaled {
  readonly of: Node;
  readonly by: number;
}
/** A node as a number times a tensor, if it is one: −x, or a product with a filled tensor that does not stretch it. */
export const scaledOf = (node: Node): Scaled | undefined => {
  const negated = mapOf('neg', node);
  if (negated !== undefined) return { of: negated, by: -1 };
  const [a, b] = zipOf('mul', node) ?? [];
  if (a === undefined || b === undefined) return undefined;
  if (is('fill', b) && sameSizes(a.sizes, node.sizes)) return { of: a, by: b.params.value };
  if (is('fill', a) && sameSizes(b.sizes, node.sizes)) return { of: b, by: a.params.value };
  return undefined;
};
/** The scale that a rule may take apart, maybe behind a reshape: its only user is the rule's node. */
export const scaledOnce = (node: Node, once: (node: Node) => boolean): Scaled | undefined => {
  if (!once(node)) return undefined;
  if (!is('reshape', node)) return scaledOf(node);
  const inner = scaledOnce(operandOf(node), once);
  return inner === undefined ? undefined : { of: reshape(inner.of, node.sizes), by: inner.by };
};

/** k·x in its simplest form. */
export const times = (x: Node, k: number): Node => (k === 1 ? x : k === -1 ? neg(x) : scale(x, k));

/** Factors whose product neither overflows nor vanishes in single precision, so that a·(b·x) = (a·b)·x up to rounding. */
export const ordinary = (k: number): boolean => Math.abs(k) > 1e-18 && Math.abs(k) < 1e18;

/** Sizes without the axes of size 1. */
export const core = (sizes: Sizes): Sizes => sizes.filter((n) => n !== 1);
/** Whether one reshape to the other only adds or removes axes of size 1. */
export const sameCore = (a: Sizes, b: Sizes): boolean => sameSizes(core(a), core(b));

/** The values of x repeated along new axes: `at[i]` is where axis i of x goes in the sizes. */
export const spread = (x: Node, sizes: Sizes, at: readonly number[]): Node => broadcast(reshape(x, sizes.map((n, i) => (at.includes(i) ? n : 1))), sizes);

/** The axes that have more than one element, in the order of a permute. */
export const wideAxes = (axes: readonly number[], sizes: Sizes): readonly number[] => axes.filter((a) => sizes[a] !== 1);
/** Whether a permute moves axes of size 1 only, so that no element changes its place. */
export const movesOnes = (axes: readonly number[], sizes: Sizes): boolean => wideAxes(axes, sizes).every((a, i, all) => i === 0 || a > (all[i - 1] ?? 0));

/** Neighbouring axes of two sizes of equally many elements that hold the same elements: as short as they can be. */
interface Block {
  /** first axis and the one after the last, before and after */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}
const blocks = (from: Sizes, to: Sizes): readonly Block[] => {
  const found: Block[] = [];
  for (let i = 0, j = 0; i < from.length || j < to.length; ) {
    const start = [i, j] as const;
    let [p, q] = [from[i++] ?? 1, to[j++] ?? 1];
    while (p !== q && (i < from.length || j < to.length)) {
      if (p < q) p *= from[i++] ?? 1;
      else q *= to[j++] ?? 1;
    }
    found.push({ from: [start[0], Math.min(i, from.length)], to: [start[1], Math.min(j, to.length)] });
  }
  return found;
};

/** Sizes of y, which stretches to `to`, before a reshape from `from`; undefined where y is not the same along axes that the reshape changes. */
export const unreshaped = (from: Sizes, to: Sizes, y: Sizes): Sizes | undefined => {
  const parts = blocks(from, to).map((b): Sizes | undefined => {
    const [before, after, own] = [from.slice(...b.from), to.slice(...b.to), y.slice(...b.to)];
    if (core(own).length === 0) return ones(before.length);
    if (!sameCore(before, after)) return undefined;
    const wide = own.filter((_, i) => after[i] !== 1);
    let next = 0;
    return before.map((n) => (n === 1 ? 1 : (wide[next++] ?? 1)));
  });
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
};
