/**
 * Shape rules: the sizes and element type that each primitive makes of its operands, or why it can't.
 * idea:  one row per primitive; the same rows build nodes (`node.ts`) and re-check whole graphs (`check.ts`).
 * laws:  proofs/dsl/shapes.ts: the rule's sizes are the sizes that the reference backend returns
 */
import type { ElementType, Node, Params, Primitive, Sizes } from './expr.ts';
import { elements, sameSizes } from './expr.ts';

export interface Typed {
  readonly sizes: Sizes;
  readonly dtype: ElementType;
}
/** what the operands should have been */
export interface Misfit {
  readonly needed: string;
}
export const isMisfit = (r: Typed | Misfit): r is Misfit => 'needed' in r;

type Rule<P extends Primitive> = (params: Params[P], operands: readonly Node[]) => Typed | Misfit;
/** A leaf states its own sizes. */
const leaf = 'leaf' as const;

const misfit = (needed: string): Misfit => ({ needed });
const show = (s: Sizes): string => `[${s.join(', ')}]`;
const last = (s: Sizes): number => s.at(-1) ?? 1;

const unary = (rule: (x: Node) => Typed | Misfit) => (operands: readonly Node[]): Typed | Misfit => {
  const [x, ...rest] = operands;
  return x === undefined || rest.length > 0 ? misfit('one operand') : rule(x);
};
const binary = (rule: (a: Node, b: Node) => Typed | Misfit) => (operands: readonly Node[]): Typed | Misfit => {
  const [a, b, ...rest] = operands;
  return a === undefined || b === undefined || rest.length > 0 ? misfit('two operands') : rule(a, b);
};
const float = (rule: (x: Node) => Typed | Misfit) => unary((x) => (x.dtype === 'f32' ? rule(x) : misfit(`f32 values, not ${x.dtype}`)));
const alongLast = (rule: (x: Node) => Typed | Misfit) => float((x) => (x.sizes.length === 0 || last(x.sizes) === 0 ? misfit('a last axis that is not empty') : rule(x)));

/** Equal ranks; on each axis equal sizes, or 1 on one side. */
const stretched = (a: Sizes, b: Sizes): Sizes | undefined =>
  a.length === b.length && a.every((x, i) => x === b[i] || x === 1 || b[i] === 1) ? a.map((x, i) => (x === 1 ? (b[i] ?? 1) : x)) : undefined;

const zipped = (a: Node, b: Node, dtype: ElementType): Typed | Misfit => {
  const sizes = stretched(a.sizes, b.sizes);
  return sizes === undefined ? misfit('equal ranks, and on each axis equal sizes or 1') : { sizes, dtype };
};

/** Sizes of the axes of an einsum, or the axis that disagrees. */
export const einsumAxes = (inputs: readonly (readonly number[])[], operands: readonly { readonly sizes: Sizes }[]): ReadonlyMap<number, number> | Misfit => {
  const found = new Map<number, number>();
  if (inputs.length !== operands.length) return misfit(`${inputs.length} operands`);
  for (const [i, axes] of inputs.entries()) {
    const sizes = operands[i]?.sizes ?? [];
    if (sizes.length !== axes.length) return misfit(`operand ${i + 1} of rank ${axes.length}`);
    for (const [j, axis] of axes.entries()) {
      const size = sizes[j] ?? 0;
      const known = found.get(axis);
      if (known !== undefined && known !== size) return misfit(`axis ${j} of operand ${i + 1} of size ${known}`);
      found.set(axis, size);
    }
  }
  return found;
};

const inside = (x: Sizes, begin: Sizes, size: Sizes): boolean => begin.length === x.length && size.length === x.length && x.every((n, i) => (begin[i] ?? -1) >= 0 && (size[i] ?? -1) >= 0 && (begin[i] ?? 0) + (size[i] ?? 0) <= n);
const isPermutation = (axes: readonly number[], rank: number): boolean => axes.length === rank && new Set(axes).size === rank && axes.every((a) => Number.isInteger(a) && a >= 0 && a < rank);

export const shapeRules = {
  input: leaf,
  parameter: leaf,
  constant: leaf,
  fill: leaf,
  einsum: (p, operands) => {
    const wrong = operands.find((o) => o.dtype !== 'f32');
    if (wrong !== undefined) return misfit(`f32 values, not ${wrong.dtype}`);
    const axes = einsumAxes(p.inputs, operands);
    if ('needed' in axes) return axes;
    if (new Set(p.output).size !== p.output.length) return misfit('each output axis once');
    const missing = p.output.find((a) => !axes.has(a));
    return missing === undefined ? { sizes: p.output.map((a) => axes.get(a) ?? 0), dtype: 'f32' } : misfit(`output axis ${missing} in some operand`);
  },
  map: (_, operands) => float((x) => ({ sizes: x.sizes, dtype: 'f32' }))(operands),
  zip: (_, operands) => binary((a, b) => (a.dtype === 'f32' && b.dtype === 'f32' ? zipped(a, b, 'f32') : misfit('f32 values')))(operands),
  compare: (_, operands) => binary((a, b) => (a.dtype === b.dtype && a.dtype !== 'bool' ? zipped(a, b, 'bool') : misfit('numbers of one dtype')))(operands),
  logic: (_, operands) => binary((a, b) => (a.dtype === 'bool' && b.dtype === 'bool' ? zipped(a, b, 'bool') : misfit('bool values')))(operands),
  select: (_, operands) => {
    const [m, a, b, ...rest] = operands;
    if (m === undefined || a === undefined || b === undefined || rest.length > 0) return misfit('a mask and two branches');
    return m.dtype === 'bool' && a.dtype === b.dtype && sameSizes(a.sizes, b.sizes) && sameSizes(m.sizes, a.sizes) ? { sizes: a.sizes, dtype: a.dtype } : misfit('a bool mask and two branches of its sizes and of one dtype');
  },
  max: (_, operands) => alongLast((x) => ({ sizes: [...x.sizes.slice(0, -1), 1], dtype: 'f32' }))(operands),
  argmax: (_, operands) => alongLast((x) => ({ sizes: x.sizes.slice(0, -1), dtype: 'i32' }))(operands),
  topk: (p, operands) => alongLast((x) => (p.k >= 1 && p.k <= last(x.sizes) ? { sizes: [...x.sizes.slice(0, -1), p.k], dtype: 'i32' } : misfit(`at least k=${p.k} entries on the last axis`)))(operands),
  reshape: (p, operands) => unary((x) => (elements(p.sizes) === elements(x.sizes) ? { sizes: p.sizes, dtype: x.dtype } : misfit(`as many elements as ${show(p.sizes)}`)))(operands),
  permute: (p, operands) => unary((x) => (isPermutation(p.axes, x.sizes.length) ? { sizes: p.axes.map((a) => x.sizes[a] ?? 0), dtype: x.dtype } : misfit(`rank ${p.axes.length}`)))(operands),
  broadcast: (p, operands) => unary((x) => (x.sizes.length === p.sizes.length && x.sizes.every((n, i) => n === p.sizes[i] || n === 1) ? { sizes: p.sizes, dtype: x.dtype } : misfit(`sizes that stretch to ${show(p.sizes)}`)))(operands),
  slice: (p, operands) => unary((x) => (inside(x.sizes, p.begin, p.size) ? { sizes: p.size, dtype: x.dtype } : misfit(`room for ${show(p.size)} from ${show(p.begin)}`)))(operands),
  pad: (p, operands) => unary((x) => (p.before.length === x.sizes.length && p.after.length === x.sizes.length ? { sizes: x.sizes.map((n, i) => n + (p.before[i] ?? 0) + (p.after[i] ?? 0)), dtype: x.dtype } : misfit(`rank ${p.before.length}`)))(operands),
  concat: (p, operands) => {
    const [first, ...rest] = operands;
    if (first === undefined || p.axis < 0 || p.axis >= first.sizes.length) return misfit(`operands with an axis ${p.axis}`);
    const fits = rest.every((o) => o.dtype === first.dtype && o.sizes.length === first.sizes.length && o.sizes.every((n, i) => i === p.axis || n === first.sizes[i]));
    return fits ? { sizes: first.sizes.map((n, i) => (i === p.axis ? operands.reduce((sum, o) => sum + (o.sizes[i] ?? 0), 0) : n)), dtype: first.dtype } : misfit(`operands that differ on axis ${p.axis} only`);
  },
  gather: (_, operands) => binary((table, ids) => (ids.dtype === 'i32' && table.sizes.length >= 1 ? { sizes: [...ids.sizes, ...table.sizes.slice(1)], dtype: table.dtype } : misfit('a table and i32 indices of its rows')))(operands),
  scatterAdd: (p, operands) => binary((ids, updates) => (ids.dtype === 'i32' && updates.dtype === 'f32' && sameSizes(updates.sizes.slice(0, ids.sizes.length), ids.sizes) ? { sizes: [p.rows, ...updates.sizes.slice(ids.sizes.length)], dtype: 'f32' } : misfit('i32 indices, and f32 updates whose leading sizes are those of the indices')))(operands),
  oneHot: (p, operands) => unary((x) => (x.dtype === 'i32' ? { sizes: [...x.sizes, p.depth], dtype: 'f32' } : misfit('i32 indices')))(operands),
  cast: (p, operands) => unary((x) => ({ sizes: x.sizes, dtype: p.to }))(operands),
  stopGradient: (_, operands) => unary((x) => ({ sizes: x.sizes, dtype: x.dtype }))(operands),
  softmax: (_, operands) => alongLast((x) => ({ sizes: x.sizes, dtype: 'f32' }))(operands),
  layerNorm: (_, operands) => alongLast((x) => ({ sizes: x.sizes, dtype: 'f32' }))(operands),
  gelu: (_, operands) => float((x) => ({ sizes: x.sizes, dtype: 'f32' }))(operands),
} as const satisfies { readonly [P in Primitive]: typeof leaf | Rule<P> };

/** The rule of one primitive, applied. */
export const shapeOf = <P extends Primitive>(primitive: P, params: Params[P], operands: readonly Node[]): Typed | Misfit => {
  const rules: { readonly [Q in Primitive]: typeof leaf | Rule<Q> } = shapeRules;
  const rule = rules[primitive];
  return rule === leaf ? misfit('sizes of its own, as a leaf has no operands') : rule(params, operands);
};
