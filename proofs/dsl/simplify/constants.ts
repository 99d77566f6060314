/**
 * Cases of the rules about what is known before running.
 */
import fc from 'fast-check';
import { constantNode, elements, fillNode, is, node, nodes, type Sizes } from '../../../dsl/index.ts';
import { constantRules, folded } from '../../../dsl/simplify/constants.ts';
import { fillOf, operandOf } from '../../../dsl/simplify/views.ts';
import { box, built, factor, type RuleCase } from './case.ts';

const ramp = (sizes: Sizes, start: number): Float32Array => Float32Array.from({ length: elements(sizes) }, (_, i) => start + i);

const filledOps = [
  (a: number, b: number, s: Sizes) => nodes.zip('sub', fillNode(a, s), fillNode(b, s)),
  (a: number, b: number, s: Sizes) => nodes.einsum([[0, 1], [1]], [0], [fillNode(a, s), fillNode(b, s.slice(1))]),
  (a: number, _: number, s: Sizes) => node('softmax', {}, [fillNode(a, s)]),
  (a: number, _: number, s: Sizes) => node('layerNorm', { eps: 0.1 }, [fillNode(a, s)]),
  (a: number, _: number, s: Sizes) => nodes.map('square', fillNode(a, s)),
  (a: number, _: number, s: Sizes) => node('max', {}, [nodes.permute(fillNode(a, s), [1, 0])]),
  (a: number, b: number, s: Sizes) => nodes.select(nodes.compare('less', fillNode(a, s), fillNode(b, s)), fillNode(a, s), fillNode(b, s)),
  (a: number, _: number, s: Sizes) => nodes.pad(nodes.slice(nodes.mul(fillNode(a, s), fillNode(0, s)), [0, 0], [1, 1]), [1, 0], [0, 1]),
  (a: number, _: number, s: Sizes) => nodes.concat(0, [fillNode(a, s), fillNode(a, [1, ...s.slice(1)])]),
  (a: number, _: number, s: Sizes) => nodes.cast(node('argmax', {}, [fillNode(a, s)]), 'f32'),
];

export const constantCases = {
  'fill of fills': {
    left: built(fc.record({ a: factor, b: factor, op: fc.constantFrom(...filledOps), sizes: box(2) }), () => [], ({ a, b, op, sizes }) => op(a, b, sizes)),
    lie: 'the first number stays what it is',
    wrong: (x) => {
      const value = x.operands.every((o) => is('fill', o)) && x.operands.length > 0 ? fillOf(operandOf(x)) : undefined;
      return value === undefined ? undefined : fillNode(value, x.sizes, x.dtype);
    },
  },
  'uniform constant': {
    left: built(fc.record({ a: factor, sizes: box(2) }), () => [], ({ a, sizes }) => [constantNode(ramp(sizes, a).fill(a), sizes), constantNode(ramp(sizes, a), sizes)]),
    lie: 'the first number stands for all, whatever they are',
    wrong: (x) => (is('constant', x) ? fillNode(x.params.data[0] ?? 0, x.sizes, x.dtype) : undefined),
  },
  'folded constant': {
    left: built(fc.record({ a: factor, b: factor, sizes: box(2), fn: fc.constantFrom('sub', 'mul', 'div') }), () => [], ({ a, b, sizes, fn }) => nodes.zip(fn, constantNode(ramp(sizes, a), sizes), nodes.map('square', constantNode(ramp(sizes, 10 + b), sizes)))),
    lie: 'operands in the wrong order',
    wrong: (x, once) => {
      const right = constantRules['folded constant'].rewrite(x, once);
      return right === undefined ? undefined : folded(node(x.primitive, x.params, x.operands.toReversed()));
    },
  },
  'value only': {
    left: built(box(2), (s) => [s], (_, x) => node('stopGradient', {}, [x])),
    lie: 'no gradient, so no value',
    wrong: (x) => (is('stopGradient', x) ? nodes.zerosLike(operandOf(x)) : undefined),
  },
} as const satisfies { readonly [R in keyof typeof constantRules]: RuleCase };
