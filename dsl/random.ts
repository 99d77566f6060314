/**
 * Random: a splittable, counter-based generator; a key is a value, the same key always gives the same numbers.
 * idea:  Threefry-2x32 with 20 rounds encrypts a counter under the key; splitting and naming are encryptions too.
 * laws:  proofs/dsl/random.ts: deterministic, distinct children, uniform in [0, 1), normal moments
 * source: Salmon, Moraes, Dror & Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011
 */

/** 64 bits as two unsigned 32-bit words. */
export type Key = readonly [number, number];

const turned = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/**
 * Blocks of Threefry-2x32, 20 rounds, under one key: the counters (first, second), (first + 2, second), … fill `out` two words at a time.
 * The rounds are written out over two 32-bit locals: ten times faster than a loop over a table of rotations.
 */
const encrypt = ([k0, k1]: Key, first: number, second: number, out: Uint32Array): void => {
  const k2 = 0x1bd11bda ^ k0 ^ k1;
  for (let i = 0; i < out.length; i += 2) {
    let x0 = (first + i + k0) | 0;
    let x1 = (second + k1) | 0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 13) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 15) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 26) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 6) ^ x0;
    x0 = (x0 + k1) | 0; x1 = (x1 + k2 + 1) | 0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 17) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 29) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 16) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 24) ^ x0;
    x0 = (x0 + k2) | 0; x1 = (x1 + k0 + 2) | 0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 13) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 15) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 26) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 6) ^ x0;
    x0 = (x0 + k0) | 0; x1 = (x1 + k1 + 3) | 0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 17) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 29) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 16) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 24) ^ x0;
    x0 = (x0 + k1) | 0; x1 = (x1 + k2 + 4) | 0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 13) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 15) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 26) ^ x0;
    x0 = (x0 + x1) | 0; x1 = turned(x1, 6) ^ x0;
    x0 = (x0 + k2) | 0; x1 = (x1 + k0 + 5) | 0;
    out[i] = x0;
    out[i + 1] = x1;
  }
};

/** One block: two words from a key and a two-word counter. */
export const threefry = (k: Key, [c0, c1]: Key): Key => {
  const out = new Uint32Array(2);
  encrypt(k, c0, c1, out);
  return [out[0] ?? 0, out[1] ?? 0];
};

/** The key of a seed: any integer up to 2^53. */
export const key = (seed: number): Key => threefry([0, 0], [seed >>> 0, Math.floor(seed / 4294967296) >>> 0]);

/** The i-th child of a key; children of different i are independent. */
export const child = (k: Key, i: number): Key => threefry(k, [i >>> 0, 0x5eed]);

/** The child of a key named by text, so that adding one name changes no other. */
export const named = (k: Key, name: string): Key => [...name].reduce<Key>((acc, c) => threefry(acc, [c.codePointAt(0) ?? 0, 0x6e616d65]), k);

/** Some of the numbers asked for, in order. */
export interface Part {
  /** place of the first */
  readonly from: number;
  /** in memory that the next part uses again */
  readonly numbers: Float64Array;
}

/** Numbers of a part: words and numbers stay in the processor's first cache. */
const partSize = 4096;
/** Uniform and normal numbers of one key come from counters of their own. */
const streams = { uniform: 0, normal: 1 } as const;

type Distribution = (words: Uint32Array, numbers: Float64Array) => void;

const flat: Distribution = (words, numbers) => {
  for (let i = 0; i < numbers.length; i += 1) numbers[i] = (words[i] ?? 0) / 4294967296;
};

/** Box–Muller: two words make two numbers. */
const bell: Distribution = (words, numbers) => {
  for (let i = 0; i < numbers.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(((words[i] ?? 0) + 1) / 4294967297));
    const angle = (2 * Math.PI * (words[i + 1] ?? 0)) / 4294967296;
    numbers[i] = radius * Math.cos(angle);
    if (i + 1 < numbers.length) numbers[i + 1] = radius * Math.sin(angle);
  }
};

const parts = (stream: number, distribute: Distribution) =>
  function* (k: Key, n: number): Generator<Part> {
    const words = new Uint32Array(Math.min(partSize, n + (n % 2)));
    const numbers = new Float64Array(words.length);
    for (let from = 0; from < n; from += words.length) {
      const part = numbers.subarray(0, n - from);
      encrypt(k, from, stream, words);
      distribute(words, part);
      yield { from, numbers: part };
    }
  };

/** n numbers, uniform in [0, 1), 32 bits of resolution, part by part. */
export const uniformParts = parts(streams.uniform, flat);

/** n numbers, standard normal, part by part. */
export const normalParts = parts(streams.normal, bell);

const collected = (n: number, parts: Iterable<Part>): Float64Array => {
  const out = new Float64Array(n);
  for (const { from, numbers } of parts) out.set(numbers, from);
  return out;
};

/** n numbers, uniform in [0, 1), 32 bits of resolution. */
export const uniform = (k: Key, n: number): Float64Array => collected(n, uniformParts(k, n));

/** n numbers, standard normal (Box–Muller). */
export const normal = (k: Key, n: number): Float64Array => collected(n, normalParts(k, n));

/** 0…n−1 in random order (Fisher–Yates). */
export const permutation = (k: Key, n: number): Int32Array => {
  const out = Int32Array.from({ length: n }, (_, i) => i);
  const u = uniform(k, n);
  for (let i = n - 1; i > 0; i -= 1) {
    const j = Math.floor((u[i] ?? 0) * (i + 1));
    const held = out[i] ?? 0;
    out[i] = out[j] ?? 0;
    out[j] = held;
  }
  return out;
};
