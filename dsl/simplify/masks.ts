/**
 * Masks: choices and truth values that are known, and casts that change nothing.
 * measure: nodes.
 */
import { is, type Node, sameSizes } from '../expr.ts';
import { rule, type Rule } from './rule.ts';
import { fillOf, operandOf, operandsOf } from './views.ts';

/** What x op k is, for a mask x and a known k. */
const known = {
  and: (x: Node, k: boolean, constant: Node) => (k ? x : constant),
  or: (x: Node, k: boolean, constant: Node) => (k ? constant : x),
  xor: (x: Node, k: boolean) => (k ? undefined : x),
} as const;

export const maskRules = {
  'known choice': rule(['select'], 'select(true, x, y) = x; select(false, x, y) = y', (node) => {
    const [mask, yes, no] = node.operands;
    const value = mask === undefined ? undefined : fillOf(mask);
    return value === undefined ? undefined : value === 0 ? no : yes;
  }),
  'known truth': rule(['logic'], 'm and true = m; m and false = false; m or true = true; m or false = m; m xor false = m', (node) => {
    const [a, b] = operandsOf(node);
    const turn = fillOf(a) !== undefined;
    const [x, constant] = turn ? [b, a] : [a, b];
    const k = fillOf(constant);
    const result = k === undefined ? undefined : known[node.params.fn](x, k !== 0, constant);
    return result !== undefined && sameSizes(result.sizes, node.sizes) ? result : undefined;
  }),
  'mask with itself': rule(['logic'], 'm and m = m; m or m = m', (node) => {
    const [a, b] = operandsOf(node);
    return a === b && node.params.fn !== 'xor' ? a : undefined;
  }),
  'cast to own type': rule(['cast'], 'cast x = x, where the type stays', (node) => (operandOf(node).dtype === node.dtype ? operandOf(node) : undefined)),
  'mask there and back': rule(['cast'], 'cast(cast m) = m, a mask to numbers and back', (node) => {
    const inner = operandOf(node);
    return is('cast', inner) && node.dtype === 'bool' && operandOf(inner).dtype === 'bool' ? operandOf(inner) : undefined;
  }),
} as const satisfies { readonly [name: string]: Rule };
