/**
 * The nearest name: distance against its definition, and what is or is not proposed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, editDistance, nearest } from '../../shapes/nearest.ts';

/** The recursive definition of optimal string alignment. */
const byDefinition = (a: string, b: string): number => {
  if (a === '' || b === '') return a.length + b.length;
  const [x, y] = [a.slice(0, -1), b.slice(0, -1)];
  const swapped = a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1);
  return Math.min(byDefinition(x, b) + 1, byDefinition(a, y) + 1, byDefinition(x, y) + (a.at(-1) === b.at(-1) ? 0 : 1), swapped ? byDefinition(a.slice(0, -2), b.slice(0, -2)) + 1 : Infinity);
};

const word = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 }).map((letters) => letters.join(''));

test('distance is the least number of edits, symmetric, 0 for equals only', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(byDefinition(a, b));
      expect(editDistance(b, a)).toBe(distance);
      expect(distance === 0).toBe(a === b);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a name that is there is its own nearest', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.nat(), (words, n) => {
      const name = words[n % words.length] ?? '';
      expect(nearest(name, words)).toBe(name);
    }),
    { seed: 2 },
  );
});

test('slips are mended, strangers are not', () => {
  const names = ['latents', 'width', 'fusion', 'ca.visual.query'];
  expect(['latent', 'widht', 'Width', 'fuson', 'ca.visual.qeury'].map((name) => nearest(name, names))).toEqual(['latents', 'width', 'width', 'fusion', 'ca.visual.query']);
  expect(['x', 'batch', 'optimizer', ''].map((name) => nearest(name, names))).toEqual([undefined, undefined, undefined, undefined]);
  expect(nearest('x', [])).toBe(undefined);
  expect([didYouMean('widht', names), didYouMean('batch', names)]).toEqual([' (did you mean width?)', '']);
});
