/**
 * Cases of the rules about reshapes, permutes and broadcasts, and about operands that stretch.
 */
import fc from 'fast-check';
import { is, type Node, node, nodes } from '../../../dsl/index.ts';
import type { layoutRules } from '../../../dsl/simplify/layout.ts';
import type { stretchRules } from '../../../dsl/simplify/stretch.ts';
import { sameSizes } from '../../../dsl/expr.ts';
import { ones, operandOf, operandsOf } from '../../../dsl/simplify/views.ts';
import { several } from '../../arbitraries/sizes.ts';
import { box, built, cube, disorder, factor, order, type RuleCase } from './case.ts';

const reversed = (x: Node): readonly number[] => x.sizes.map((_, i) => x.sizes.length - 1 - i);
const first = (x: Node): Node => nodes.slice(x, x.sizes.map(() => 0), ones(x.sizes.length));
const relaid = (like: Node, x: Node): Node | undefined => (is('reshape', like) ? nodes.reshape(x, like.sizes) : is('permute', like) ? nodes.permute(x, like.params.axes) : is('broadcast', like) ? nodes.broadcast(x, like.sizes) : undefined);
/** One of the three layouts of a tensor of sizes [1, n, m]. */
const layouts = fc.constantFrom(
  (x: Node) => nodes.reshape(x, x.sizes.toReversed()),
  (x: Node) => nodes.permute(x, [2, 0, 1]),
  (x: Node) => nodes.broadcast(x, [4, ...x.sizes.slice(1)]),
);
const thin = fc.tuple(several, several).map(([n, m]) => [1, n, m]);

export const layoutCases = {
  'reshape of reshape': {
    left: built(box(3), (s) => [s], (s, x) => nodes.reshape(nodes.reshape(x, [s.reduce((a, b) => a * b, 1)]), [1, ...s.toReversed()])),
    lie: 'in another order',
    wrong: (x) => (is('reshape', x) && is('reshape', operandOf(x)) ? nodes.reshape(nodes.permute(operandOf(operandOf(x)), reversed(operandOf(operandOf(x)))), x.sizes) : undefined),
  },
  'permute of permute': {
    left: built(fc.record({ s: cube(3), a: disorder(3), b: disorder(3) }), ({ s }) => [s], ({ a, b }, x) => nodes.permute(nodes.permute(x, a), b)),
    lie: 'composed the other way round',
    wrong: (x) => {
      const inner = x.operands[0];
      return is('permute', x) && inner !== undefined && is('permute', inner) ? nodes.permute(operandOf(inner), inner.params.axes.map((a) => x.params.axes[a] ?? 0)) : undefined;
    },
  },
  'broadcast of broadcast': {
    left: built(box(3), ([, , c = 1]) => [[1, 1, c]], ([a = 1, b = 1, c = 1], x) => nodes.broadcast(nodes.broadcast(x, [a, 1, c]), [a, b, c])),
    lie: 'the first element everywhere',
    wrong: (x) => (is('broadcast', x) && is('broadcast', operandOf(x)) ? nodes.broadcast(first(operandOf(operandOf(x))), x.sizes) : undefined),
  },
  'layout of nothing': {
    left: built(cube(2), (s) => [s], (s, x) => [node('reshape', { sizes: s }, [x]), node('permute', { axes: [0, 1] }, [x]), node('broadcast', { sizes: s }, [x]), nodes.permute(x, [1, 0])]),
    lie: 'any layout of equal sizes',
    wrong: (x) => (relaid(x, operandOf(x)) !== undefined && sameSizes(x.sizes, operandOf(x).sizes) ? operandOf(x) : undefined),
  },
  'permute of ones': {
    left: built(cube(2), ([n = 1, m = 1]) => [[1, n, m]], (_, x) => [nodes.permute(x, [1, 2, 0]), nodes.permute(x, [2, 1, 0])]),
    lie: 'whatever moves',
    wrong: (x) => (is('permute', x) ? nodes.reshape(operandOf(x), x.sizes) : undefined),
  },
  'permute of broadcast': {
    left: built(cube(3), ([n = 1]) => [[n, 1, 1]], (s, x) => nodes.permute(nodes.broadcast(x, s), [2, 0, 1])),
    lie: 'the permute is forgotten',
    wrong: (x) => (is('permute', x) && is('broadcast', operandOf(x)) ? operandOf(x) : undefined),
  },
  'permute of thin reshape': {
    left: built(fc.record({ s: cube(2), axes: disorder(3) }), ({ s }) => [s], ({ s: [n = 1, m = 1], axes }, x) => [nodes.permute(nodes.reshape(x, [n, 1, m]), axes), nodes.permute(nodes.reshape(x, [n, m, 1]), [1, 0, 2])]),
    lie: 'the permute is forgotten',
    wrong: (x) => (is('permute', x) && is('reshape', operandOf(x)) ? nodes.reshape(operandOf(operandOf(x)), x.sizes) : undefined),
  },
  'reshape of broadcast': {
    left: built(cube(2), ([n = 1]) => [[n, 1]], ([n = 1, m = 1], x) => nodes.reshape(nodes.broadcast(x, [n, m]), [n, 1, m])),
    lie: 'along another axis',
    wrong: (x) => (is('reshape', x) && is('broadcast', operandOf(x)) ? nodes.broadcast(nodes.reshape(operandOf(operandOf(x)), [1, 1, x.sizes[2] ?? 1]), x.sizes) : undefined),
  },
  'map of layout': {
    left: built(fc.record({ s: thin, layout: layouts, fn: fc.constantFrom('neg', 'tanh', 'cos') }), ({ s }) => [s], ({ layout, fn }, x) => [nodes.map(fn, layout(x)), node('gelu', {}, [layout(nodes.map('cos', x))])]),
    lie: 'the function is forgotten',
    wrong: (x) => (is('map', x) && relaid(operandOf(x), x) !== undefined ? operandOf(x) : undefined),
  },
  'scalar and layout': {
    left: built(fc.record({ s: thin, layout: layouts, k: factor }), ({ s }) => [s], ({ layout, k }, x) => {
      const [y, z] = [layout(x), layout(nodes.map('tanh', x))];
      return [nodes.shift(y, k), nodes.sub(nodes.scalarLike(z, k), z)];
    }),
    lie: 'k − x = x − k',
    wrong: (x) => {
      const [a, b] = operandsOf(x);
      const layout = is('fill', b) ? a : b;
      const inner = layout.operands[0];
      if (!is('zip', x) || inner === undefined) return undefined;
      return relaid(layout, nodes.zip(x.params.fn, inner, nodes.scalarLike(inner, is('fill', b) ? b.params.value : is('fill', a) ? a.params.value : 0)));
    },
  },
  'same layout twice': {
    left: built(fc.record({ s: box(2), turned: fc.boolean() }), ({ s }) => [s, s], ({ s, turned }, x, y) => {
      const laid = (z: Node): Node => (turned ? nodes.permute(z, [1, 0]) : nodes.reshape(z, [...s, 1]));
      return nodes.sub(laid(x), laid(y));
    }),
    lie: 'operands swapped',
    wrong: (x) => {
      const [a, b] = operandsOf(x);
      return is('zip', x) && a.operands.length === 1 && b.operands.length === 1 ? relaid(a, nodes.zip(x.params.fn, operandOf(b), operandOf(a))) : undefined;
    },
  },
  'bias and reshape': {
    left: built(fc.record({ s: cube(3), turned: fc.boolean() }), ({ s: [n = 1] }) => [[n * n, n], [n]], ({ s, turned }, x, y) => {
      const [a, b] = [nodes.reshape(x, s), nodes.reshape(y, [1, 1, y.sizes[0] ?? 1])];
      return turned ? nodes.sub(b, a) : nodes.sub(a, b);
    }),
    lie: 'operands swapped',
    wrong: (x) => {
      const a = x.operands.find((o) => is('reshape', o) && sameSizes(o.sizes, x.sizes));
      const b = x.operands.find((o) => o !== a);
      if (!is('zip', x) || a === undefined || b === undefined) return undefined;
      const [inner, y] = [operandOf(a), nodes.reshape(b, [1, b.sizes.at(-1) ?? 1])];
      return nodes.reshape(a === x.operands[0] ? nodes.zip(x.params.fn, y, inner) : nodes.zip(x.params.fn, inner, y), x.sizes);
    },
  },
  'rows of reshape': {
    left: built(box(3), (s) => [s], ([n = 1, m = 1, k = 1], x) => [node('softmax', {}, [nodes.reshape(x, [n * m, k])]), node('layerNorm', { eps: 0.1 }, [nodes.reshape(x, [n * m, 1, k])])]),
    lie: 'columns for rows',
    wrong: (x) => {
      const layout = x.operands[0];
      const inner = layout?.operands[0];
      return is('softmax', x) && layout !== undefined && inner !== undefined && is('reshape', layout) ? nodes.reshape(nodes.permute(node('softmax', {}, [nodes.permute(inner, [0, 2, 1])]), [0, 2, 1]), x.sizes) : undefined;
    },
  },
} as const satisfies { readonly [R in keyof typeof layoutRules]: RuleCase };

export const stretchCases = {
  'stretched operand': {
    left: built(fc.record({ s: box(2), axes: order(2) }), ({ s: [n = 1, m = 1] }) => [[1, m], [n, m], [n, 1]], (_, x, y, z) => [
      nodes.sub(nodes.broadcast(x, y.sizes), y),
      nodes.sub(nodes.broadcast(x, y.sizes), nodes.broadcast(z, y.sizes)),
      nodes.compare('less', nodes.broadcast(x, y.sizes), nodes.broadcast(nodes.map('cos', x), y.sizes)),
    ]),
    lie: 'operands swapped',
    wrong: (x) => {
      if (!is('zip', x)) return undefined;
      const [a, b] = operandsOf(x).map((o) => (is('broadcast', o) ? operandOf(o) : o));
      return a === undefined || b === undefined || (a === x.operands[0] && b === x.operands[1]) ? undefined : nodes.broadcast(nodes.zip(x.params.fn, b, a), x.sizes);
    },
  },
  'equal branches': {
    left: built(box(2), (s) => [s, s], (_, x, y) => [nodes.select(nodes.compare('less', x, y), x, x), nodes.select(nodes.compare('less', x, y), x, y)]),
    lie: 'the first of any two',
    wrong: (x) => (is('select', x) ? x.operands[1] : undefined),
  },
  'stretched choice': {
    left: built(box(2), ([, m = 1]) => [[1, m], [1, m]], (s, x, y) => nodes.select(nodes.broadcast(nodes.compare('less', x, y), s), nodes.broadcast(x, s), nodes.broadcast(y, s))),
    lie: 'branches swapped',
    wrong: (x) => {
      const [m, a, b] = x.operands.flatMap((o) => (is('broadcast', o) ? [operandOf(o)] : []));
      return is('select', x) && m !== undefined && a !== undefined && b !== undefined ? nodes.broadcast(nodes.select(m, b, a), x.sizes) : undefined;
    },
  },
} as const satisfies { readonly [R in keyof typeof stretchRules]: RuleCase };
