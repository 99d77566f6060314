/**
 * Cases: every primitive on sizes that have been trouble somewhere, without leaves; each backend is held to the reference on them.
 */
import { expect } from 'vitest';
import type { Bindings, Value } from '../../../dsl/backend.ts';
import { elements, type Node, type Params, type Primitive, type Sizes } from '../../../dsl/expr.ts';
import { constant, fill, node } from '../../../dsl/node.ts';

export const none: Bindings = { inputs: new Map(), parameters: new Map() };

/** Reproducible numbers in (-1, 1) by a linear congruence. */
export const noise = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
};
export const random = (sizes: Sizes, scale = 2, shift = 0, seed = 7): Node => {
  const next = noise(seed + sizes.reduce((a, b) => a * 31 + b, 1));
  return constant(Float32Array.from({ length: elements(sizes) }, () => scale * next() + shift), sizes);
};
const ids = (sizes: Sizes, below: number): Node => constant(Int32Array.from({ length: elements(sizes) }, (_, i) => (i * 7 + 3) % below), sizes, 'i32');
const mask = (sizes: Sizes, seed = 3): Node => {
  const next = noise(seed);
  return constant(Uint8Array.from({ length: elements(sizes) }, () => (next() > 0 ? 1 : 0)), sizes, 'bool');
};
export const apply = <P extends Primitive>(primitive: P, params: Params[P], ...operands: Node[]): Node => node(primitive, params, operands);
const whole = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);
const sumCase = (sizes: Sizes, kept: readonly number[]): Node => apply('einsum', { inputs: [whole(sizes.length)], output: kept }, random(sizes));
const product = (b: number, m: number, k: number, n: number, ta = false, tb = false): Node =>
  b === 0
    ? apply('einsum', { inputs: [ta ? [1, 0] : [0, 1], tb ? [2, 1] : [1, 2]], output: [0, 2] }, random(ta ? [k, m] : [m, k]), random(tb ? [n, k] : [k, n]))
    : apply('einsum', { inputs: [ta ? [3, 1, 0] : [3, 0, 1], tb ? [3, 2, 1] : [3, 1, 2]], output: [3, 0, 2] }, random(ta ? [b, k, m] : [b, m, k]), random(tb ? [b, n, k] : [b, k, n]));

const positive = random([5, 7], 1, 1.1);
const signed = random([5, 7], 3);
const steps = constant(Float32Array.of(-1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2), [8]);
const maps = (['neg', 'exp', 'square', 'abs', 'sign', 'tanh', 'sigmoid', 'erf', 'relu', 'sin', 'cos', 'floor'] as const).map((fn) => [`map ${fn}`, apply('map', { fn }, signed)] as const);
const positives = (['log', 'sqrt', 'rsqrt', 'reciprocal'] as const).map((fn) => [`map ${fn}`, apply('map', { fn }, positive)] as const);
const zips = (['add', 'sub', 'mul', 'div', 'max', 'min', 'pow'] as const).flatMap((fn) => [
  [`zip ${fn}`, apply('zip', { fn }, positive, random([5, 7], 1, 3))] as const,
  [`zip ${fn} row`, apply('zip', { fn }, positive, random([1, 7], 1, 3))] as const,
  [`zip ${fn} both`, apply('zip', { fn }, random([5, 1], 1, 3), random([1, 7], 1, 3))] as const,
]);
const compares = (['less', 'lessEqual', 'equal'] as const).flatMap((fn) => [
  [`compare ${fn}`, apply('compare', { fn }, steps, constant(Float32Array.of(-1), [1]))] as const,
  [`compare ${fn} indices`, apply('compare', { fn }, ids([6, 1], 5), ids([1, 6], 5))] as const,
]);
const logics = (['and', 'or', 'xor'] as const).map((fn) => [`logic ${fn}`, apply('logic', { fn }, mask([4, 6]), mask([4, 6], 11))] as const);

export const cases: readonly (readonly [name: string, root: Node])[] = [
  ...maps, ...positives, ...zips, ...compares, ...logics,
  ['zip of nine axes', apply('zip', { fn: 'add' }, random([2, 1, 1, 2, 3, 2, 1, 1, 3]), random([2, 2, 2, 2, 3, 1, 1, 2, 3]))],
  ['fill', fill(1.5, [2, 3])], ['fill of integers', fill(3, [2], 'i32')], ['fill of bool', fill(1, [2], 'bool')],
  ['sum last', sumCase([5, 6, 7], [0, 1])], ['sum first', sumCase([24, 6], [1])], ['sum first, prime', sumCase([37, 6], [1])], ['sum middle', sumCase([3, 40, 5], [0, 2])],
  ['sum of two blocks', sumCase([4, 3, 5, 6], [1, 3])], ['sum of all', sumCase([4, 3, 5], [])], ['sum of none', sumCase([4, 3], [0, 1])], ['sum over an axis of size 1', sumCase([1, 5], [1])],
  ['sum first, wide', sumCase([16, 5000], [1])], ['sum first, long', sumCase([2048, 3], [1])], ['sum of a prime, wide', sumCase([13, 5000], [1])], ['sum of the middle, wide', sumCase([2, 7, 3000], [0, 2])], ['sum of two, wide', sumCase([2, 20000], [1])], ['sum of very wide rows', sumCase([9, 70000], [1])],
  ...[false, true].flatMap((ta) => [false, true].flatMap((tb) => [
    [`product ${ta} ${tb}`, product(0, 5, 6, 7, ta, tb)] as const,
    [`batched product ${ta} ${tb}`, product(3, 5, 6, 7, ta, tb)] as const,
    [`batched product, large ${ta} ${tb}`, product(4, 24, 32, 17, ta, tb)] as const,
  ])),
  ['product with a vector', product(0, 1, 6, 1)], ['batch of one', product(1, 5, 40, 40)],
  ['select', apply('select', {}, mask([5, 7]), signed, positive)], ['select of integers', apply('select', {}, mask([6]), ids([6], 5), fill(9, [6], 'i32'))],
  ['max', apply('max', {}, random([3, 4, 5]))], ['argmax', apply('argmax', {}, random([3, 4, 5]))], ['argmax, first of equals', apply('argmax', {}, constant(Float32Array.of(1, 5, 5, 2, 7, 0, 7, 7), [2, 4]))],
  ['topk', apply('topk', { k: 3 }, random([4, 9]))], ['topk with equals', apply('topk', { k: 3 }, constant(Float32Array.of(1, 5, 5, 2, 7, 0, 7, 7), [2, 4]))], ['topk of all', apply('topk', { k: 5 }, random([2, 5]))],
  ['reshape', apply('reshape', { sizes: [7, 5] }, signed)], ['reshape to a scalar', apply('reshape', { sizes: [] }, random([1, 1]))],
  ['permute', apply('permute', { axes: [2, 0, 1] }, random([3, 4, 5]))], ['permute six axes', apply('permute', { axes: [5, 3, 1, 0, 2, 4] }, random([2, 3, 2, 1, 3, 2]))], ['permute of size 1', apply('permute', { axes: [1, 0] }, random([1, 5]))],
  ['permute integers', apply('permute', { axes: [1, 0] }, ids([3, 4], 9))],
  ['broadcast', apply('broadcast', { sizes: [3, 4, 5] }, random([3, 1, 5]))], ['broadcast all', apply('broadcast', { sizes: [3, 4] }, random([1, 1]))], ['broadcast integers', apply('broadcast', { sizes: [3, 4] }, ids([3, 1], 9))],
  ['broadcast bool', apply('broadcast', { sizes: [3, 4] }, mask([1, 4]))],
  ['slice', apply('slice', { begin: [1, 0, 2], size: [2, 4, 3] }, random([4, 4, 6]))], ['slice rows', apply('slice', { begin: [1, 0], size: [2, 40] }, random([4, 40]))], ['slice wide', apply('slice', { begin: [0, 3, 0], size: [3, 2, 20] }, random([3, 6, 20]))],
  ['slice integers', apply('slice', { begin: [2], size: [3] }, ids([9], 9))], ['slice one element', apply('slice', { begin: [1, 2], size: [1, 1] }, random([3, 3]))], ['slice six axes', apply('slice', { begin: [0, 1, 0, 0, 1, 1], size: [2, 1, 2, 1, 2, 1] }, random([2, 2, 2, 1, 3, 2]))],
  ['pad', apply('pad', { before: [1, 0, 2], after: [0, 3, 1] }, random([2, 3, 2]))], ['pad of eight axes', apply('pad', { before: [0, 1, 0, 0, 0, 0, 0, 0], after: [1, 0, 0, 0, 0, 0, 0, 0] }, random([2, 2, 1, 2, 2, 1, 2, 2]))],
  ['concat', apply('concat', { axis: 1 }, random([2, 3, 2]), random([2, 1, 2]), random([2, 4, 2]))], ['concat first', apply('concat', { axis: 0 }, random([2, 3]), random([4, 3]))], ['concat integers', apply('concat', { axis: 0 }, ids([3], 9), ids([2], 9))],
  ['gather', apply('gather', {}, random([6, 3]), ids([2, 4], 6))], ['gather a scalar table', apply('gather', {}, random([6]), ids([4], 6))], ['gather integers', apply('gather', {}, ids([6, 2], 50), ids([4], 6))], ['gather matrices', apply('gather', {}, random([6, 3, 2]), ids([5], 6))],
  ['scatterAdd', apply('scatterAdd', { rows: 4 }, ids([2, 5], 4), random([2, 5, 3]))], ['scatterAdd of numbers', apply('scatterAdd', { rows: 4 }, ids([9], 4), random([9]))],
  ['oneHot', apply('oneHot', { depth: 5 }, ids([2, 3], 5))],
  ['cast to i32', apply('cast', { to: 'i32' }, steps)], ['cast to bool', apply('cast', { to: 'bool' }, steps)], ['cast integers to bool', apply('cast', { to: 'bool' }, ids([9], 3))], ['cast integers to f32', apply('cast', { to: 'f32' }, ids([9], 9))],
  ['cast bool to f32', apply('cast', { to: 'f32' }, mask([9]))], ['cast bool to i32', apply('cast', { to: 'i32' }, mask([9]))], ['cast to itself', apply('cast', { to: 'f32' }, signed)],
  ['stopGradient', apply('stopGradient', {}, signed)],
  ['softmax', apply('softmax', {}, random([3, 4, 9], 4))], ['softmax of large numbers', apply('softmax', {}, constant(Float32Array.of(1000, 1001, -1000, -5), [2, 2]))],
  ['layerNorm', apply('layerNorm', { eps: 1e-5 }, random([3, 4, 16], 1, 10))], ['gelu', apply('gelu', {}, random([5, 40], 4))],
];

/** f32 within 4e-6 of the greatest magnitude, the others exactly. */
export const close = (found: Value, wanted: Value, tolerance = 4e-6): void => {
  expect(found.sizes).toEqual(wanted.sizes);
  expect(found.dtype).toBe(wanted.dtype);
  expect(found.data.length).toBe(wanted.data.length);
  const scale = Math.max(1, ...Array.from(wanted.data, Math.abs));
  for (let i = 0; i < wanted.data.length; i += 1) {
    const [x, y] = [found.data[i] ?? NaN, wanted.data[i] ?? NaN];
    if (wanted.dtype === 'f32' ? !(Math.abs(x - y) <= tolerance * scale) : x !== y) throw new Error(`element ${i}: ${x}, reference ${y}`);
  }
};
