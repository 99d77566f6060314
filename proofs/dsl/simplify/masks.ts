/**
 * Cases of the rules about masks and casts.
 */
import fc from 'fast-check';
import { fillNode, is, node, nodes } from '../../../dsl/index.ts';
import type { maskRules } from '../../../dsl/simplify/masks.ts';
import { fillOf, operandOf, operandsOf } from '../../../dsl/simplify/views.ts';
import { box, built, type RuleCase } from './case.ts';

const truth = fc.constantFrom(0, 1);

export const maskCases = {
  'known choice': {
    left: built(fc.record({ s: box(2), k: truth }), ({ s }) => [s, s], ({ s, k }, x, y) => nodes.select(fillNode(k, s, 'bool'), x, y)),
    lie: 'branches swapped',
    wrong: (x) => {
      const [mask, yes, no] = x.operands;
      return !is('select', x) || mask === undefined || fillOf(mask) === undefined ? undefined : fillOf(mask) === 0 ? yes : no;
    },
  },
  'known truth': {
    left: built(fc.record({ s: box(2), pair: fc.constantFrom(['and', 0], ['and', 1], ['or', 0], ['or', 1], ['xor', 0]) }), ({ s }) => [s, s], ({ s, pair: [fn, k] }, x, y) =>
      nodes.logic(fn === 'and' ? 'and' : fn === 'or' ? 'or' : 'xor', nodes.compare('less', x, y), fillNode(Number(k), s, 'bool'))),
    lie: 'the unknown mask, whatever the known one says',
    wrong: (x) => (is('logic', x) && operandsOf(x).some((o) => fillOf(o) !== undefined) ? operandOf(x) : undefined),
  },
  'mask with itself': {
    left: built(box(2), (s) => [s, s], (_, x, y) => {
      const m = nodes.compare('less', x, y);
      return [nodes.logic('and', m, m), nodes.logic('or', m, m), nodes.logic('xor', m, m)];
    }),
    lie: 'xor as well',
    wrong: (x) => (is('logic', x) && x.operands[0] === x.operands[1] ? operandOf(x) : undefined),
  },
  'cast to own type': {
    left: built(box(2), (s) => [s], (_, x) => node('cast', { to: 'f32' }, [x])),
    lie: 'rounded down',
    wrong: (x) => (is('cast', x) ? nodes.map('floor', operandOf(x)) : undefined),
  },
  'mask there and back': {
    left: built(fc.record({ s: box(2), to: fc.constantFrom('f32', 'i32') }), ({ s }) => [s, s], ({ to }, x, y) => nodes.cast(nodes.cast(nodes.compare('less', x, y), to), 'bool')),
    lie: 'negated',
    wrong: (x) => (is('cast', x) && is('cast', operandOf(x)) ? nodes.logic('xor', operandOf(operandOf(x)), fillNode(1, x.sizes, 'bool')) : undefined),
  },
} as const satisfies { readonly [R in keyof typeof maskRules]: RuleCase };
