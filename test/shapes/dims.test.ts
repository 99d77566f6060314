import { left, right } from 'fp-ts/lib/Either.js';
import { isNone, isSome } from 'fp-ts/lib/Option.js';
import { expect, test } from 'vitest';
import { concatShape, reduceAtShape, splitShape, takeShape } from '../../shapes/axis.ts';
import { dim, dimsOf, reify, sizes, withSizes } from '../../shapes/dim.ts';
import { plusD, timesD } from '../../shapes/nat.ts';
import { refl, same } from '../../shapes/evidence.ts';
import type { AddN, Mul, MulN } from '../../shapes/nat.ts';
import { Tensor } from '../../shapes/tensor.ts';
import { axisOf } from '../../shapes/over.ts';
import { appendV, checkV, emptyV, foldV, mapV, reifyV, reverseV, scanV, tabulate, vec, zipV } from '../../shapes/vec.ts';

test('witnesses carry a size and a label', () => {
  expect([dim(1536).size, dim(1536).label, dim('B', 4).size, dim('B', 4).label, dim(0).size]).toEqual([1536, '1536', 4, 'B', 0]);
  expect([timesD(dim('H', 8), dim(192)).size, timesD(dim('H', 8), dim(192)).label, plusD(dim(3), dim(4)).size]).toEqual([1536, 'H*192', 7]);
  expect(dimsOf([dim(3), dim('B', 2)])).toEqual([3, 2]);
  expect(reify(5, (n) => n.size)).toBe(5);
  expect(withSizes({ a: 2, b: 3 }, (d) => timesD(d.a, d.b).size)).toBe(6);
  expect(sizes({ N: Number('3'), Z: 8 }).Z.size).toBe(8);
});

test('a size is an integer, 0 or more', () => {
  expect(() => dim('B', 2.5)).toThrow('a size that is an integer, 0 or more');
  expect(() => dim('B', -1)).toThrow('dim B');
  expect(() => sizes({ n: Number.NaN })).toThrow('dim n');
});

test('products and sums of literals reduce in the type', () => {
  const product: MulN<1536, 768> = 1179648;
  const carried: AddN<99999, 1> = 100000;
  const zero: MulN<0, 12345> = 0;
  const alias: Mul<1009, 8009> = 8081081;
  expect([product, carried, zero, alias]).toEqual([1536 * 768, 99999 + 1, 0, 1009 * 8009]);
});

test('evidence', () => {
  expect(refl<8>()).toBeDefined();
  expect(isSome(same(timesD(dim(8), dim('K', 192)), dim('D', 1536)))).toBe(true);
  expect(isNone(same(dim('A', 2), dim('B', 3)))).toBe(true);
});

test('a tensor is a view of sizes, dtype and node', () => {
  const x = Tensor.view<['B', 3]>([2, 3], 'f32', 'node');
  expect([x.sizes, x.dtype, x.node]).toEqual([[2, 3], 'f32', 'node']);
});

test('vectors', () => {
  const v = vec(1, 2, 3);
  expect(mapV((a: number, i) => a * 10 + i)(v).items).toEqual([10, 21, 32]);
  expect(zipV(v, vec('a', 'b', 'c')).items).toEqual([[1, 'a'], [2, 'b'], [3, 'c']]);
  expect(appendV(v, vec(4)).items).toEqual([1, 2, 3, 4]);
  expect(foldV('', (acc: string, a: number) => acc + a)(v)).toBe('123');
  expect(scanV('', (acc: string, a: number) => acc + a)(v).items).toEqual(['1', '12', '123']);
  expect(reverseV(v).items).toEqual([3, 2, 1]);
  expect(tabulate(dim(3), (i) => i * i).items).toEqual([0, 1, 4]);
  expect(emptyV.items).toEqual([]);
  expect(checkV(dim(2), [1, 2, 3])).toMatchObject(left({ needed: '2 items' }));
  expect(reifyV([1, 2], (l, xs) => [l.size, xs.items.length])).toEqual([2, 2]);
});

test('axes', () => {
  expect(concatShape(-2, [2, 3, 4], [2, 5, 4])).toEqual(right({ axis: 1, sizes: [2, 8, 4] }));
  expect(concatShape(-1, [2, 3], [3, 3])).toMatchObject(left({ needed: 'sizes that are equal except along axis -1' }));
  expect(concatShape(-3, [2, 3], [2, 3])).toMatchObject(left({ needed: '3 axes or more' }));
  expect(takeShape(-1, 2, dim(3), [4, 5])).toEqual(right({ axis: 1, sizes: [4, 3], begin: [0, 2] }));
  expect(takeShape(0, 3, dim(3), [4, 5])).toMatchObject(left({ needed: 'a slice that ends at 4 or before' }));
  expect(splitShape(0, dim(1), dim(3), [4, 5])).toEqual(right([{ axis: 0, sizes: [1, 5], begin: [0, 0] }, { axis: 0, sizes: [3, 5], begin: [1, 0] }]));
  expect(splitShape(0, dim(1), dim(2), [4, 5])).toMatchObject(left({ needed: 'axis 0 of x is 1 + 2 = 3' }));
  expect(reduceAtShape('sum', -2, [2, 3, 4], false)).toEqual(right({ axis: 1, sizes: [2, 4] }));
  expect(reduceAtShape('sum', -2, [2, 3, 4], true)).toEqual(right({ axis: 1, sizes: [2, 1, 4] }));
  expect(axisOf('l ... z d', 'z', [2, 9, 9, 3, 4])).toEqual(right(3));
  expect(axisOf('l b z', 'q', [2, 3, 4])).toMatchObject(left({ where: `'l b z' over 'q'`, needed: 'one of the axes l b z' }));
  expect(axisOf('l (b z)', 'b', [2, 3])).toMatchObject(left({ given: ['over error: groups are for rearrange and reduce'] }));
  expect(axisOf('l l', 'l', [2, 2])).toMatchObject(left({ given: [`over error: axis 'l' is repeated`] }));
  expect(axisOf('l b', 'l', [2])).toMatchObject(left({ needed: 'x has 2 axes: l b' }));
});
