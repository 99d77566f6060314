/**
 * Cases of the rules about slices, pads and concatenations.
 */
import fc from 'fast-check';
import { fillNode, is, node, nodes, type Node } from '../../../dsl/index.ts';
import type { pieceRules } from '../../../dsl/simplify/pieces.ts';
import { operandOf, operandsOf } from '../../../dsl/simplify/views.ts';
import { several } from '../../arbitraries/sizes.ts';
import { box, built, cube, type RuleCase } from './case.ts';

const bit = fc.constantFrom(0, 1);
const below = <P extends 'slice' | 'pad' | 'concat' | 'broadcast' | 'permute'>(p: P, x: Node): Node<P> | undefined => {
  const inner = x.operands[0];
  return inner !== undefined && is(p, inner) ? inner : undefined;
};
const zeros = (x: Node): readonly number[] => x.sizes.map(() => 0);

export const pieceCases = {
  'slice of all': { left: built(box(2), (s) => [s], (s, x) => node('slice', { begin: [0, 0], size: s }, [x])), lie: 'nothing is left', wrong: (x) => (is('slice', x) ? nodes.zerosLike(x) : undefined) },
  'pad by nothing': { left: built(box(2), (s) => [s], (_, x) => node('pad', { before: [0, 0], after: [0, 0] }, [x])), lie: 'nothing is left', wrong: (x) => (is('pad', x) ? nodes.zerosLike(x) : undefined) },
  'slice of slice': {
    left: built(fc.record({ n: several, a: bit, b: bit }), ({ n }) => [[n + 2, n]], ({ n, a, b }, x) => node('slice', { begin: [b, 0], size: [n, 1] }, [nodes.slice(x, [a, 1], [n + 1, n - 1])])),
    lie: 'the begin of the outer one',
    wrong: (x) => { const inner = below('slice', x); return is('slice', x) && inner !== undefined ? nodes.slice(operandOf(inner), x.params.begin, x.sizes) : undefined; },
  },
  'pad of pad': {
    left: built(fc.record({ s: box(2), a: bit, b: bit }), ({ s }) => [s], ({ a, b }, x) => nodes.pad(nodes.pad(x, [a, 1], [1, 0]), [0, b], [1, 2])),
    lie: 'before is after',
    wrong: (x) => {
      const inner = below('pad', x);
      return is('pad', x) && inner !== undefined ? nodes.pad(operandOf(inner), x.params.after.map((n, i) => n + (inner.params.before[i] ?? 0)), x.params.before.map((n, i) => n + (inner.params.after[i] ?? 0))) : undefined;
    },
  },
  'slice of pad': {
    left: built(box(2), (s) => [s], (s, x) => {
      const padded = nodes.pad(x, [2, 1], [0, 1]);
      return [nodes.slice(padded, [3, 1], [1, s[1] ?? 1]), nodes.slice(padded, [0, 0], [2, 2])];
    }),
    lie: 'from the beginning',
    wrong: (x) => { const inner = below('pad', x); return is('slice', x) && inner !== undefined ? nodes.slice(operandOf(inner), zeros(x), x.sizes) : undefined; },
  },
  'slice of concat': {
    left: built(fc.record({ s: box(2), which: fc.constantFrom(0, 1, 2) }), ({ s }) => [s, s, s], ({ s: [n = 1, m = 1], which }, ...xs) => nodes.slice(nodes.concat(0, xs), [which * n + 1, 0], [n - 1, m])),
    lie: 'of the first part',
    wrong: (x) => { const inner = below('concat', x); return is('slice', x) && inner !== undefined ? nodes.slice(operandOf(inner), zeros(x), x.sizes) : undefined; },
  },
  'slice of broadcast': {
    left: built(box(2), ([, m = 1]) => [[1, m]], ([n = 1, m = 1], x) => nodes.slice(nodes.broadcast(x, [n, m]), [1, 1], [1, m - 1])),
    lie: 'from the beginning',
    wrong: (x) => { const inner = below('broadcast', x); return is('slice', x) && inner !== undefined ? nodes.broadcast(nodes.slice(operandOf(inner), zeros(x), [1, x.sizes[1] ?? 1]), x.sizes) : undefined; },
  },
  'slice of permute': {
    left: built(fc.record({ s: cube(2), shared: fc.boolean() }), ({ s }) => [s], ({ s: [n = 1], shared }, x) => {
      const turned = nodes.permute(x, [1, 0]);
      return shared ? [turned, nodes.slice(turned, [0, 1], [1, 1])] : nodes.slice(turned, [0, 1], [n - 1, n - 1]);
    }),
    lie: 'the begin of the other axis',
    wrong: (x) => { const inner = below('permute', x); return is('slice', x) && inner !== undefined ? nodes.permute(nodes.slice(operandOf(inner), x.params.begin, x.sizes), inner.params.axes) : undefined; },
  },
  'permute of concat': {
    left: built(cube(2), (s) => [s, s, s], (s, ...xs) => nodes.permute(nodes.concat(0, xs.map((x) => nodes.reshape(x, [1, ...s]))), [1, 0, 2])),
    lie: 'parts in another order',
    wrong: (x) => { const inner = below('concat', x); return is('permute', x) && inner !== undefined ? nodes.concat(x.params.axes.indexOf(inner.params.axis), inner.operands.toReversed().map((o) => nodes.permute(o, x.params.axes))) : undefined; },
  },
  'reshape of concat': {
    left: built(box(2), (s) => [s, s], ([n = 1, m = 1], ...xs) => nodes.reshape(nodes.concat(1, xs.map((x) => nodes.reshape(x, [n, 1, m, 1]))), [1, n, 2, m])),
    lie: 'parts in another order',
    wrong: (x) => { const inner = below('concat', x); return is('reshape', x) && inner !== undefined && x.sizes.length === 4 ? nodes.concat(2, inner.operands.toReversed().map((o) => nodes.reshape(o, [1, o.sizes[0] ?? 1, 1, o.sizes[2] ?? 1]))) : undefined; },
  },
  'concat of one': {
    left: built(box(2), (s) => [s], (s, x) => [node('concat', { axis: 0 }, [x]), nodes.concat(1, [fillNode(0, [s[0] ?? 1, 0]), x])]),
    lie: 'nothing is left',
    wrong: (x) => (is('concat', x) ? nodes.zerosLike(x) : undefined),
  },
  'concat of concat': {
    left: built(box(2), (s) => [s, s, s], (_, x, y, z) => nodes.concat(1, [nodes.concat(1, [x, y]), z])),
    lie: 'inner parts last',
    wrong: (x) => { const inner = below('concat', x); return is('concat', x) && inner !== undefined ? nodes.concat(x.params.axis, [...x.operands.slice(1), ...inner.operands]) : undefined; },
  },
  'concat of slices': {
    left: built(box(2), ([n = 1, m = 1]) => [[n, m + 2]], ([n = 1], x) => {
      const column = (i: number): Node => nodes.slice(x, [0, i], [n, 1]);
      return [nodes.concat(1, [column(0), column(1)]), nodes.concat(1, [column(1), column(0)])];
    }),
    lie: 'whether or not one follows the other',
    wrong: (x) => { const inner = below('slice', x); return is('concat', x) && inner !== undefined ? nodes.slice(operandOf(inner), zeros(x), x.sizes) : undefined; },
  },
  'sum of pads': {
    left: built(fc.record({ s: box(2), turn: fc.boolean(), room: bit }), ({ s }) => [s, s], ({ s: [, m = 1], turn, room }, x, y) => {
      const [a, b] = [nodes.pad(x, [0, room], [0, m]), nodes.pad(y, [0, m + room], [0, 0])];
      return turn ? nodes.add(b, a) : nodes.add(a, b);
    }),
    lie: 'in the order of the sum, swapped',
    wrong: (x) => {
      const [a, b] = operandsOf(x);
      if (!is('zip', x) || !is('pad', a) || !is('pad', b)) return undefined;
      const before = Math.min(a.params.before[1] ?? 0, b.params.before[1] ?? 0);
      return nodes.pad(nodes.concat(1, (a.params.before[1] ?? 0) === before ? [operandOf(b), operandOf(a)] : [operandOf(a), operandOf(b)]), [0, before], [0, 0]);
    },
  },
} as const satisfies { readonly [R in keyof typeof pieceRules]: RuleCase };
