/**
 * Product: gradients that are outer products of small rank, found in the graph, so that they need never be written down.
 * idea:  a gradient whose contraction sums few terms is known by its two factors; the sweep forms each row when it comes to it.
 *        MoLT's queries and keys are such: latent tokens are few.
 * laws:  test/dsl/optim/product.test.ts: the factors' product is the gradient
 * not:   rewriting towards this form; it reads what contraction planning left (dsl/contract/index.ts).
 */
import { permute } from '../build.ts';
import { elements, is, type Node } from '../expr.ts';
import type { ProductSizes } from './layout.ts';

export interface Product {
  readonly sizes: ProductSizes;
  /** [rank axes, group axes, row axes] */
  readonly left: Node;
  /** [rank axes, group axes, column axes] */
  readonly right: Node;
}

export interface ProductLimits {
  /** terms that a number of the gradient sums */
  readonly rank: number;
  /** the factors' numbers as a share of the gradient's */
  readonly share: number;
}
export const productLimits: ProductLimits = { rank: 16, share: 0.25 };

type Axes = readonly number[];
const distinct = (axes: Axes): boolean => new Set(axes).size === axes.length;
const same = (a: Axes, b: Axes): boolean => a.length === b.length && a.every((axis, i) => axis === b[i]);

/** The operand with its axes in another order. */
const arranged = (node: Node, axes: Axes, order: Axes): Node => permute(node, order.map((axis) => axes.indexOf(axis)));

/** A gradient's factors, if it is an einsum of two operands, row-major [rows, groups, columns], that is worth keeping so. */
export const productOf = (gradient: Node, limits: ProductLimits = productLimits): Product | undefined => {
  const [first, second] = gradient.operands;
  if (is('reshape', gradient)) return first === undefined ? undefined : productOf(first, limits);
  if (!is('einsum', gradient) || first === undefined || second === undefined || gradient.operands.length > 2) return undefined;
  const { output, inputs: [a = [], b = []] } = gradient.params;
  if (![a, b, output].every(distinct)) return undefined;
  // the right factor owns the last axis
  const last = output.at(-1);
  if (last === undefined || a.includes(last) === b.includes(last)) return undefined;
  const [l, r, left, right] = a.includes(last) ? [b, a, second, first] : [a, b, first, second];
  const rows = output.filter((axis) => !r.includes(axis));
  const groups = output.filter((axis) => l.includes(axis) && r.includes(axis));
  const columns = output.filter((axis) => !l.includes(axis));
  const summed = l.filter((axis) => r.includes(axis) && !output.includes(axis));
  if (!same(output, [...rows, ...groups, ...columns])) return undefined;
  if (l.length !== summed.length + groups.length + rows.length || r.length !== summed.length + groups.length + columns.length) return undefined;
  const count = (axes: Axes): number => elements(axes.map((axis) => (l.includes(axis) ? left.sizes[l.indexOf(axis)] : right.sizes[r.indexOf(axis)]) ?? 1));
  const sizes: ProductSizes = { rank: count(summed), groups: count(groups), rows: count(rows), columns: count(columns) };
  const worth = sizes.rank > 0 && sizes.rank <= limits.rank && elements(left.sizes) + elements(right.sizes) <= limits.share * elements(gradient.sizes);
  return worth ? { sizes, left: arranged(left, l, [...summed, ...groups, ...rows]), right: arranged(right, r, [...summed, ...groups, ...columns]) } : undefined;
};
