/**
 * Cases of the rules about numbers that multiply tensors.
 */
import fc from 'fast-check';
import { is, nodes } from '../../../dsl/index.ts';
import type { scaleRules } from '../../../dsl/simplify/scales.ts';
import { operandsOf, scaledOf, times, zipOf } from '../../../dsl/simplify/views.ts';
import { several } from '../../arbitraries/sizes.ts';
import { box, built, factor, type RuleCase } from './case.ts';

const two = fc.record({ s: box(2), a: factor, b: factor });

export const scaleCases = {
  'scale of scale': {
    left: built(two, ({ s }) => [s], ({ a, b }, x) => [nodes.scale(nodes.scale(x, a), b), nodes.neg(nodes.scale(x, a)), nodes.scale(nodes.neg(x), b)]),
    lie: 'numbers are added',
    wrong: (node) => {
      const outer = scaledOf(node);
      const inner = outer === undefined ? undefined : scaledOf(outer.of);
      return outer === undefined || inner === undefined ? undefined : times(inner.of, outer.by + inner.by);
    },
  },
  'scale by minus one': { left: built(box(2), (s) => [s], (_, x) => nodes.scale(x, -1)), lie: 'the sign goes', wrong: (node) => (is('zip', node) ? scaledOf(node)?.of : undefined) },
  'scale of the smaller factor': {
    left: built(fc.record({ n: several, m: several, k: factor }), ({ n, m }) => [[n, m], [1, m]], ({ k }, x, y) => nodes.mul(nodes.scale(x, k), y)),
    lie: 'the number is lost',
    wrong: (node) => {
      const [a, b] = zipOf('mul', node) ?? [];
      const scaled = a === undefined ? undefined : scaledOf(a);
      return a === undefined || b === undefined || scaled === undefined || is('fill', b) ? undefined : nodes.mul(scaled.of, b);
    },
  },
  'scaled factors': {
    left: built(two, ({ s }) => [s, s], ({ a, b }, x, y) => nodes.mul(nodes.scale(x, a), nodes.scale(y, b))),
    lie: 'one number is lost',
    wrong: (node) => {
      const [a, b] = zipOf('mul', node) ?? [];
      const scaled = a === undefined ? undefined : scaledOf(a);
      return b === undefined || scaled === undefined || is('fill', b) ? undefined : nodes.mul(scaled.of, b);
    },
  },
  'common factor': {
    left: built(fc.record({ s: box(2), k: factor, fn: fc.constantFrom('add', 'sub') }), ({ s }) => [s, s], ({ k, fn }, x, y) => nodes.zip(fn, nodes.scale(x, k), nodes.scale(y, k))),
    lie: 'the factor counts twice',
    wrong: (node) => {
      if (!is('zip', node)) return undefined;
      const [x, y] = operandsOf(node).map(scaledOf);
      return x === undefined || y === undefined ? undefined : times(nodes.zip(node.params.fn, x.of, y.of), 2 * x.by);
    },
  },
  'terms of one tensor': {
    left: built(fc.record({ s: box(2), k: fc.constantFrom(0.25, 2, 7) }), ({ s }) => [s], ({ k }, x) => [nodes.add(x, nodes.scale(x, k)), nodes.add(nodes.scale(x, k), nodes.scale(x, 3))]),
    lie: 'the second only',
    wrong: (node) => zipOf('add', node)?.[1],
  },
} as const satisfies { readonly [R in keyof typeof scaleRules]: RuleCase };
