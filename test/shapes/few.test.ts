/** The first few: all where they are few, else as many as asked for and the number of the others. */
import { expect, test } from 'vitest';
import { fewLines, fewNames } from '../../shapes/few.ts';

test('lines and names', () => {
  expect([fewLines([], 2), fewLines(['a', 'b'], 2), fewLines(['a', 'b', 'c'], 2), fewLines(['a', 'b', 'c'], 1, 'tensors')]).toEqual([[], ['a', 'b'], ['a', 'b', 'and 1 more'], ['a', 'and 2 more tensors']]);
  expect([fewNames([], 2), fewNames(['a', 'b'], 2), fewNames(['a', 'b', 'c', 'd'], 2)]).toEqual(['', 'a, b', 'a, b and 2 more']);
});
