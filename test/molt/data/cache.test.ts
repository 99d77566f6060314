/** The cache: reads what it wrote, trusts nothing damaged, survives a disk that refuses. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRight, left, right, type Either } from 'fp-ts/lib/Either.js';
import { expect, onTestFinished, test } from 'vitest';
import { decodeArrays, encodeArrays, type Arrays } from '../../../molt/data/arrays.ts';
import { cached, cacheFile, type Recipe } from '../../../molt/data/cache.ts';
import { fault, type Fault } from '../../../shapes/fault.ts';

/** A folder that is gone after the test. */
const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'molt-cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const arrays: Arrays = {
  odd: { sizes: [3], data: Uint8Array.of(1, 2, 255) },
  short: { sizes: [1, 2], data: Int16Array.of(-32768, 32767) },
  long: { sizes: [2], data: Int32Array.of(-5, 2 ** 30) },
};

interface Counter {
  made: number;
  readonly notes: string[];
}

const recipe = (counter: Counter, seed = 1): Recipe<Arrays> => ({
  name: 'thing', inputs: ['thing', seed],
  make: async () => {
    counter.made += 1;
    return right(arrays);
  },
  pack: (made) => ({ arrays: made, text: '["ä"]' }),
  unpack: (found, text): Either<Fault, Arrays> => (text === '["ä"]' ? right(found) : left(fault('Corrupt', 'thing', [text], 'its text'))),
});

const run = async (counter: Counter, cache: string, seed = 1): Promise<Either<Fault, Arrays>> =>
  cached(recipe(counter, seed), { cache, note: (line) => counter.notes.push(line) })();

test('arrays survive the format', () => {
  const chunks = encodeArrays('x', arrays, new Map([['k', 'v']]));
  const bytes = Buffer.concat(isRight(chunks) ? [...chunks.right] : []);
  expect(decodeArrays('x', bytes)).toEqual(right({ arrays, metadata: new Map([['k', 'v']]) }));
});

test('a second call reads what the first made; other inputs are another file', async () => {
  const folder = temporary();
  const counter = { made: 0, notes: [] };
  expect(await run(counter, folder)).toEqual(right(arrays));
  expect(await run(counter, folder)).toEqual(right(arrays));
  expect(counter).toEqual({ made: 1, notes: [] });
  await run(counter, folder, 2);
  expect(counter.made).toBe(2);
  expect(readdirSync(folder).length).toBe(2);
});

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['cut short', (bytes) => bytes.subarray(0, bytes.length - 1)],
  ['empty', () => Buffer.alloc(0)],
  ['of another kind', () => Buffer.from('hello, this is no safetensors file')],
  ['changed in its last byte', (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)])],
  ['changed in its text', (bytes) => Buffer.from(bytes.toString('latin1').replace('\\"]', '\\" '), 'latin1')],
])('a file that is %s is made again, with a note, and then whole', async (_, damage) => {
  const folder = temporary();
  const counter: Counter = { made: 0, notes: [] };
  await run(counter, folder);
  const path = cacheFile(folder, recipe(counter));
  const before = readFileSync(path);
  const damaged = damage(before);
  expect(damaged.equals(before)).toBe(false);
  writeFileSync(path, damaged);
  expect(await run(counter, folder)).toEqual(right(arrays));
  expect(counter.made).toBe(2);
  expect(counter.notes.length).toBe(1);
  expect(counter.notes[0]).toContain('made again');
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a folder that cannot be written is a note, and the result is there', async () => {
  const folder = temporary();
  const counter: Counter = { made: 0, notes: [] };
  const blocked = join(folder, 'file');
  writeFileSync(blocked, '');
  expect(await run(counter, blocked)).toEqual(right(arrays));
  expect(counter.notes[0]).toContain('not cached');
});

test('a failure to make is the failure of the call, and nothing is written', async () => {
  const folder = temporary();
  const refused = fault('Corrupt', 'x', [], 'y');
  const result = await cached({ ...recipe({ made: 0, notes: [] }), make: async () => left(refused) }, { cache: folder, note: () => undefined })();
  expect(result).toEqual(left(refused));
  expect(readdirSync(folder)).toEqual([]);
});
