/**
 * Arithmetic: neutral numbers, signs, and functions that undo or repeat each other.
 * not:   0·x = 0 or x − x = 0 (NaN and infinities would be hidden), log(exp x) = x (an overflow would be hidden), and
 *        exp(log x) = x (x < 0 has no logarithm).
 * measure: nodes, then operations dearer than a sign.
 */
import { add, map, mul, neg, sub } from '../build.ts';
import { is, type MapFn, type Node, sameSizes } from '../expr.ts';
import { node as make } from '../node.ts';
import { rule, type Rule } from './rule.ts';
import { fillOf, mapOf, operandOf, operandsOf, times, zipOf } from './views.ts';

/** x, where the node is f(x, k) with sizes of x; k on the left too if f commutes. */
const beside = (node: Node, k: number, either: boolean): Node | undefined => {
  const [a, b] = operandsOf(node);
  if (fillOf(b) === k && sameSizes(a.sizes, node.sizes)) return a;
  return either && fillOf(a) === k && sameSizes(b.sizes, node.sizes) ? b : undefined;
};

/** f(g x) = h x, as a table: the outer function, the inner one, and what they make together. */
export const together: readonly (readonly [outer: MapFn, inner: MapFn, both: MapFn | 'x'])[] = [
  ['neg', 'neg', 'x'],
  ['abs', 'neg', 'abs'],
  ['abs', 'abs', 'abs'],
  ['abs', 'square', 'square'],
  ['abs', 'relu', 'relu'],
  ['square', 'neg', 'square'],
  ['square', 'abs', 'square'],
  ['cos', 'neg', 'cos'],
  ['cos', 'abs', 'cos'],
  ['relu', 'relu', 'relu'],
  ['relu', 'abs', 'abs'],
  ['relu', 'square', 'square'],
  ['relu', 'exp', 'exp'],
  ['relu', 'sigmoid', 'sigmoid'],
  ['sign', 'sign', 'sign'],
  ['floor', 'floor', 'floor'],
  ['floor', 'sign', 'sign'],
  ['reciprocal', 'sqrt', 'rsqrt'],
  ['reciprocal', 'rsqrt', 'sqrt'],
];

export const arithmeticRules = {
  // −0 + 0 is 0: the sign of zero may change
  'plus zero': rule(['zip'], 'x + 0 = x', (node) => (node.params.fn === 'add' ? beside(node, 0, true) : undefined)),
  'minus zero': rule(['zip'], 'x − 0 = x; 0 − x = −x', (node) => {
    if (node.params.fn !== 'sub') return undefined;
    const [a, b] = operandsOf(node);
    return beside(node, 0, false) ?? (fillOf(a) === 0 && sameSizes(b.sizes, node.sizes) ? neg(b) : undefined);
  }),
  'times one': rule(['zip'], 'x · 1 = x', (node) => (node.params.fn === 'mul' ? beside(node, 1, true) : undefined)),
  'over a number': rule(['zip'], 'x / k = (1/k) · x', (node) => {
    const [a, b] = zipOf('div', node) ?? [];
    const k = b === undefined ? undefined : fillOf(b);
    return a !== undefined && k !== undefined && Math.abs(k) > 1e-30 && Math.abs(k) < 1e30 && sameSizes(a.sizes, node.sizes) ? times(a, 1 / k) : undefined;
  }),
  'one over': rule(['zip'], '1 / x = reciprocal x', (node) => {
    const [a, b] = zipOf('div', node) ?? [];
    return a !== undefined && b !== undefined && fillOf(a) === 1 && sameSizes(b.sizes, node.sizes) ? map('reciprocal', b) : undefined;
  }),
  'small powers': rule(['zip'], 'x ^ 1 = x; x ^ 2 = square x', (node) => {
    if (node.params.fn !== 'pow') return undefined;
    const square = beside(node, 2, false);
    return beside(node, 1, false) ?? (square === undefined ? undefined : map('square', square));
  }),
  'equal extremes': rule(['zip'], 'max(x, x) = x; min(x, x) = x', (node) => {
    const [a, b] = operandsOf(node);
    return a === b && (node.params.fn === 'max' || node.params.fn === 'min') ? a : undefined;
  }),
  'x plus x': rule(['zip'], 'x + x = 2 · x', (node) => {
    const [a, b] = zipOf('add', node) ?? [];
    return a !== undefined && a === b ? times(a, 2) : undefined;
  }),
  'x times x': rule(['zip'], 'x · x = square x', (node) => {
    const [a, b] = zipOf('mul', node) ?? [];
    return a !== undefined && a === b ? map('square', a) : undefined;
  }),
  'plus a negative': rule(['zip'], 'x + −y = x − y; −x + y = y − x; x − −y = x + y', (node) => {
    if (node.params.fn !== 'add' && node.params.fn !== 'sub') return undefined;
    const [a, b] = operandsOf(node);
    const [minusA, minusB] = [mapOf('neg', a), mapOf('neg', b)];
    if (minusB !== undefined) return node.params.fn === 'add' ? sub(a, minusB) : add(a, minusB);
    return minusA !== undefined && node.params.fn === 'add' ? sub(b, minusA) : undefined;
  }),
  'negative factors': rule(['zip'], '−x · −y = x · y; −x / −y = x / y', (node) => {
    const [a, b] = operandsOf(node).map((o) => mapOf('neg', o));
    return a !== undefined && b !== undefined && (node.params.fn === 'mul' || node.params.fn === 'div') ? make('zip', node.params, [a, b]) : undefined;
  }),
  'over a reciprocal': rule(['zip'], 'x · reciprocal y = x / y; x / reciprocal y = x · y', (node, once) => {
    const [a, b] = operandsOf(node);
    const under = mapOf('reciprocal', b);
    if (node.params.fn === 'div' && under !== undefined) return mul(a, under);
    return node.params.fn === 'mul' && under !== undefined && once(b) && sameSizes(b.sizes, node.sizes) ? make('zip', { fn: 'div' }, [a, under]) : undefined;
  }),
  'functions together': rule(['map'], 'f(g x) = h x: −−x = x, |−x| = |x|, square(−x) = square x, reciprocal(sqrt x) = rsqrt x …', (node) => {
    const inner = operandOf(node);
    if (!is('map', inner)) return undefined;
    const found = together.find(([f, g]) => f === node.params.fn && g === inner.params.fn);
    const x = operandOf(inner);
    if (found === undefined) return undefined;
    return found[2] === 'x' ? x : found[2] === inner.params.fn ? inner : map(found[2], x);
  }),
} as const satisfies { readonly [name: string]: Rule };
