/** Golden values of test/golden/preprocess_reference.py, and its pictures and waves, which are formulas. */
import { readFileSync } from 'node:fs';
import { isRight } from 'fp-ts/lib/Either.js';
import { decode } from '../../../dsl/safetensors/index.ts';
import type { Frame } from '../../../molt/preprocess/index.ts';

const file = decode('preprocess.safetensors', readFileSync(new URL('../../golden/preprocess.safetensors', import.meta.url)));
const tensors = isRight(file) ? file.right.tensors : new Map();

/** Name's parts after the family, and the values, of each tensor of a family. */
export const family = (name: string): readonly { readonly key: string; readonly parts: readonly string[]; readonly sizes: readonly number[]; readonly data: readonly number[] }[] =>
  [...tensors].filter(([key]) => key === name || key.startsWith(`${name}.`)).map(([key, { sizes, data }]) => ({ key, parts: key.split('.').slice(1), sizes: [...sizes], data: Array.from(data, Number) }));

export const values = (name: string): readonly number[] => family(name)[0]?.data ?? [];

/** A rough surface of integers. */
export const picture = (width: number, height: number): Frame => {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) for (let c = 0; c < 3; c += 1) data[3 * (y * width + x) + c] = (131 * x + 197 * y + 71 * c + 7 * x * y) % 256;
  return { width, height, data };
};

const at = {
  silence: () => 0,
  full: (i: number, rate: number) => (Math.floor((2000 * i) / rate) % 2 === 0 ? 1 : -1),
  rough: (i: number) => ((i * 7919 + ((i * i) % 104729)) % 2003) / 2003 - 0.3,
  chirp: (i: number, rate: number) => {
    const t = i / rate;
    const tone = 0.3 * Math.sin(2 * Math.PI * 3001 * t);
    return i % rate < 0.8 * rate ? 0.5 * Math.sin(2 * Math.PI * (200 * t + 150 * t * t)) + tone : tone;
  },
} as const;

export type WaveKind = keyof typeof at;
export const isWave = (name: string): name is WaveKind => name in at;

export const wave = (kind: WaveKind, n: number, rate: number): Float32Array => {
  const out = new Float32Array(n);
  for (let i = 0; i < n; i += 1) out[i] = at[kind](i, rate);
  return out;
};

/** The largest difference of two lists of equal length; NaN counts as infinity. */
export const apart = (x: ArrayLike<number>, y: ArrayLike<number>): number => {
  if (x.length !== y.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < x.length; i += 1) {
    const difference = Math.abs((x[i] ?? Number.NaN) - (y[i] ?? Number.NaN));
    most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }
  return most;
};
