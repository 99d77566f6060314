/**
 * The wording of run-time faults: what the types cannot see, and what is raised where they were bypassed.
 */
import { getOrElseW, isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { evaluate } from '../../dsl/backends/reference/index.ts';
import * as dsl from '../../dsl/index.ts';
import { add, addBias, block, concat, dot, einsum, embed, fanIn, firstDim, indices, input, inputIndices, instantiate, linear, matmul, oneHot, param, rearrange, split, stack, sum, take, tensor, topk, unstack, unwrap, where } from '../../dsl/index.ts';
import { type AnyTensor, checkV, dim, DimOf, type DType, type Ix, MoltError, printFault, raise, type Shape, Tensor, vec, Vec, zipV } from '../../shapes/index.ts';

/** What is printed when this raises. */
const said = (f: () => unknown): string => {
  try {
    f();
  } catch (thrown) {
    return thrown instanceof MoltError ? thrown.message : `not a fault: ${String(thrown)}`;
  }
  return 'no fault';
};
/** What is printed when these values are bound to the graph of x. */
const bound = (x: AnyTensor, values: { readonly [name: string]: { readonly sizes: readonly number[]; readonly data: readonly number[]; readonly dtype?: 'f32' | 'i32' } }): string => {
  const inputs = new Map(Object.entries(values).map(([name, v]) => [name, { sizes: v.sizes, dtype: v.dtype ?? 'f32', data: v.dtype === 'i32' ? Int32Array.from(v.data) : Float32Array.from(v.data) }]));
  const result = evaluate([unwrap(x)], { inputs, parameters: new Map() });
  return isLeft(result) ? printFault(result.left) : 'no fault';
};
/** A tensor whose type S is a lie, as untyped code would make it. */
const lie = <S extends Shape, T extends DType = 'f32'>(...sizes: readonly number[]): Tensor<S, T> => {
  const made = input('x', ...sizes.map((n) => DimOf.trusted(n, String(n))));
  return Tensor.view<S, T>(made.sizes, made.dtype, made.node);
};

test('one name for two sizes', () => {
  const x = input('x', dim('B', 4), dim(8));
  const y = input('y', dim('B', 5), dim(8));
  expect(said(() => add(x, y))).toMatchInlineSnapshot(`
    "shapes do not fit: add
      given:  x: [4, 8]
              y: [5, 8]
      needed: two tensors of the same sizes
      try:    a name stands for one size: was dim(name, n) called with two?"
  `);
  expect(said(() => einsum('b d, b e -> d e')(x, y))).toMatchInlineSnapshot(`
    "shapes do not fit: einsum 'b d, b e -> d e'
      given:  x: b=4 d=8
              y: b=5 e=8
      needed: axis b of y is 4"
  `);
  expect(said(() => where(dsl.less(x, x), x, y))).toMatchInlineSnapshot(`
    "shapes do not fit: where
      given:  x: [4, 8]
              y: [5, 8]
      needed: two tensors of the same sizes
      try:    a name stands for one size: was dim(name, n) called with two?"
  `);
  expect(said(() => matmul(dsl.rearrange('b d -> d b')(x), y))).toMatchInlineSnapshot(`
    "shapes do not fit: matmul
      given:  x: m=8 k=4
              y: k=5 n=8
      needed: axis k of y is 4"
  `);
  expect(said(() => concat(-1)(x, y))).toMatchInlineSnapshot(`
    "shapes do not fit: concat(-1)
      given:  x: sizes [4, 8]
              y: sizes [5, 8]
      needed: sizes that are equal except along axis -1"
  `);
  expect(said(() => dsl.addOver('b d, b')(x, input('z', dim('B', 3))))).toMatchInlineSnapshot(`
    "shapes do not fit: broadcast 'b d, b'
      given:  x: b=4 d=8
              y: b=3
      needed: axis b of y is 4"
  `);
  expect(said(() => addBias(input('z', dim('B', 3)), input('z', dim('B', 1))))).toMatchInlineSnapshot(`
    "shapes do not fit: addBias
      given:  x: sizes [3]
              y: sizes [1]
      needed: y has one axis, of the size of the last axis of x"
  `);
  expect(said(() => embed(input('table', dim('V', 10), dim(4)), inputIndices('ids', dim('V', 12), dim(3))))).toMatchInlineSnapshot(`
    "shapes do not fit: embed
      given:  indices below 12
      needed: indices below 10"
  `);
});

test('bounds that no type sees', () => {
  const x = input('x', dim(4), dim(8));
  expect(said(() => take(-1)(6, dim(3))(x))).toMatchInlineSnapshot(`
    "shapes do not fit: take(-1)
      given:  x: sizes [4, 8]
              from 6, size 3
      needed: a slice that ends at 8 or before"
  `);
  expect(said(() => topk(dim(9))(x))).toMatchInlineSnapshot(`
    "shapes do not fit: topk
      given:  operand 1: f32[4, 8]
      needed: at least k=9 entries on the last axis"
  `);
  expect(said(() => indices(dim(3), [0, 1, 3], dim(3)))).toMatchInlineSnapshot(`
    "cannot be decoded: indices
      given:  index 3
      needed: integers from 0 to 2"
  `);
  expect(said(() => tensor([1, 2, 3], dim(4)))).toMatchInlineSnapshot(`
    "shapes do not fit: constant
      given:  3 values
      needed: 4 values for [4]"
  `);
  expect(said(() => dim('N', 2.5))).toMatchInlineSnapshot(`
    "shapes do not fit: dim N
      given:  size 2.5
      needed: a size that is an integer, 0 or more"
  `);
  expect(said(() => dim('N', -1))).toMatchInlineSnapshot(`
    "shapes do not fit: dim N
      given:  size -1
      needed: a size that is an integer, 0 or more"
  `);
  expect(said(() => getOrElseW(raise)(checkV(dim(3), ['a', 'b'])))).toMatchInlineSnapshot(`
    "shapes do not fit: vector of length 3
      given:  2 items
      needed: 3 items"
  `);
});

test('types bypassed', () => {
  expect(said(() => dot(lie<[2, 4]>(2, 3), lie<[4, 5]>(4, 5)))).toMatchInlineSnapshot(`
    "shapes do not fit: dot
      given:  x: ...=2 i=3
              y: i=4 o=5
      needed: axis i of y is 3"
  `);
  expect(said(() => einsum('b h z n, b n h k -> b z h k')(lie<[2, 8, 4, 36]>(2, 8, 4, 36), lie<[2, 36, 8, 64]>(2, 35, 8, 64)))).toMatchInlineSnapshot(`
    "shapes do not fit: einsum 'b h z n, b n h k -> b z h k'
      given:  x: b=2 h=8 z=4 n=36
              y: b=2 n=35 h=8 k=64
      needed: axis n of y is 36"
  `);
  expect(said(() => einsum('b n d, d e -> b n e')(lie<[2, 3, 4]>(3, 4), lie<[4, 5]>(4, 5)))).toMatchInlineSnapshot(`
    "shapes do not fit: einsum 'b n d, d e -> b n e'
      given:  x: 2 axes, sizes [3, 4]
              y: d=4 e=5
      needed: x has 3 axes: b n d"
  `);
  expect(said(() => rearrange('b n (h k) -> b h n k', { h: dim(8), k: dim(128) })(lie<[2, 36, 1024]>(2, 36, 1536)))).toMatchInlineSnapshot(`
    "shapes do not fit: rearrange 'b n (h k) -> b h n k'
      given:  x: b=2 n=36 (h k)=1536
              sizes: h=8 k=128
      needed: axis (h k) of x is 8*128 = 1024"
  `);
  expect(said(() => split(-1)(dim(2), dim(3))(lie<[5]>(6)))).toMatchInlineSnapshot(`
    "shapes do not fit: split(-1)
      given:  x: sizes [6]
              sizes 2 and 3
      needed: axis -1 of x is 2 + 3 = 5"
  `);
  expect(said(() => sum(-2)(lie<[1, 6]>(6)))).toMatchInlineSnapshot(`
    "shapes do not fit: sum(-2)
      given:  sizes [6]
      needed: 2 axes or more"
  `);
  expect(said(() => unstack(lie<[3]>()))).toMatchInlineSnapshot(`
    "shapes do not fit: unstack
      given:  a scalar
      needed: 1 axis or more"
  `);
  expect(said(() => firstDim(lie<[3]>()))).toMatchInlineSnapshot(`
    "shapes do not fit: firstDim
      given:  a scalar
      needed: 1 axis or more"
  `);
  expect(said(() => oneHot(dim(3))(lie<[6], Ix<3>>(6)))).toMatchInlineSnapshot(`
    "shapes do not fit: oneHot
      given:  operand 1: f32[6]
      needed: i32 indices"
  `);
  expect(said(() => stack(vec(lie<[6]>(6), lie<[6]>(5))))).toMatchInlineSnapshot(`
    "shapes do not fit: stack
      given:  x: [6]
              y: [5]
      needed: two tensors of the same sizes
      try:    a name stands for one size: was dim(name, n) called with two?"
  `);
  expect(said(() => zipV(Vec.trusted<2, number>([1, 2]), Vec.trusted([1])))).toMatchInlineSnapshot(`
    "shapes do not fit: zipV
      given:  2 items
              1 items
      needed: two vectors of one length"
  `);
  expect(said(() => unwrap(Tensor.view([2], 'f32', 'nothing')))).toMatchInlineSnapshot(`
    "internal defect: unwrap
      given:  a tensor without a graph node
      needed: a tensor made by the language"
  `);
  expect(said(() => dsl.grad(unwrap(lie<[3]>(3)), []))).toMatchInlineSnapshot(`
    "shapes do not fit: grad
      given:  loss: f32[3]
      needed: a scalar loss of f32
      try:    reduce it to [] first"
  `);
});

test('a fault inside a block says where', () => {
  const inner = block({ weight: param(fanIn(), dim('D', 8), dim(3)) }, (p) => (x: Tensor<['B', 'D']>) => dot(x, p.weight));
  const model = block({ head: inner }, (p) => p.head);
  expect(said(() => instantiate(model, 'model')(input('x', dim('B', 2), dim('D', 9))))).toMatchInlineSnapshot(`
    "shapes do not fit: dot at model.head
      given:  x: ...=2 i=9
              y: i=8 o=3
      needed: axis i of y is 9"
  `);
  expect(said(() => instantiate(linear(dim('D', 8), dim(2)), 'tower.0')(input('x', dim('D', 7))))).toMatchInlineSnapshot(`
    "shapes do not fit: dot at tower.0
      given:  x: i=7
              y: i=8 o=2
      needed: axis i of y is 7"
  `);
});

test('bindings', () => {
  const x = input('x', dim(2), dim(3));
  const six = [1, 2, 3, 4, 5, 6];
  expect(bound(add(x, input('y', dim(2), dim(3))), { x: { sizes: [2, 3], data: six } })).toMatchInlineSnapshot(`
    "name mismatch: input 'y'
      given:  bound: x
      needed: f32 [2, 3] bound under this name"
  `);
  expect(bound(x, { x: { sizes: [3, 2], data: six } })).toMatchInlineSnapshot(`
    "shapes do not fit: input 'x'
      given:  f32 [3, 2]
      needed: f32 [2, 3]"
  `);
  expect(bound(x, { x: { sizes: [2, 3], data: [1, 2, 3] } })).toMatchInlineSnapshot(`
    "shapes do not fit: input 'x'
      given:  f32 [2, 3] with 3 elements
      needed: f32 [2, 3], 6 elements"
  `);
  expect(bound(x, { x: { sizes: [2, 3], data: six, dtype: 'i32' } })).toMatchInlineSnapshot(`
    "cannot be decoded: input 'x'
      given:  i32 [2, 3]
      needed: f32 [2, 3]"
  `);
  const ids = inputIndices('ids', dim(3), dim(2));
  expect(bound(oneHot(dim(3))(ids), { ids: { sizes: [2], data: [0, 3], dtype: 'i32' } })).toMatchInlineSnapshot(`
    "cannot be decoded: input 'ids'
      given:  3 at place 1
      needed: indices from 0 to 3 exclusive"
  `);
  expect(bound(dsl.relu(x), { x: { sizes: [2, 3], data: [1, 2, 3, 4, 5, Number.NaN] } })).toMatchInlineSnapshot(`"no fault"`);
});
