/**
 * Precomputed noise, read from a random place on: as good as fresh noise for a clip and many times faster.
 * idea:    two tables from one fixed seed: white, and white with its low-passed shadow, as rooms and wind have.
 */
import { random } from './random.ts';
import type { Random } from './random.ts';

export interface Noise {
  /** standard normal, [2^18] */
  readonly white: Float32Array;
  /** half white, half brown, RMS about 0.07, [2^18] */
  readonly room: Float32Array;
}

const length = 2 ** 18;

export const makeNoise = (): Noise => {
  const source = random(0x6e6f6973);
  const white = Float32Array.from({ length }, () => source.normal());
  let slow = 0;
  const room = Float32Array.from({ length }, () => {
    slow = 0.97 * slow + 0.03 * source.normal();
    return 0.1 * (0.5 * source.normal() + 3 * slow);
  });
  return { white, room };
};

/** Where to start reading a table. */
export const noiseOffset = (source: Random): number => source.integer(0, length);

/** Element i of a table read from an offset on, wrapping round. */
export const noiseAt = (table: Float32Array, i: number): number => table[i & (length - 1)] ?? 0;
