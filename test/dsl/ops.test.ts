/**
 * The typed operations, by value: small cases checked by hand, and equalities between operations on random numbers.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../dsl/backends/reference/index.ts';
import * as dsl from '../../dsl/index.ts';
import {
  add, addBias, addOver, after, argmax, atLeast, atMost, castLast, concat, crossEntropy, div, divOver, dot, einsum, embed, eye, firstDim, full, gelu, indices, less, logSoftmax, matmul, mean, meanKeep, minimum, mulBias, mulOver, oneHot, or, rearrange,
  reduce, repeat, residual, scale, shift, softmax, softmaxOver, split, stack, standardise, stopGradient, sub, subOver, sum, sumKeep, take, tensor, topk, unit, unstack, unwrap, where, xor,
} from '../../dsl/index.ts';
import { type AnyTensor, dim, refl, type Tensor, vec } from '../../shapes/index.ts';

const numbers = (x: AnyTensor): readonly number[] => {
  const result = evaluate([unwrap(x)], { inputs: new Map(), parameters: new Map() });
  if (isLeft(result)) throw new Error(JSON.stringify(result.left));
  return Array.from(result.right[0]?.data ?? []);
};
const close = (x: AnyTensor, expected: readonly number[], digits = 6): void => {
  const got = numbers(x);
  expect(got).toHaveLength(expected.length);
  expected.forEach((n, i) => expect(got[i]).toBeCloseTo(n, digits));
};
const same = (x: AnyTensor, y: AnyTensor): void => {
  expect(x.sizes).toEqual(y.sizes);
  close(x, numbers(y));
};
const [d2, d3, d4] = [dim(2), dim(3), dim(4)];
const x23 = tensor([0, 1, 2, 3, 4, 5], d2, d3);
const x234 = tensor(Array.from({ length: 24 }, (_, i) => i), d2, d3, d4);

describe('contractions', () => {
  test('einsum', () => {
    expect(numbers(einsum('i j -> j i')(x23))).toEqual([0, 3, 1, 4, 2, 5]);
    expect(numbers(einsum('i j ->')(x23))).toEqual([15]);
    expect(numbers(einsum('i j, j -> i')(x23, tensor([1, 10, 100], d3)))).toEqual([210, 543]);
    expect(numbers(einsum('i, j -> i j')(tensor([1, 2], d2), tensor([3, 4, 5], d3)))).toEqual([3, 4, 5, 6, 8, 10]);
    expect(numbers(einsum('i i -> i')(tensor([1, 2, 3, 4], d2, d2)))).toEqual([1, 4]);
    expect(numbers(einsum('i, i j, j ->')(tensor([1, 2], d2), x23, tensor([1, 1, 1], d3)))).toEqual([27]);
    expect(einsum('... i j -> ... j i')(x234).sizes).toEqual([2, 4, 3]);
    expect(numbers(einsum(', i -> i')(tensor([3]), tensor([1, 2], d2)))).toEqual([3, 6]);
  });
  test('the named products', () => {
    const y = tensor([1, 0, 0, 1, 1, 1], d3, d2);
    expect(numbers(matmul(x23, y))).toEqual([2, 3, 8, 9]);
    same(dot(x23, y), matmul(x23, y));
    same(matmul(x23, eye(d3)), x23);
    expect(dot(x234, tensor([1, 1, 1, 1], d4, dim(1))).sizes).toEqual([2, 3, 1]);
  });
});

describe('layout', () => {
  test('rearrange', () => {
    expect(numbers(rearrange('a b -> b a')(x23))).toEqual([0, 3, 1, 4, 2, 5]);
    expect(rearrange('a b c -> (a b) c')(x234).sizes).toEqual([6, 4]);
    expect(numbers(rearrange('(a b) -> b a', { a: d2, b: d3 })(tensor([0, 1, 2, 3, 4, 5], dim(6))))).toEqual([0, 3, 1, 4, 2, 5]);
    expect(rearrange('... a -> a ...')(x234).sizes).toEqual([4, 2, 3]);
    expect(rearrange('a b -> 1 a 1 b')(x23).sizes).toEqual([1, 2, 1, 3]);
    const heads = rearrange('n (h k) -> h n k', { h: d2, k: d2 })(tensor(Array.from({ length: 12 }, (_, i) => i), d3, d4));
    expect(numbers(heads)).toEqual([0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11]);
    same(rearrange('h n k -> n (h k)')(heads), tensor(Array.from({ length: 12 }, (_, i) => i), d3, d4));
  });
  test('repeat', () => {
    expect(numbers(repeat('a -> a b', { b: d2 })(tensor([1, 2], d2)))).toEqual([1, 1, 2, 2]);
    expect(numbers(repeat('a -> b a', { b: d2 })(tensor([1, 2], d2)))).toEqual([1, 2, 1, 2]);
    expect(numbers(repeat('a -> (a b)', { b: d2 })(tensor([1, 2], d2)))).toEqual([1, 1, 2, 2]);
    expect(repeat('... d -> ... n d', { n: dim(5) })(x23).sizes).toEqual([2, 5, 3]);
  });
  test('reduce', () => {
    expect(numbers(reduce('sum', 'a b -> b')(x23))).toEqual([3, 5, 7]);
    expect(numbers(reduce('mean', 'a b -> a')(x23))).toEqual([1, 4]);
    expect(numbers(reduce('max', 'a b -> b')(x23))).toEqual([3, 4, 5]);
    expect(numbers(reduce('max', 'a b ->')(scale(-1)(x23)))).toEqual([-0]);
    expect(reduce('sum', 'a b -> a 1')(x23).sizes).toEqual([2, 1]);
    expect(numbers(reduce('sum', '(a b) -> a', { a: d2, b: d3 })(tensor([0, 1, 2, 3, 4, 5], dim(6))))).toEqual([3, 12]);
    expect(numbers(reduce('mean', '... d ->')(x234))).toEqual([11.5]);
    expect(numbers(reduce('max', 'a b c -> c a')(x234))).toEqual([8, 20, 9, 21, 10, 22, 11, 23]);
  });
  test('castLast changes nothing', () => same(castLast(refl<3>())(x23), x23));
});

describe('broadcasting', () => {
  test('by pattern', () => {
    expect(numbers(addOver('a b, b')(x23, tensor([10, 20, 30], d3)))).toEqual([10, 21, 32, 13, 24, 35]);
    expect(numbers(subOver('a b, a')(x23, tensor([1, 2], d2)))).toEqual([-1, 0, 1, 1, 2, 3]);
    expect(numbers(mulOver('a b, b a')(x23, tensor([1, 2, 3, 4, 5, 6], d3, d2)))).toEqual([0, 3, 10, 6, 16, 30]);
    expect(numbers(divOver('a b, a 1')(x23, tensor([1, 2], d2, dim(1))))).toEqual([0, 1, 2, 1.5, 2, 2.5]);
    expect(numbers(addOver('a b,')(x23, tensor([1])))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(addOver('... d, ... d')(x234, x234).sizes).toEqual([2, 3, 4]);
    expect(numbers(addOver('... a b, ... b')(x234, tensor(Array.from({ length: 8 }, () => 1), d2, d4))).slice(0, 3)).toEqual([1, 2, 3]);
  });
  test('along the last axis', () => {
    expect(numbers(addBias(x23, tensor([1, 2, 3], d3)))).toEqual([1, 3, 5, 4, 6, 8]);
    expect(numbers(mulBias(x23, tensor([1, 2, 3], d3)))).toEqual([0, 2, 6, 3, 8, 15]);
  });
});

describe('axes', () => {
  test('concat and split are inverse', () => {
    const y = tensor([6, 7], d2, dim(1));
    const joined = concat(-1)(x23, y);
    expect(numbers(joined)).toEqual([0, 1, 2, 6, 3, 4, 5, 7]);
    const [first, second] = split(-1)(d3, dim(1))(joined);
    same(first, x23);
    same(second, y);
    expect(numbers(concat(0)(x23, x23))).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
    expect(concat(-3)(x234, x234).sizes).toEqual([4, 3, 4]);
  });
  test('take', () => {
    expect(numbers(take(-1)(1, d2)(x23))).toEqual([1, 2, 4, 5]);
    expect(numbers(take(0)(1, dim(1))(x23))).toEqual([3, 4, 5]);
    expect(numbers(take(-2)(1, d2)(x234)).slice(0, 4)).toEqual([4, 5, 6, 7]);
  });
  test('stack and unstack are inverse', () => {
    const stacked = stack(vec(x23, scale(2)(x23)));
    expect(numbers(stacked)).toEqual([0, 1, 2, 3, 4, 5, 0, 2, 4, 6, 8, 10]);
    expect(unstack(stacked).items.map(numbers)).toEqual([[0, 1, 2, 3, 4, 5], [0, 2, 4, 6, 8, 10]]);
  });
  test('reductions', () => {
    expect(numbers(sum(-1)(x23))).toEqual([3, 12]);
    expect(numbers(sum(0)(x23))).toEqual([3, 5, 7]);
    expect(numbers(mean(-2)(x23))).toEqual([1.5, 2.5, 3.5]);
    expect(sumKeep(-2)(x234).sizes).toEqual([2, 1, 4]);
    same(meanKeep(-3)(x234), scale(1 / 2)(sumKeep(0)(x234)));
  });
  test('softmax over any axis', () => {
    close(softmax(tensor([0, Math.log(3)], d2)), [0.25, 0.75]);
    close(sum(0)(softmaxOver('l z', 'l')(x23)), [1, 1, 1]);
    same(softmaxOver('l z', 'z')(x23), softmax(x23));
    same(softmaxOver('... l z', 'l')(x234), einsum('b z l -> b l z')(softmax(einsum('b l z -> b z l')(x234))));
  });
});

describe('elementwise', () => {
  test('arithmetic', () => {
    const y = tensor([2, 2, 2, 2, 2, 2], d2, d3);
    expect(numbers(sub(x23, y))).toEqual([-2, -1, 0, 1, 2, 3]);
    expect(numbers(div(x23, y))).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
    expect(numbers(minimum(x23, y))).toEqual([0, 1, 2, 2, 2, 2]);
    expect(numbers(atLeast(2)(x23))).toEqual([2, 2, 2, 3, 4, 5]);
    expect(numbers(atMost(2)(x23))).toEqual([0, 1, 2, 2, 2, 2]);
    expect(numbers(shift(-1)(x23))).toEqual([-1, 0, 1, 2, 3, 4]);
    expect(numbers(residual((u: typeof x23) => scale(2)(u))(x23))).toEqual([0, 3, 6, 9, 12, 15]);
    same(stopGradient(x23), x23);
    close(gelu(tensor([0, 1, -1], d3)), [0, 0.8413447, -0.1586553]);
  });
  test('scalars', () => {
    expect(numbers(add(tensor([1]), full(2)))).toEqual([3]);
    expect(numbers(scale(3)(full(2)))).toEqual([6]);
  });
  test('normalisations', () => {
    close(logSoftmax(tensor([1000, 1000], d2)), [-Math.LN2, -Math.LN2]);
    close(standardise(0)(tensor([1, 3], d2)), [-1, 1]);
    close(unit()(tensor([3, 4, 0, 0], d2, d2)), [0.6, 0.8, 0, 0]);
  });
});

describe('masks and indices', () => {
  test('masks', () => {
    const y = tensor([2, 2, 2, 2, 2, 2], d2, d3);
    expect(numbers(less(x23, y))).toEqual([1, 1, 0, 0, 0, 0]);
    expect(numbers(where(less(x23, y), x23, y))).toEqual([0, 1, 2, 2, 2, 2]);
    expect(numbers(or(less(x23, y), dsl.equal(x23, y)))).toEqual([1, 1, 1, 0, 0, 0]);
    expect(numbers(xor(less(x23, y), dsl.lessEqual(x23, y)))).toEqual([0, 0, 1, 0, 0, 0]);
  });
  test('indices', () => {
    const ids = indices(d3, [2, 0], d2);
    expect(numbers(oneHot(d3)(ids))).toEqual([0, 0, 1, 1, 0, 0]);
    expect(numbers(embed(tensor([1, 2, 3, 4, 5, 6], d3, d2), ids))).toEqual([5, 6, 1, 2]);
    expect(numbers(argmax(tensor([1, 3, 3, 5, 4, 0], d2, d3)))).toEqual([1, 0]);
    const [values, places] = topk(d2)(tensor([1, 3, 2, 5, 4, 6], d2, d3));
    expect([numbers(values), numbers(places)]).toEqual([[3, 2, 6, 5], [1, 2, 2, 0]]);
    close(crossEntropy(tensor([0, 0, 0, 0, 0, Math.log(2)], d2, d3), ids), [Math.log(3), Math.log(4)]);
    expect(firstDim(ids).size).toBe(2);
  });
  test('embed is a product with one-hot rows', () => {
    const table = tensor([1, 2, 3, 4, 5, 6], d3, d2);
    const ids = indices(d3, [2, 0, 1, 2], d4);
    same(embed(table, ids), dot(oneHot(d3)(ids), table));
  });
});

describe('equalities on random numbers', () => {
  const matrix = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 6, maxLength: 6 }).map((data): Tensor<[2, 3]> => tensor(data, d2, d3));
  const holds = (law: (x: Tensor<[2, 3]>, y: Tensor<[2, 3]>) => void): void => fc.assert(fc.property(matrix, matrix, law), { seed: 5, numRuns: 25 });

  test('(x yᵀ)ᵀ = y xᵀ', () => holds((x, y) => same(einsum('i k, j k -> j i')(x, y), einsum('i k, j k -> i j')(y, x))));
  test('einsum of three = in two steps', () =>
    holds((x, y) => same(einsum('i k, j k, j l -> i l')(x, y, y), einsum('i j, j l -> i l')(einsum('i k, j k -> i j')(x, y), y))));
  test('reduce mean = reduce sum / n', () => holds((x) => same(reduce('mean', 'a b -> b')(x), scale(1 / 2)(reduce('sum', 'a b -> b')(x)))));
  test('softmax does not see a shift', () => holds((x) => same(softmax(x), softmax(shift(3)(x)))));
  test('log of softmax = logSoftmax', () => holds((x) => same(dsl.log(softmax(x)), logSoftmax(x))));
  test('rearrange there and back', () => holds((x) => same(rearrange('(a b) -> a b', { a: d2, b: d3 })(rearrange('a b -> (a b)')(x)), x)));
  test('addOver with a full pattern = add', () => holds((x, y) => same(addOver('a b, a b')(x, y), add(x, y))));
});

test('blocks compose', () => {
  const run = dsl.instantiate(after(dsl.linear(d3, d4))(dsl.linear(d4, d2)));
  expect(run(x23).sizes).toEqual([2, 2]);
});
