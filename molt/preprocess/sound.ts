/**
 * Sound: what every front end asks of samples before it hears them, and the seconds they are cut into.
 * laws:   test/molt/preprocess/logmel.test.ts, test/molt/preprocess/sampling.test.ts — whole seconds in order, the last filled up with silence; tiling repeats and cuts.
 * source: DG-SCT's loaders (`wave.view(10, 32000)`, then doubled until long enough and cut)
 */
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/index.ts';
import { integersBetween } from './linspace.ts';
import type { SecondChoice, Setting } from './setting.ts';

/** Inputs of the T segments of one video: as `Value` of dsl/backend.ts, [T, …]. */
export interface Segments {
  readonly sizes: readonly number[];
  readonly dtype: 'f32';
  readonly data: Float32Array;
}

/** Samples that a front end can hear. errors: Shape for less than a second in all, NotFinite for NaN and infinity. */
export const heard = (samples: Float32Array, rate: number): Either<Fault, Float32Array> => {
  if (samples.length < rate)
    return left(fault('Shape', 'sound', [`${samples.length} samples at ${rate} Hz: ${(samples.length / rate).toFixed(2)} s`], 'at least one second', 'leave this item out, or repeat its sound'));
  for (let i = 0; i < samples.length; i += 1) {
    if (!Number.isFinite(samples[i])) return left(fault('NotFinite', 'sound', [`sample ${i} is ${samples[i]}`], 'finite samples', 'decode the sound again; a floating-point file may hold such values'));
  }
  return right(samples);
};

const choices = {
  first: (segments) => Array.from({ length: segments }, (_, k) => k),
  linspace: (segments, seconds) => integersBetween(1, seconds, segments).map((one) => one - 1),
  stride: (segments, seconds) => Array.from({ length: segments }, (_, k) => k * Math.max(1, Math.floor(seconds / segments))),
} as const satisfies { readonly [C in SecondChoice]: (segments: number, seconds: number) => readonly number[] };

/**
 * Which seconds of a sound stand for the segments: [T], from 0.
 * A sound counts as many seconds as its length rounds to, at most the setting's: 60.02 s and 59.7 s have sixty.
 */
export const chosenSeconds = ({ segments, seconds, waveform }: Pick<Setting, 'segments' | 'seconds' | 'waveform'>, samples: number): readonly number[] =>
  choices[waveform.choice](segments, Math.min(seconds, Math.max(1, Math.round(samples / waveform.rate))));

/** Second k of a sound, filled up with silence where the sound ends. shape: [n] → [rate] */
export const secondOf = (samples: Float32Array, rate: number, k: number): Float32Array => {
  const piece = new Float32Array(rate);
  piece.set(samples.subarray(Math.min(samples.length, k * rate), Math.min(samples.length, (k + 1) * rate)));
  return piece;
};

/** A piece repeated and cut to a length: what doubling until it is long enough, then cutting, gives. shape: [n] → [length] */
export const tiled = (piece: Float32Array, length: number): Float32Array => {
  const out = new Float32Array(length);
  for (let at = 0; at < length && piece.length > 0; at += piece.length) out.set(piece.length <= length - at ? piece : piece.subarray(0, length - at), at);
  return out;
};
