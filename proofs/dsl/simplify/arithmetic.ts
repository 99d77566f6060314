/**
 * Cases of the rules of arithmetic.
 */
import fc from 'fast-check';
import { fillNode, is, type Node, nodes, type ZipFn } from '../../../dsl/index.ts';
import { type arithmeticRules, together } from '../../../dsl/simplify/arithmetic.ts';
import { fillOf, mapOf, operandOf, operandsOf, zipOf } from '../../../dsl/simplify/views.ts';
import { awayFromZero, positive } from '../../arbitraries/domains.ts';
import { box, built, factor, type RuleCase } from './case.ts';

/** f(x, k) and f(k, x) for two numbers, the neutral one and another. */
const beside = (fn: ZipFn, neutral: number) => built(box(2), (s) => [s], (s, x) => [nodes.zip(fn, x, fillNode(neutral, s)), nodes.zip(fn, nodes.scalarLike(x, neutral), x), nodes.zip(fn, x, nodes.scalarLike(x, neutral + 1))]);
/** x, for f(x, any number). */
const dropped = (fn: ZipFn) => (node: Node): Node | undefined => {
  const [a, b] = zipOf(fn, node) ?? [];
  return a === undefined || b === undefined ? undefined : fillOf(b) === undefined ? (fillOf(a) === undefined ? undefined : b) : a;
};

export const arithmeticCases = {
  'plus zero': { left: beside('add', 0), lie: 'plus any number', wrong: dropped('add') },
  'minus zero': { left: beside('sub', 0), lie: '0 − x = x', wrong: (node) => { const [a, b] = zipOf('sub', node) ?? []; return a !== undefined && fillOf(a) === 0 ? b : undefined; } },
  'times one': { left: beside('mul', 1), lie: 'times any number', wrong: dropped('mul') },
  'over a number': {
    left: built(fc.record({ s: box(2), k: factor }), ({ s }) => [s], ({ k }, x) => nodes.div(x, nodes.scalarLike(x, k))),
    lie: 'times the number',
    wrong: (node) => { const [a, b] = zipOf('div', node) ?? []; return a === undefined || b === undefined ? undefined : nodes.mul(a, b); },
  },
  'one over': {
    left: built(box(2), (s) => [s], (_, x) => nodes.div(nodes.scalarLike(x, 1), x), awayFromZero),
    lie: 'x for 1/x',
    wrong: (node) => zipOf('div', node)?.[1],
  },
  'small powers': {
    left: built(box(2), (s) => [s], (_, x) => [1, 2].map((k) => nodes.zip('pow', x, nodes.scalarLike(x, k))), positive),
    lie: 'x ^ 2 = 2 · x',
    wrong: (node) => { const [a, b] = zipOf('pow', node) ?? []; return a === undefined || b === undefined ? undefined : nodes.mul(a, b); },
  },
  'equal extremes': {
    left: built(fc.record({ s: box(2), fn: fc.constantFrom('max', 'min') }), ({ s }) => [s, s], ({ fn }, x, y) => [nodes.zip(fn, x, x), nodes.zip(fn, x, y)]),
    lie: 'the first of any two',
    wrong: (node) => (is('zip', node) ? operandOf(node) : undefined),
  },
  'x plus x': {
    left: built(box(2), (s) => [s], (_, x) => nodes.add(x, x)),
    lie: 'square x',
    wrong: (node) => (zipOf('add', node) === undefined ? undefined : nodes.map('square', operandOf(node))),
  },
  'x times x': {
    left: built(box(2), (s) => [s], (_, x) => nodes.mul(x, x)),
    lie: '2 · x',
    wrong: (node) => { const [a, b] = zipOf('mul', node) ?? []; return a !== undefined && a === b ? nodes.add(a, a) : undefined; },
  },
  'plus a negative': {
    left: built(box(2), (s) => [s, s], (_, x, y) => [nodes.add(x, nodes.neg(y)), nodes.add(nodes.neg(x), y), nodes.sub(x, nodes.neg(y))]),
    lie: '−x + y = x − y',
    wrong: (node) => {
      const [a, b] = operandsOf(node);
      const [minusA, minusB] = [mapOf('neg', a), mapOf('neg', b)];
      return minusB !== undefined ? nodes.sub(a, minusB) : minusA !== undefined ? nodes.sub(minusA, b) : undefined;
    },
  },
  'negative factors': {
    left: built(fc.record({ s: box(2), fn: fc.constantFrom('mul', 'div') }), ({ s }) => [s, s], ({ fn }, x, y) => nodes.zip(fn, nodes.neg(x), nodes.neg(y)), awayFromZero),
    lie: 'one sign stays',
    wrong: (node) => { const x = mapOf('neg', operandOf(node)); return is('zip', node) && x !== undefined ? nodes.zip(node.params.fn, x, operandsOf(node)[1]) : undefined; },
  },
  'over a reciprocal': {
    left: built(fc.record({ s: box(2), fn: fc.constantFrom('mul', 'div') }), ({ s }) => [s, s], ({ fn }, x, y) => nodes.zip(fn, x, nodes.map('reciprocal', y)), awayFromZero),
    lie: 'the reciprocal goes, the function stays',
    wrong: (node) => { const y = is('zip', node) ? mapOf('reciprocal', operandsOf(node)[1]) : undefined; return is('zip', node) && y !== undefined ? nodes.zip(node.params.fn, operandOf(node), y) : undefined; },
  },
  'functions together': {
    left: built(fc.record({ s: box(2), pair: fc.constantFrom(...together) }), ({ s }) => [s], ({ pair: [outer, inner] }, x) => nodes.map(outer, nodes.map(inner, x)), positive),
    lie: 'the inner function goes',
    wrong: (node) => { const inner = operandOf(node); return is('map', node) && is('map', inner) ? nodes.map(node.params.fn, operandOf(inner)) : undefined; },
  },
} as const satisfies { readonly [R in keyof typeof arithmeticRules]: RuleCase };
