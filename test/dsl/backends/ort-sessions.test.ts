/** Sessions that equal models share: made once, let go by the last, never mistaken for each other. */
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { digest, type Key, sessions } from '../../../dsl/backends/ort/sessions.ts';
import { fault } from '../../../shapes/fault.ts';

const key = (bytes: readonly number[], ...residents: Float32Array[]): Key => ({ bytes: Uint8Array.from(bytes), residents });

/** Sessions are numbers, in the order in which they are made. */
const counted = () => {
  const freed: number[] = [];
  let made = 0;
  const pool = sessions<number>(() => async () => { made += 1; return E.right(made); }, (session) => void freed.push(session));
  const hold = async (k: Key) => {
    const held = await pool.hold(k)();
    if (E.isLeft(held)) throw new Error('left');
    return held.right;
  };
  return { pool, freed, hold };
};

test('equal models share a session, also when both are asked for at once; the last user lets it go', async () => {
  const { pool, freed, hold } = counted();
  const weights = Float32Array.of(1, 2);
  const [a, b] = await Promise.all([hold(key([1, 2], weights)), hold(key([1, 2], weights))]);
  expect([a.session, b.session, pool.alive()]).toEqual([1, 1, 1]);
  a.release();
  expect([freed, pool.alive()]).toEqual([[], 1]);
  b.release();
  expect([freed, pool.alive()]).toEqual([[1], 0]);
  expect((await hold(key([1, 2], weights))).session).toBe(2);
});

test('other bytes, other arrays and other numbers are other models', async () => {
  const { hold } = counted();
  const weights = Float32Array.of(1, 2);
  const first = await hold(key([1, 2, 3], weights));
  const others = [await hold(key([1, 2, 4], weights)), await hold(key([1, 2, 3])), await hold(key([1, 2, 3], weights.slice()))];
  weights[1] = 3;
  const changed = await hold(key([1, 2, 3], weights));
  expect([first, ...others, changed].map(({ session }) => session)).toEqual([1, 2, 3, 4, 5]);
});

test('a session that could not be made is not kept', async () => {
  const pool = sessions<number>(() => async () => E.left(fault('Memory', 'here', [], 'more')), () => {});
  expect(await pool.hold(key([1]))()).toMatchObject({ left: { _tag: 'Memory' } });
  expect(pool.alive()).toBe(0);
});

test('the number of some bytes does not depend on where they lie, and changes with any of them', () => {
  const bytes = Uint8Array.from({ length: 23 }, (_, i) => i * 11);
  const shifted = new Uint8Array(40);
  shifted.set(bytes, 3);
  expect(digest(shifted.subarray(3, 26))).toBe(digest(bytes));
  const marks = new Set(Array.from(bytes, (_, i) => digest(bytes.map((byte, j) => (i === j ? byte ^ 1 : byte)))));
  expect(marks.size).toBe(23);
  expect(marks.has(digest(bytes))).toBe(false);
});
