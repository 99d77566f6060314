import { isLeft, isRight, left, right } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { dim } from '../../shapes/dim.ts';
import { zipShape } from '../../shapes/broadcast.ts';
import { einsumShape } from '../../shapes/einsum.ts';
import { printFault } from '../../shapes/fault.ts';
import { operands, printTerms, terms } from '../../shapes/pattern.ts';
import { rearrangeShape, reduceShape, repeatShape } from '../../shapes/rearrange.ts';

test('terms: axes, groups, 1 and the ellipsis, however spaced', () => {
  expect(terms(' b  n (h k) 1 ... ')).toEqual(right(['b', 'n', ['h', 'k'], '1', '...']));
  expect(terms('')).toEqual(right([]));
  expect(terms('( h )')).toEqual(right([['h']]));
  expect(operands('b n d, d e')).toEqual([right(['b', 'n', 'd']), right(['d', 'e'])]);
  expect(printTerms(['b', ['h', 'k'], '...'])).toBe('b (h k) ...');
});

test.each([
  ['b (n d', `pattern error: '(' is not closed`],
  ['b ()', 'pattern error: a group is empty'],
  ['b ((h k))', `pattern error: '(' inside a group`],
  ['b (h ...)', `pattern error: '...' inside a group`],
  ['b n) d', `pattern error: ')' is not an axis`],
  ['b 2', `pattern error: '2' is not an axis`],
  ['... b ...', `pattern error: '...' twice`],
])('terms of %j: %s', (text, error) => {
  expect(terms(text)).toEqual(left(error));
});

test('einsum: sizes and integer axes', () => {
  expect(einsumShape('b n d, d h k -> b h n k', [[4, 36, 12], [12, 3, 4]])).toEqual(right({ sizes: [4, 3, 36, 4], inputs: [[0, 1, 2], [2, 3, 4]], output: [0, 3, 1, 4] }));
  expect(einsumShape('... n k, ... m k -> ... n m', [[2, 5, 3, 7], [2, 5, 4, 7]])).toEqual(right({ sizes: [2, 5, 3, 4], inputs: [[3, 4, 0, 1], [3, 4, 2, 1]], output: [3, 4, 0, 2] }));
  expect(einsumShape('i i ->', [[3, 3]])).toEqual(right({ sizes: [], inputs: [[0, 0]], output: [] }));
  expect(einsumShape('... d -> d', [[2, 3, 4]])).toEqual(right({ sizes: [4], inputs: [[1, 2, 0]], output: [0] }));
});

const faultText = (e: ReturnType<typeof einsumShape>): string => (isLeft(e) ? printFault(e.left) : 'no fault');
test('einsum faults name the axis', () => {
  expect(faultText(einsumShape('b n d, d e -> b n e', [[4, 36, 1536], [768, 1024]]))).toBe(
    ["shapes do not fit: einsum 'b n d, d e -> b n e'", '  given:  x: b=4 n=36 d=1536', '          y: d=768 e=1024', '  needed: axis d of y is 1536'].join('\n'),
  );
  expect(faultText(einsumShape('b n d -> b', [[4, 36]]))).toContain('needed: x has 3 axes: b n d');
  expect(faultText(einsumShape('... n k, ... m k -> ... n m', [[2, 3, 7], [5, 4, 7]]))).toContain(`needed: the axes '...' of y are [2]`);
});

test.each([
  ['b n d, d e -> b n f', `einsum error: output axis 'f' is in no operand`],
  ['b n -> b b', `einsum error: output axis 'b' is repeated`],
  ['a, b, c, d -> a', 'einsum error: more than 3 operands'],
  ['a b c d e f g h i -> a', 'einsum error: more than 8 axes'],
  ['b (h k) -> b', 'einsum error: groups are for rearrange and reduce'],
  ['b 1 -> b', `einsum error: '1' is for rearrange and reduce`],
  ['b -> ... b', `einsum error: '...' is in no operand`],
  ['b n', `pattern error: no '->'`],
  ['a -> b -> c', `pattern error: '->' is not an axis`],
  ['a -> a, b', `pattern error: 'a,' is not an axis`],
])('einsum %j: %s', (pattern, error) => {
  expect(einsumShape(pattern, [])).toMatchObject(left({ given: [error] }));
});

test('rearrange: split, merge, insert, permute', () => {
  expect(rearrangeShape('b n (h k) -> b h n k', { h: dim(3), k: dim(4) }, [2, 5, 12])).toEqual(right({ expand: [2, 5, 3, 4], axes: [0, 2, 1, 3], sizes: [2, 3, 5, 4] }));
  expect(rearrangeShape('... h n k -> ... n 1 (h k)', {}, [2, 6, 3, 5, 4])).toEqual(right({ expand: [2, 6, 3, 5, 4], axes: [0, 1, 3, 2, 4], sizes: [2, 6, 5, 1, 12] }));
  expect(rearrangeShape('b 1 d -> d b', {}, [2, 1, 3])).toEqual(right({ expand: [2, 3], axes: [1, 0], sizes: [3, 2] }));
  expect(rearrangeShape('b 1 d -> d b', {}, [2, 2, 3])).toMatchObject(left({ needed: 'axis 1 of x has size 1' }));
  expect(rearrangeShape('b n (h k) -> b h n k', { h: dim(3), k: dim(5) }, [2, 5, 12])).toMatchObject(left({ needed: 'axis (h k) of x is 3*5 = 15', given: ['x: b=2 n=5 (h k)=12', 'sizes: h=3 k=5'] }));
});

test.each([
  ['b n (h k) -> b h n k', `rearrange error: give the size of axis 'h'`],
  ['b n -> b', `rearrange error: input axis 'n' is missing from the output`],
  ['b n -> b n e', `rearrange error: output axis 'e' is not in the input`],
  ['b b -> b', `rearrange error: input axis 'b' is repeated`],
  ['b n -> b n b', `rearrange error: output axis 'b' is repeated`],
  ['... n -> n', `rearrange error: '...' is on one side only`],
])('rearrange %j: %s', (pattern, error) => {
  expect(rearrangeShape(pattern, {}, [])).toMatchObject(left({ given: [error] }));
});

test('sizes that belong to no axis, and new axes without a size, are faults', () => {
  expect(rearrangeShape('b n -> n b', { q: dim(2) }, [3, 4])).toMatchObject(left({ given: [`rearrange error: size 'q' belongs to no axis`] }));
  expect(repeatShape('n d -> b n d', {}, [3, 4])).toMatchObject(left({ given: [`repeat error: new axis 'b' needs a size`] }));
});

test('repeat and reduce plans', () => {
  expect(repeatShape('n d -> d b n', { b: dim(7) }, [3, 4])).toEqual(right({ expand: [3, 4], axes: [1, 0], insert: [4, 1, 3], stretch: [4, 7, 3], sizes: [4, 7, 3] }));
  expect(repeatShape('n d -> (n r) d', { r: dim(2) }, [3, 4])).toEqual(right({ expand: [3, 4], axes: [0, 1], insert: [3, 1, 4], stretch: [3, 2, 4], sizes: [6, 4] }));
  expect(reduceShape('b n d -> b 1 d', {}, [2, 3, 4])).toEqual(right({ expand: [2, 3, 4], input: [0, 1, 2], output: [0, 2], axes: [0, 2, 1], flat: [2, 4, 3], count: 3, sizes: [2, 1, 4] }));
  expect(reduceShape('b (n p) d -> b n d', { n: dim(3), p: dim(2) }, [2, 6, 4])).toMatchObject(right({ expand: [2, 3, 2, 4], output: [0, 1, 3], axes: [0, 1, 3, 2], count: 2, sizes: [2, 3, 4] }));
  expect(reduceShape('... d -> d', {}, [2, 3, 4])).toMatchObject(right({ output: [2], axes: [2, 0, 1], flat: [4, 6], count: 6, sizes: [4] }));
});

test('broadcast: the second operand is permuted and padded with 1', () => {
  expect(zipShape('b n d, d', [2, 3, 4], [4])).toEqual(right({ sizes: [2, 3, 4], expand: [4], axes: [0], aligned: [1, 1, 4] }));
  expect(zipShape('b n d, d b', [2, 3, 4], [4, 2])).toEqual(right({ sizes: [2, 3, 4], expand: [4, 2], axes: [1, 0], aligned: [2, 1, 4] }));
  expect(zipShape('b n d, b n 1', [2, 3, 4], [2, 3, 1])).toEqual(right({ sizes: [2, 3, 4], expand: [2, 3], axes: [0, 1], aligned: [2, 3, 1] }));
  expect(zipShape('... d, ...', [2, 3, 4], [2, 3])).toEqual(right({ sizes: [2, 3, 4], expand: [2, 3], axes: [0, 1], aligned: [2, 3, 1] }));
  expect(zipShape('b n d, n', [2, 3, 4], [4])).toMatchObject(left({ given: ['x: b=2 n=3 d=4', 'y: n=4'], needed: 'axis n of y is 3' }));
  expect(zipShape('b n d, q', [2, 3, 4], [4])).toMatchObject(left({ given: [`broadcast error: axis 'q' is not in the first operand`] }));
  expect(isRight(zipShape('... d, d', [4], [4]))).toBe(true);
});
