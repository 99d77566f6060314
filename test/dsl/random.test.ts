/** Random numbers are what their definition says, bit for bit, also where one part ends and the next begins. */
import { describe, expect, test } from 'vitest';
import { normalInit, uniformInit } from '../../dsl/init.ts';
import * as random from '../../dsl/random.ts';

const key = random.key(5);
const counts = [0, 1, 2, 7, 4095, 4096, 4097, 8195];

/** The definition, a pair of words at a time. */
const wordsOf = (stream: number, n: number): readonly number[] => Array.from({ length: Math.ceil(n / 2) }, (_, i) => random.threefry(key, [2 * i, stream])).flat().slice(0, n + (n % 2));
const uniformOf = (n: number): readonly number[] => wordsOf(0, n).slice(0, n).map((w) => w / 2 ** 32);
const normalOf = (n: number): readonly number[] => {
  const words = wordsOf(1, n);
  return Array.from({ length: n }, (_, i) => {
    const [a, b] = [words[i - (i % 2)] ?? 0, words[i - (i % 2) + 1] ?? 0];
    const angle = (2 * Math.PI * b) / 2 ** 32;
    return Math.sqrt(-2 * Math.log((a + 1) / 4294967297)) * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
};

describe.each(counts)('%i numbers', (n) => {
  test('uniform', () => expect(random.uniform(key, n)).toEqual(Float64Array.from(uniformOf(n))));
  test('normal', () => expect(random.normal(key, n)).toEqual(Float64Array.from(normalOf(n))));
  test('uniform start of a weight', () => expect(uniformInit(0.3)(key, [n])).toEqual(Float32Array.from(uniformOf(n), (u) => 0.3 * (2 * u - 1))));
  test('normal start of a weight', () => expect(normalInit(0.02)(key, [n])).toEqual(Float32Array.from(normalOf(n), (x) => 0.02 * x)));
});

test('keys of seeds, names and children stay what they were', () => {
  expect(random.named(key, 'fdm.0.uda')).toEqual([2287264800, 274167140]);
  expect(random.child(key, 77)).toEqual([1894885894, 2655650754]);
  expect(random.key(2 ** 40 + 3)).toEqual([381041636, 1474929152]);
});
