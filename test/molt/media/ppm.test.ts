/**
 * The stream of pixmaps: its law under every cutting, and what it refuses.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Picture } from '../../../molt/media/index.ts';
import { ppmReader } from '../../../molt/media/ppm.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const pixmap = ({ width, height, data }: Picture): readonly number[] => [...bytesOf(`P6\n${width} ${height}\n255\n`), ...data];

const picture = fc.record({ width: fc.integer({ min: 1, max: 7 }), height: fc.integer({ min: 1, max: 5 }) }).chain(({ width, height }) =>
  // header-like bytes inside a picture must not matter
  fc.uint8Array({ minLength: 3 * width * height, maxLength: 3 * width * height }).map((data) => ({ width, height, data: data.map((v, i) => (v < 60 ? (bytesOf('P6\n2 2\n255\n')[i % 11] ?? 0) : v)) })));

const pieces = (bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] => {
  const at = [...new Set([0, ...cuts.map((c) => c % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return at.slice(1).map((end, i) => bytes.slice(at[i] ?? 0, end));
};

const read = (parts: readonly Uint8Array[]): { readonly pictures: readonly Picture[]; readonly wrong: string | undefined } => {
  const reader = ppmReader();
  const pictures: Picture[] = [];
  for (const part of parts) {
    const given = reader.push(part);
    if (given._tag === 'Left') return { pictures, wrong: given.left };
    pictures.push(...given.right);
  }
  const end = reader.end();
  return { pictures, wrong: end._tag === 'Left' ? end.left : undefined };
};

test('however the bytes are cut into pieces, the same pictures', () => {
  fc.assert(
    fc.property(fc.array(picture, { maxLength: 5 }), fc.array(fc.nat(600), { maxLength: 12 }), (pictures, cuts) => {
      expect(read(pieces(Uint8Array.from(pictures.flatMap(pixmap)), cuts))).toEqual({ pictures, wrong: undefined });
    }),
    { seed: 4, numRuns: 300 },
  );
});

test('byte by byte, with empty pieces between', () => {
  const pictures = [{ width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }, { width: 1, height: 1, data: Uint8Array.of(80, 54, 10) }];
  expect(read([...Uint8Array.from(pictures.flatMap(pixmap))].flatMap((byte) => [Uint8Array.of(byte), new Uint8Array(0)]))).toEqual({ pictures, wrong: undefined });
});

test('a stream that ends early is told, wherever it is cut', () => {
  const bytes = Uint8Array.from(pixmap({ width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }));
  for (let end = 1; end < bytes.length; end++) expect(read([bytes.slice(0, end)]).wrong).toMatch(/^the end /);
});

test.each([
  ['P5\n2 2\n255\n....', 'bytes that are no pixmap'],
  ['<html>', 'bytes that are no pixmap'],
  [`P6 ${' '.repeat(80)}2 2 255 `, 'bytes that are no pixmap'],
  ['P6\n2 2\n65535\n', 'a pixmap whose greatest sample is 65535, not 255'],
  ['P6\n0 2\n255\n', 'a pixmap of 0 × 2'],
  ['P6\n20000 20000\n255\n', 'a picture of 20000 × 20000 (400.0 megapixels)'],
])('%j is refused: %s', (text, why) => {
  expect(read([bytesOf(text)])).toEqual({ pictures: [], wrong: why });
  expect(read([...bytesOf(text)].map((byte) => Uint8Array.of(byte))).wrong).toBe(why);
});

test('after a fault there are no more pictures', () => {
  const reader = ppmReader();
  reader.push(bytesOf('P5'));
  expect(reader.push(bytesOf('P6\n1 1\n255\nabc'))).toEqual({ _tag: 'Left', left: 'bytes that are no pixmap' });
});
