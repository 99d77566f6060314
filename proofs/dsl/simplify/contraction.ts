/**
 * Cases of the rules about einsums.
 */
import fc from 'fast-check';
import { fillNode, is, node, nodes, type Node } from '../../../dsl/index.ts';
import type { contractionRules } from '../../../dsl/simplify/contraction.ts';
import { einsumOf, onFewer, termsOf, unrepeated } from '../../../dsl/simplify/terms.ts';
import { operandOf, scaledOf } from '../../../dsl/simplify/views.ts';
import { several } from '../../arbitraries/sizes.ts';
import { box, built, cube, disorder, factor, order, type RuleCase } from './case.ts';

const product = (a: Node, b: Node): Node => nodes.einsum([[0, 1], [1, 2]], [0, 2], [a, b]);
const isEye = (x: Node): boolean => is('constant', x);

export const contractionCases = {
  'einsum of permute': {
    left: built(fc.record({ s: cube(3), axes: disorder(3) }), ({ s }) => [s, s.slice(1)], ({ s: [n = 1], axes }, x, y) => [
      nodes.einsum([[0, 1, 2], [1, 3]], [3, 2, 0], [nodes.permute(x, axes), y]),
      product(nodes.reshape(nodes.permute(nodes.reshape(y, [n, 1, n]), [1, 2, 0]), [n, n]), y),
    ]),
    lie: 'with the same names',
    wrong: (x) => (is('einsum', x) && x.operands.some((o) => is('permute', o)) ? einsumOf(termsOf(x).map((t) => (is('permute', t.node) ? { node: operandOf(t.node), axes: t.axes } : t)), x.params.output) : undefined),
  },
  'permute of einsum': {
    left: built(fc.record({ s: cube(2), axes: disorder(3) }), ({ s }) => [s, s], ({ axes }, x, y) => nodes.permute(nodes.einsum([[0, 1], [0, 2]], [0, 1, 2], [x, y]), axes)),
    lie: 'in the inverse order',
    wrong: (x) => {
      const inner = x.operands[0];
      return is('permute', x) && inner !== undefined && is('einsum', inner) ? einsumOf(termsOf(inner), x.params.axes.map((_, i) => inner.params.output[x.params.axes.indexOf(i)] ?? 0)) : undefined;
    },
  },
  'einsum of broadcast': {
    left: built(fc.record({ s: box(3), axes: fc.constantFrom([0], [2], [0, 2], [2, 0], []) }), ({ s: [, k = 1, m = 1] }) => [[1, k], [k, m]], ({ s: [n = 1, k = 1], axes }, x, y) => nodes.einsum([[0, 1], [1, 2]], axes, [nodes.broadcast(x, [n, k]), y])),
    lie: 'counted once more',
    wrong: (x) => (is('einsum', x) && x.operands.some((o) => is('broadcast', o)) ? onFewer(x, termsOf(x).map(unrepeated), 2) : undefined),
  },
  'einsum of fill': {
    left: built(fc.record({ s: box(3), k: factor, axes: fc.constantFrom([0, 2], [2], [], [0]) }), ({ s: [n = 1, m = 1] }) => [[n, m]], ({ s: [, m = 1, p = 1], k, axes }, x) => nodes.einsum([[0, 1], [1, 2]], axes, [x, fillNode(k, [m, p])])),
    lie: 'the number is lost',
    wrong: (x) => (is('einsum', x) && x.operands.some((o) => is('fill', o)) ? onFewer(x, termsOf(x).filter((t) => !is('fill', t.node))) : undefined),
  },
  'einsum over one': {
    left: built(fc.record({ s: cube(2), axes: order(3) }), ({ s: [n = 1, m = 1] }) => [[1, n], [n, m]], ({ axes }, x, y) => nodes.einsum([[0, 1], [1, 2]], axes, [x, y])),
    lie: 'in another order',
    wrong: (x) => {
      if (!is('einsum', x) || !x.operands.some((o) => o.sizes.includes(1))) return undefined;
      const terms = termsOf(x).map((t) => ({ node: nodes.reshape(t.node, t.node.sizes.filter((n) => n !== 1)), axes: t.axes.filter((_, i) => t.node.sizes[i] !== 1) }));
      const left = new Set(terms.flatMap((t) => t.axes));
      return nodes.reshape(einsumOf(terms, x.params.output.filter((a) => left.has(a)).toReversed()), x.sizes);
    },
  },
  'einsum of identity': {
    left: built(fc.record({ s: cube(2), axes: fc.constantFrom([0, 2], [2, 0], [2], [0], []) }), ({ s }) => [s], ({ s: [n = 1], axes }, x) => nodes.einsum([[0, 1], [1, 2]], axes, [x, nodes.eye(n)])),
    lie: 'ones for the identity',
    wrong: (x) => (is('einsum', x) && x.operands.some(isEye) ? node('einsum', x.params, x.operands.map((o) => (isEye(o) ? fillNode(1, o.sizes) : o))) : undefined),
  },
  'einsum that moves': {
    left: built(fc.record({ s: cube(3), axes: order(3) }), ({ s }) => [s], ({ axes }, x) => nodes.einsum([[0, 1, 2]], axes, [x])),
    lie: 'in the inverse order',
    wrong: (x) => (is('einsum', x) ? nodes.permute(operandOf(x), [0, 1, 2].map((i) => x.params.output.indexOf(i))) : undefined),
  },
  'scaled operands': {
    left: built(fc.record({ n: several, k: factor }), ({ n }) => [[n, n, 2], [n, n]], ({ k }, x, y) => [
      nodes.einsum([[0, 1, 2], [1, 3]], [0, 3, 2], [nodes.scale(x, k), y]),
      nodes.einsum([[0, 1, 2], [1, 3]], [0], [nodes.map('cos', x), nodes.scale(nodes.map('cos', y), k)]),
      nodes.einsum([[0, 1], [1, 2]], [0, 2], [nodes.scale(nodes.map('tanh', y), k), nodes.neg(nodes.map('tanh', y))]),
    ]),
    lie: 'the numbers are lost',
    wrong: (x) => (is('einsum', x) && x.operands.some((o) => scaledOf(o) !== undefined) ? einsumOf(termsOf(x).map((t) => ({ node: scaledOf(t.node)?.of ?? t.node, axes: t.axes })), x.params.output) : undefined),
  },
  'scaled einsum': {
    left: built(fc.record({ n: several, k: factor }), ({ n }) => [[n, 1], [1, n]], ({ k, n }, x, y) => [nodes.scale(nodes.einsum([[0], [1]], [0, 1], [nodes.reshape(x, [n]), nodes.reshape(y, [n])]), k), nodes.neg(product(x, y))]),
    lie: 'the number is lost',
    wrong: (x) => { const scaled = scaledOf(x); return scaled !== undefined && is('einsum', scaled.of) ? scaled.of : undefined; },
  },
} as const satisfies { readonly [R in keyof typeof contractionRules]: RuleCase };
