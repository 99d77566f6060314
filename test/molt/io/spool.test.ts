/** Tensors in pieces: the same file as at once, nothing left beside it, an earlier file untouched by a failure. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft, left } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, expect, test } from 'vitest';
import type { Value } from '../../../dsl/index.ts';
import { openSafetensors, writeSafetensors } from '../../../molt/io/safetensors.ts';
import { spooled, type Add } from '../../../molt/io/spool.ts';
import { nodeFiles } from '../../../molt/io/system.ts';
import { fault } from '../../../shapes/fault.ts';
import { good } from '../../dsl/safetensors/helpers.ts';

const folder = mkdtempSync(join(tmpdir(), 'molt-spool-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const value = (rows: number, ...rest: readonly number[]): Value => {
  const sizes = [rows, ...rest];
  return { sizes, dtype: 'f32', data: Float32Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + rest.length)) };
};
const whole = new Map([['b', value(7, 3, 2)], ['layers.10', value(7, 5)], ['layers.2', value(7)], ['é', value(7, 0, 4)]]);
const piece = (from: number, to: number): ReadonlyMap<string, Value> =>
  new Map([...whole].map(([name, { sizes: [rows = 0, ...rest], data }]) => [name, { sizes: [to - from, ...rest], dtype: 'f32', data: data.slice((from * data.length) / rows, (to * data.length) / rows) }]));
const fill = (cuts: readonly number[]) => (add: Add) => TE.map(() => 'filled')(TE.traverseSeqArray((i: number) => add(piece(cuts[i] ?? 0, cuts[i + 1] ?? 0)))(cuts.slice(1).map((_, i) => i)));

test.each([[[0, 7]], [[0, 1, 2, 3, 4, 5, 6, 7]], [[0, 3, 3, 7]]])('pieces %j are the whole file', async (cuts) => {
  const metadata = new Map([['made', 'filled']]);
  good(await writeSafetensors(at('whole'), whole, metadata)());
  expect(good(await spooled(at('pieces'), fill(cuts), (made) => new Map([['made', made]]))())).toBe('filled');
  expect(readFileSync(at('pieces')).equals(readFileSync(at('whole')))).toBe(true);
  expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
});

test('a failure leaves the earlier file and nothing else', async () => {
  writeFileSync(at('kept'), 'earlier');
  const stopped = fault('Interrupted', 'here', [], 'more time');
  for (const [run, tag] of [
    [spooled(at('kept'), (add) => TE.chain(() => TE.left(stopped))(add(piece(0, 3)))), 'Interrupted'],
    [spooled(at('kept'), (add) => TE.chain(() => add(new Map([['b', value(1, 4)]])))(add(piece(0, 3)))), 'Shape'],
    [spooled(at('kept'), (add) => add(new Map([['b', { ...value(2, 3), sizes: [2, 4] }]]))), 'Shape'],
    [spooled(at('kept'), (add) => add(new Map([['b', { sizes: [2], dtype: 'i32', data: new Int32Array(2) }]]))), 'Decode'],
    [spooled(at('kept'), fill([0, 7]), undefined, { ...nodeFiles, open: async (path, how) => ({ ...(await nodeFiles.open(path, how)), append: () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })) }) }), 'Storage'],
    [spooled(at('kept/below'), fill([0, 7])), 'Storage'],
  ] as const) {
    const found = await run();
    expect(isLeft(found) && found.left._tag).toBe(tag);
  }
  expect(readFileSync(at('kept'), 'utf8')).toBe('earlier');
  expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
  expect(left(stopped)).toEqual(await spooled(at('kept'), () => TE.left(stopped))());
});

test('rows of a tensor', async () => {
  good(await writeSafetensors(at('rows'), whole)());
  const file = good(await openSafetensors(at('rows'))());
  expect(good(await file.rows('b', 2, 3)())).toEqual(piece(2, 5).get('b'));
  expect(good(await file.rows('é', 2, 3)()).sizes).toEqual([3, 0, 4]);
  expect(good(await file.rows('b', 7, 0)()).data).toHaveLength(0);
  expect(await file.rows('b', 5, 3)()).toMatchObject({ left: { _tag: 'Shape', given: ['rows 5 … 8 of "b" [7, 3, 2]'], needed: 'rows between 0 and 7' } });
  expect(await file.rows('c', 0, 1)()).toMatchObject({ left: { _tag: 'Name' } });
  await file.close();
});
