/**
 * Frames in a folder, in natural order; the order's laws.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { folderFrames, naturally } from '../../../molt/media/index.ts';
import { at, bad, good } from './clips.ts';

const filled = (name: string, files: readonly string[]): string => {
  mkdirSync(at(name), { recursive: true });
  for (const file of files) writeFileSync(at(name, file), '');
  return at(name);
};

test.each([
  ['zeros in front', ['00000010.jpg', '00000001.jpg', '00000002.jpg'], ['00000001.jpg', '00000002.jpg', '00000010.jpg']],
  ['no zeros in front', ['a_10.png', 'a_2.png', 'a_1.png'], ['a_1.png', 'a_2.png', 'a_10.png']],
  ['several numbers', ['v2_f1.png', 'v10_f0.png', 'v2_f10.png', 'v2_f9.png'], ['v2_f1.png', 'v2_f9.png', 'v2_f10.png', 'v10_f0.png']],
  ['endings and hidden files', ['2.JPG', '1.jpeg', '.3.jpg', 'notes.txt', '._1.jpg', 'Thumbs.db'], ['1.jpeg', '2.JPG']],
])('%s', async (name, files, order) => {
  const folder = filled(name, files);
  expect(good(await folderFrames(folder)())).toEqual(order.map((file) => at(name, file)));
});

test('a list is already in order', async () => {
  expect(good(await folderFrames(['b.png', 'a.png'])())).toEqual(['b.png', 'a.png']);
});

test('an empty folder, an empty list and no folder are faults', async () => {
  expect(bad(await folderFrames(filled('empty', ['readme.txt']))())).toMatchObject({ _tag: 'Name', given: ['a folder without pictures'] });
  expect(bad(await folderFrames([])())).toMatchObject({ _tag: 'Name', given: ['an empty list'] });
  expect(bad(await folderFrames(at('nowhere'))())).toMatchObject({ _tag: 'Name' });
});

const name = fc.array(fc.constantFrom('a', 'b', '_', '0', '1', '2', '9', '10', '007'), { maxLength: 5 }).map((parts) => parts.join(''));

test('natural order is a total order', () => {
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      expect(Math.sign(naturally(a, b))).toBe(-Math.sign(naturally(b, a)) + 0);
      expect(naturally(a, b) === 0).toBe(a === b);
      if (naturally(a, b) <= 0 && naturally(b, c) <= 0) expect(naturally(a, c)).toBeLessThanOrEqual(0);
    }),
    { seed: 4, numRuns: 2000 },
  );
});

test('numbers within names are in the order of numbers, of any length', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.nat(4), (a, b, zeros) => {
      fc.pre(a !== b);
      expect(naturally(`f${'0'.repeat(zeros)}${a}.png`, `f${b}.png`) < 0).toBe(a < b);
    }),
    { seed: 4 },
  );
});
