/**
 * Random: a splittable, counter-based generator; a key is a value, the same key always gives the same numbers.
 * idea:  Threefry-2x32 with 20 rounds encrypts a counter under the key; splitting and naming are encryptions too.
 * laws:  proofs/dsl/random.ts: deterministic, distinct children, uniform in [0, 1), normal moments
 * source: Salmon, Moraes, Dror & Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011
 */

/** 64 bits as two unsigned 32-bit words. */
export type Key = readonly [number, number];

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** One block of Threefry-2x32, 20 rounds: two words from a key and a two-word counter. */
export const threefry = ([k0, k1]: Key, [c0, c1]: Key): Key => {
  const schedule = [k0, k1, 0x1bd11bda ^ k0 ^ k1] as const;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let round = 0; round < 20; round += 1) {
    const r = rotations[round % 8] ?? 0;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << r) | (x1 >>> (32 - r))) ^ x0;
    if (round % 4 === 3) {
      const s = (round + 1) / 4;
      x0 = (x0 + (schedule[s % 3] ?? 0)) | 0;
      x1 = (x1 + (schedule[(s + 1) % 3] ?? 0) + s) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
};

/** The key of a seed: any integer up to 2^53. */
export const key = (seed: number): Key => threefry([0, 0], [seed >>> 0, Math.floor(seed / 4294967296) >>> 0]);

/** The i-th child of a key; children of different i are independent. */
export const child = (k: Key, i: number): Key => threefry(k, [i >>> 0, 0x5eed]);

/** The child of a key named by text, so that adding one name changes no other. */
export const named = (k: Key, name: string): Key => [...name].reduce<Key>((acc, c) => threefry(acc, [c.codePointAt(0) ?? 0, 0x6e616d65]), k);

/** n numbers, uniform in [0, 1), 32 bits of resolution. */
export const uniform = (k: Key, n: number): Float64Array => {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i += 2) {
    const [a, b] = threefry(k, [i, 0]);
    out[i] = a / 4294967296;
    if (i + 1 < n) out[i + 1] = b / 4294967296;
  }
  return out;
};

/** n numbers, standard normal (Box–Muller). */
export const normal = (k: Key, n: number): Float64Array => {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i += 2) {
    const [a, b] = threefry(k, [i, 1]);
    const radius = Math.sqrt(-2 * Math.log((a + 1) / 4294967297));
    const angle = (2 * Math.PI * b) / 4294967296;
    out[i] = radius * Math.cos(angle);
    if (i + 1 < n) out[i + 1] = radius * Math.sin(angle);
  }
  return out;
};

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
