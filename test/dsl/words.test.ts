/** A table of words: equal words have one number, others have others, whatever the table has grown to. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordTable } from '../../dsl/words.ts';

const letter = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));

test('numbers are those of a map from texts', () => {
  fc.assert(fc.property(fc.array(fc.array(letter, { maxLength: 6 }), { maxLength: 200 }), (words) => {
    const { put, end } = wordTable();
    const numbers = new Map<string, number>();
    for (const word of words) {
      word.forEach(put);
      const text = word.join();
      const wanted = numbers.get(text) ?? numbers.size;
      numbers.set(text, wanted);
      expect(end()).toBe(wanted);
    }
  }), { seed: 1, numRuns: 50 });
});

test('a table grows', () => {
  const { put, end } = wordTable();
  const number = (n: number): number => {
    put(n);
    put(n % 7);
    return end();
  };
  const first = Array.from({ length: 5000 }, (_, n) => number(n));
  expect(first).toEqual(Array.from({ length: 5000 }, (_, n) => n));
  expect(Array.from({ length: 5000 }, (_, n) => number(n))).toEqual(first);
});

test('a word may be longer than all before it, or empty', () => {
  const { put, end } = wordTable();
  for (let n = 0; n < 5000; n += 1) put(n);
  expect([end(), end(), end()]).toEqual([0, 1, 1]);
});
