/**
 * Layout: reshapes, permutes and broadcasts meet and cancel.
 * idea:  they move towards their users, past what works element by element, and stand in one order there:
 *        broadcast(reshape(permute x)). Two of a kind are one; one that does nothing goes.
 * measure: elements that are moved or computed, then nodes, then how far a layout is from its users.
 */
import { broadcast, permute, reshape } from '../build.ts';
import { elements, is, type Node, type Sizes, sameSizes } from '../expr.ts';
import { node as make } from '../node.ts';
import { type Once, rule, type Rule } from './rule.ts';
import { core, movesOnes, ones, operandOf, operandsOf, sameCore, unreshaped, wideAxes } from './views.ts';

/** Where each axis goes when a reshape adds and removes axes of size 1: places of the axes that stay. */
const places = (sizes: Sizes): readonly number[] => sizes.flatMap((n, i) => (n === 1 ? [] : [i]));

/** The sizes before a broadcast, seen through a reshape of its result that only adds or removes axes of size 1. */
const unstretched = (from: Sizes, to: Sizes, result: Sizes): Sizes | undefined => {
  if (!sameCore(to, result)) return undefined;
  const [before, after] = [places(to), places(result)];
  return result.map((_, i) => (after.includes(i) ? (from[before[after.indexOf(i)] ?? 0] ?? 1) : 1));
};

/** f of a layout is the layout of f, for an f that works element by element. */
const past = (layout: Node, once: Once, f: (x: Node) => Node): Node | undefined => {
  const inner = layout.operands[0];
  if (inner === undefined) return undefined;
  if (is('reshape', layout)) return reshape(f(inner), layout.sizes);
  if (is('broadcast', layout)) return broadcast(f(inner), layout.sizes);
  if (is('permute', layout) && once(layout)) return permute(f(inner), layout.params.axes);
  return undefined;
};

export const layoutRules = {
  'reshape of reshape': rule(['reshape'], 'reshape(reshape x) = reshape x', (node) => {
    const x = operandOf(node);
    return is('reshape', x) ? reshape(operandOf(x), node.sizes) : undefined;
  }),
  'permute of permute': rule(['permute'], 'permute(permute x) = permute x', (node) => {
    const x = operandOf(node);
    return is('permute', x) ? permute(operandOf(x), node.params.axes.map((a) => x.params.axes[a] ?? 0)) : undefined;
  }),
  'broadcast of broadcast': rule(['broadcast'], 'broadcast(broadcast x) = broadcast x', (node) => {
    const x = operandOf(node);
    return is('broadcast', x) ? broadcast(operandOf(x), node.sizes) : undefined;
  }),
  'layout of nothing': rule(['reshape', 'permute', 'broadcast'], 'reshape x = x, where sizes stay; so for permute and broadcast', (node) => {
    const x = operandOf(node);
    return sameSizes(x.sizes, node.sizes) && (!is('permute', node) || node.params.axes.every((a, i) => a === i)) ? x : undefined;
  }),
  'permute of ones': rule(['permute'], 'permute x = reshape x, where only axes of size 1 move', (node) => {
    const x = operandOf(node);
    return movesOnes(node.params.axes, x.sizes) ? reshape(x, node.sizes) : undefined;
  }),
  'permute of broadcast': rule(['permute'], 'permute(broadcast x) = broadcast(permute x)', (node, once) => {
    const x = operandOf(node);
    return is('broadcast', x) && once(x) && elements(x.sizes) > 0 ? broadcast(permute(operandOf(x), node.params.axes), node.sizes) : undefined;
  }),
  'permute of thin reshape': rule(['permute'], 'permute(reshape x) = reshape(permute x), where the reshape adds or removes axes of size 1', (node) => {
    const x = operandOf(node);
    if (!is('reshape', x) || !sameCore(x.sizes, operandOf(x).sizes)) return undefined;
    const inner = operandOf(x);
    const [from, to] = [places(inner.sizes), places(x.sizes)];
    const order = wideAxes(node.params.axes, x.sizes).map((a) => from[to.indexOf(a)] ?? 0);
    const thin = inner.sizes.flatMap((n, i) => (n === 1 ? [i] : []));
    return reshape(permute(inner, [...thin, ...order]), node.sizes);
  }),
  'reshape of broadcast': rule(['reshape'], 'reshape(broadcast x) = broadcast(reshape x), where the reshape adds or removes axes of size 1', (node, once) => {
    const x = operandOf(node);
    const sizes = is('broadcast', x) && once(x) ? unstretched(operandOf(x).sizes, x.sizes, node.sizes) : undefined;
    return sizes === undefined ? undefined : broadcast(reshape(operandOf(x), sizes), node.sizes);
  }),
  'map of layout': rule(['map', 'gelu', 'cast'], 'f(layout x) = layout(f x)', (node, once) => past(operandOf(node), once, (x) => make(node.primitive, node.params, [x]))),
  'scalar and layout': rule(['zip', 'compare'], 'f(layout x, k) = layout f(x, k)', (node, once) => {
    const [a, b] = node.operands;
    if (a === undefined || b === undefined) return undefined;
    const scalar = (k: Node, rank: number): Node => reshape(k, ones(rank));
    if (core(b.sizes).length === 0 && sameSizes(a.sizes, node.sizes) && is('fill', b)) return past(a, once, (x) => make(node.primitive, node.params, [x, scalar(b, x.sizes.length)]));
    if (core(a.sizes).length === 0 && sameSizes(b.sizes, node.sizes) && is('fill', a)) return past(b, once, (x) => make(node.primitive, node.params, [scalar(a, x.sizes.length), x]));
    return undefined;
  }),
  'same layout twice': rule(['zip', 'compare', 'logic'], 'f(reshape x, reshape y) = reshape f(x, y), from equal sizes; so for permutes', (node, once) => {
    const [a, b] = node.operands;
    if (a === undefined || b === undefined || !sameSizes(a.sizes, b.sizes)) return undefined;
    const inside = (): Node => make(node.primitive, node.params, [operandOf(a), operandOf(b)]);
    if (is('reshape', a) && is('reshape', b)) return sameSizes(operandOf(a).sizes, operandOf(b).sizes) ? reshape(inside(), node.sizes) : undefined;
    const turned = is('permute', a) && is('permute', b) && sameSizes(a.params.axes, b.params.axes) && once(a) && once(b);
    return turned && is('permute', a) ? permute(inside(), a.params.axes) : undefined;
  }),
  'bias and reshape': rule(['zip', 'compare'], 'f(reshape x, y) = reshape f(x, reshape y), where y is the same along the axes that change', (node) => {
    const [a, b] = operandsOf(node);
    if (elements(node.sizes) === 0) return undefined;
    const moved = (x: Node, y: Node, f: (x: Node, y: Node) => Node): Node | undefined => {
      if (!is('reshape', x) || !sameSizes(x.sizes, node.sizes) || elements(y.sizes) >= elements(node.sizes)) return undefined;
      const inner = operandOf(x);
      const sizes = unreshaped(inner.sizes, x.sizes, y.sizes);
      return sizes === undefined ? undefined : reshape(f(inner, reshape(y, sizes)), node.sizes);
    };
    return moved(a, b, (x, y) => make(node.primitive, node.params, [x, y])) ?? moved(b, a, (x, y) => make(node.primitive, node.params, [y, x]));
  }),
  'rows of reshape': rule(['softmax', 'layerNorm'], 'f(reshape x) = reshape(f x), where rows stay', (node) => {
    const x = operandOf(node);
    return is('reshape', x) && operandOf(x).sizes.at(-1) === x.sizes.at(-1) ? reshape(make(node.primitive, node.params, [operandOf(x)]), node.sizes) : undefined;
  }),
} as const satisfies { readonly [name: string]: Rule };
