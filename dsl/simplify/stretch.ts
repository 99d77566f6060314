/**
 * Stretch: a broadcast is not made when what uses it stretches by itself, and is made as late as possible.
 * measure: elements that are moved or computed.
 */
import { broadcast } from '../build.ts';
import { elements, is, type Node, sameSizes } from '../expr.ts';
import { fill, node as make } from '../node.ts';
import { rule, type Rule } from './rule.ts';
import { ones, operandOf } from './views.ts';

/** What stretches to the node by itself. */
const bare = (node: Node): Node => (is('broadcast', node) ? operandOf(node) : is('fill', node) && elements(node.sizes) > 1 ? fill(node.params.value, ones(node.sizes.length), node.dtype) : node);

export const stretchRules = {
  'stretched operand': rule(['zip', 'compare', 'logic'], 'f(broadcast x, y) = f(x, y), or broadcast f(x, y) where neither has the size', (node) => {
    if (elements(node.sizes) === 0) return undefined;
    const operands = node.operands.map(bare);
    return operands.every((o, i) => o === node.operands[i]) ? undefined : broadcast(make(node.primitive, node.params, operands), node.sizes);
  }),
  'equal branches': rule(['select'], 'select(m, x, x) = x', (node) => (node.operands[1] === node.operands[2] ? node.operands[1] : undefined)),
  'stretched choice': rule(['select'], 'select(broadcast m, broadcast x, broadcast y) = broadcast(select(m, x, y))', (node) => {
    const inner = node.operands.map(bare);
    if (elements(node.sizes) === 0) return undefined;
    const sizes = node.sizes.map((_, axis) => Math.max(...inner.map((o) => o.sizes[axis] ?? 1)));
    return sameSizes(sizes, node.sizes) ? undefined : broadcast(make('select', {}, inner.map((o) => (is('fill', o) ? fill(o.params.value, sizes, o.dtype) : broadcast(o, sizes)))), node.sizes);
  }),
} as const satisfies { readonly [name: string]: Rule };
