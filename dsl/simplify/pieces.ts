/**
 * Pieces: slices, pads and concatenations that undo or follow each other.
 * measure: elements that are moved, then nodes.
 */
import { broadcast, concat, pad, permute, reshape, slice } from '../build.ts';
import { elements, is, type Node, type Sizes, sameSizes } from '../expr.ts';
import { fill } from '../node.ts';
import { rule, type Rule } from './rule.ts';
import { movesOnes, operandOf, operandsOf } from './views.ts';

const plus = (a: Sizes, b: Sizes): Sizes => a.map((n, i) => n + (b[i] ?? 0));
const minus = (a: Sizes, b: Sizes): Sizes => a.map((n, i) => n - (b[i] ?? 0));

/** A slice of one of the operands of a concatenation, if the window lies inside it. */
const inPart = (parts: readonly Node[], axis: number, begin: Sizes, size: Sizes): Node | undefined => {
  const from = begin[axis] ?? 0;
  let start = 0;
  for (const part of parts) {
    const length = part.sizes[axis] ?? 0;
    if (from >= start && from + (size[axis] ?? 0) <= start + length) return slice(part, begin.map((b, i) => (i === axis ? b - start : b)), size);
    start += length;
  }
  return undefined;
};

/** Two neighbours of a concatenation as one slice, if they are slices of one tensor, side by side. */
const joined = (a: Node, b: Node, axis: number): Node | undefined => {
  if (!is('slice', a) || !is('slice', b) || operandOf(a) !== operandOf(b)) return undefined;
  const adjacent = a.params.begin.every((n, i) => (i === axis ? n + (a.params.size[i] ?? 0) === b.params.begin[i] : n === b.params.begin[i]));
  return adjacent ? slice(operandOf(a), a.params.begin, a.params.size.map((n, i) => (i === axis ? n + (b.params.size[i] ?? 0) : n))) : undefined;
};

/** The one axis on which a pad adds something. */
const paddedAxis = (node: Node<'pad'>): number | undefined => {
  const axes = node.params.before.flatMap((n, i) => (n > 0 || (node.params.after[i] ?? 0) > 0 ? [i] : []));
  return axes.length === 1 ? axes[0] : undefined;
};

export const pieceRules = {
  'slice of all': rule(['slice'], 'slice x = x, where sizes stay', (node) => (sameSizes(operandOf(node).sizes, node.sizes) ? operandOf(node) : undefined)),
  'pad by nothing': rule(['pad'], 'pad x = x, where sizes stay', (node) => (sameSizes(operandOf(node).sizes, node.sizes) ? operandOf(node) : undefined)),
  'slice of slice': rule(['slice'], 'slice(slice x) = slice x', (node) => {
    const x = operandOf(node);
    return is('slice', x) ? slice(operandOf(x), plus(node.params.begin, x.params.begin), node.sizes) : undefined;
  }),
  'pad of pad': rule(['pad'], 'pad(pad x) = pad x', (node) => {
    const x = operandOf(node);
    return is('pad', x) ? pad(operandOf(x), plus(node.params.before, x.params.before), plus(node.params.after, x.params.after)) : undefined;
  }),
  'slice of pad': rule(['slice'], 'slice(pad x) = slice x inside x, 0 outside of it', (node) => {
    const x = operandOf(node);
    if (!is('pad', x)) return undefined;
    const inner = operandOf(x);
    const begin = minus(node.params.begin, x.params.before);
    const end = plus(begin, node.sizes);
    if (begin.every((n, i) => n >= 0 && (end[i] ?? 0) <= (inner.sizes[i] ?? 0))) return slice(inner, begin, node.sizes);
    const outside = end.some((n, i) => n <= 0 || (begin[i] ?? 0) >= (inner.sizes[i] ?? 0));
    return outside ? fill(0, node.sizes, node.dtype) : undefined;
  }),
  'slice of concat': rule(['slice'], 'slice(concat(x, y)) = slice x, where the slice lies in x', (node) => {
    const x = operandOf(node);
    return is('concat', x) ? inPart(x.operands, x.params.axis, node.params.begin, node.sizes) : undefined;
  }),
  'slice of broadcast': rule(['slice'], 'slice(broadcast x) = broadcast(slice x)', (node, once) => {
    const x = operandOf(node);
    if (!is('broadcast', x)) return undefined;
    const inner = operandOf(x);
    const stretched = inner.sizes.map((n, i) => n !== x.sizes[i]);
    const size = node.sizes.map((n, i) => (stretched[i] === true ? 1 : n));
    if (!once(x) && !sameSizes(size, inner.sizes)) return undefined;
    return broadcast(slice(inner, node.params.begin.map((b, i) => (stretched[i] === true ? 0 : b)), size), node.sizes);
  }),
  'slice of permute': rule(['slice'], 'slice(permute x) = permute(slice x), where x has no other user or the permute then moves axes of size 1 only', (node, once) => {
    const x = operandOf(node);
    if (!is('permute', x)) return undefined;
    const { axes } = x.params;
    const at = (values: Sizes): Sizes => axes.map((_, i) => values[axes.indexOf(i)] ?? 0);
    const size = at(node.sizes);
    return once(x) || movesOnes(axes, size) ? permute(slice(operandOf(x), at(node.params.begin), size), axes) : undefined;
  }),
  'permute of concat': rule(['permute'], 'permute(concat(x, y)) = concat(permute x, permute y), where these move axes of size 1 only', (node, once) => {
    const x = operandOf(node);
    const { axes } = node.params;
    if (!is('concat', x) || !once(x) || !x.operands.every((o) => movesOnes(axes, o.sizes)) || movesOnes(axes, x.sizes)) return undefined;
    return concat(axes.indexOf(x.params.axis), x.operands.map((o) => permute(o, axes)));
  }),
  'reshape of concat': rule(['reshape'], 'reshape(concat(reshape x, reshape y)) = concat(reshape x, reshape y), where the axis of the concat stays', (node, once) => {
    const x = operandOf(node);
    if (!is('concat', x) || !once(x) || elements(x.sizes) === 0 || !x.operands.every((o) => is('reshape', o))) return undefined;
    const { axis } = x.params;
    const before = elements(x.sizes.slice(0, axis));
    const at = node.sizes.findIndex((n, i) => n === x.sizes[axis] && elements(node.sizes.slice(0, i)) === before);
    return at < 0 ? undefined : concat(at, x.operands.map((o) => reshape(operandOf(o), node.sizes.map((n, i) => (i === at ? (o.sizes[axis] ?? 1) : n)))));
  }),
  'concat of one': rule(['concat'], 'concat(x) = x; what is empty goes', (node) => {
    const filled = node.operands.filter((o) => (o.sizes[node.params.axis] ?? 0) > 0);
    const [only] = filled;
    if (only !== undefined && filled.length === 1) return only;
    return filled.length > 0 && filled.length < node.operands.length ? concat(node.params.axis, filled) : undefined;
  }),
  'concat of concat': rule(['concat'], 'concat(concat(x, y), z) = concat(x, y, z)', (node) => {
    const isPart = (o: Node): o is Node<'concat'> => is('concat', o) && o.params.axis === node.params.axis;
    return node.operands.some(isPart) ? concat(node.params.axis, node.operands.flatMap((o) => (isPart(o) ? o.operands : [o]))) : undefined;
  }),
  'concat of slices': rule(['concat'], 'concat(slice x, slice x) = slice x, where one follows the other', (node) => {
    const parts: Node[] = [];
    for (const o of node.operands) {
      const previous = parts.at(-1);
      const both = previous === undefined ? undefined : joined(previous, o, node.params.axis);
      if (both === undefined) parts.push(o);
      else parts.splice(-1, 1, both);
    }
    return parts.length < node.operands.length ? concat(node.params.axis, parts) : undefined;
  }),
  // both pads go, as x + 0 = x: the sign of zero may change
  'sum of pads': rule(['zip'], 'pad x + pad y = pad(concat(x, y)), where one follows the other', (node, once) => {
    if (node.params.fn !== 'add') return undefined;
    const [a, b] = operandsOf(node);
    if (!is('pad', a) || !is('pad', b) || !once(a) || !once(b) || elements(node.sizes) === 0) return undefined;
    const axis = paddedAxis(a);
    if (axis === undefined || axis !== paddedAxis(b)) return undefined;
    const [first, second] = (a.params.before[axis] ?? 0) <= (b.params.before[axis] ?? 0) ? [a, b] : [b, a];
    const end = (first.params.before[axis] ?? 0) + (operandOf(first).sizes[axis] ?? 0);
    return end === second.params.before[axis] ? pad(concat(axis, [operandOf(first), operandOf(second)]), first.params.before, second.params.after) : undefined;
  }),
} as const satisfies { readonly [name: string]: Rule };
