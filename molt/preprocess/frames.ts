/**
 * Frames: which pictures of a video stand for its segments.
 * laws:   test/molt/preprocess/sampling.test.ts — in range, monotone, equal to numpy; as many pictures as segments are all taken.
 * source: LAVisH's loaders (`np.linspace(1, n, num=10, dtype=int)`, files counted from 1); AVSBench, arXiv:2207.05042, section 3.1
 */
import { integersBetween } from './linspace.ts';
import type { FrameChoice, Setting } from './setting.ts';

const choices = {
  linspace: (count, segments) => integersBetween(1, count, segments).map((one) => one - 1),
  'last-of-second': (count, segments) => Array.from({ length: segments }, (_, k) => Math.max(0, Math.floor(((k + 1) * count) / segments) - 1)),
} as const satisfies { readonly [C in FrameChoice]: (count: number, segments: number) => readonly number[] };

/**
 * Indices, from 0, of the frames that stand for the T segments of a video of `count` frames.
 * shape:   → [T], each in 0 … count − 1, never falling, repeated where there are fewer frames than segments; [] of no frames at all.
 * source:  the setting's loader
 */
export const chosenFrames = ({ frames, segments }: Pick<Setting, 'frames' | 'segments'>, count: number): readonly number[] =>
  count < 1 ? [] : choices[frames](count, segments);
