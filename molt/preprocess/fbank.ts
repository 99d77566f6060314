/**
 * Filter banks: the sound of a video to pictures for a Swin that both modalities share.
 * idea:   T overlapping or spaced windows of the sound, each a picture of time × mel bins, normalised, then filled up to a square with zeros.
 * laws:   test/molt/preprocess/fbank.test.ts — equal to an independent computation for every setting; the three channels are equal.
 * source: LAVisH's loaders (`_wav2fbank`), https://github.com/GenjiB/LAVISH
 */
import { chain, type Either, right } from 'fp-ts/lib/Either.js';
import type { Fault } from '../../shapes/index.ts';
import { type KaldiConfig, kaldiDefaults, kaldiFbank } from './kaldi.ts';
import { integersBetween } from './linspace.ts';
import type { Setting } from './setting.ts';
import { heard, type Segments } from './sound.ts';

/** The side that the published hops are made for. */
const publishedSide = 192;

/**
 * Kaldi's configuration for pictures of a side.
 * Inferred, no source has another side than 192: bins as many as the side, the hop in the same ratio, so that a picture spans the same time.
 */
export const fbankPlan = ({ fbank }: Pick<Setting, 'fbank'>, side: number): KaldiConfig => ({
  ...kaldiDefaults,
  rate: fbank.rate,
  hop: Math.floor(fbank.rate * ((fbank.hop * publishedSide) / side) * 0.001),
  bins: side,
});

/** First samples of the T windows of a sound of n samples; one too short for them is a window of its own, T times. */
export const windowsOf = ({ segments, fbank }: Pick<Setting, 'segments' | 'fbank'>, n: number): readonly { readonly from: number; readonly to: number }[] => {
  const free = n - fbank.rate * (fbank.window + 0.1);
  if (free <= 0) return Array.from({ length: segments }, () => ({ from: 0, to: n }));
  const length = Math.floor(fbank.rate * fbank.window);
  return integersBetween(0, free, segments).map((from) => ({ from, to: from + length }));
};

/** A sound without its mean. */
const centred = (samples: Float32Array): Float64Array => {
  let total = 0;
  for (let i = 0; i < samples.length; i += 1) total += samples[i] ?? 0;
  const mean = total / samples.length;
  const out = new Float64Array(samples.length);
  for (let i = 0; i < samples.length; i += 1) out[i] = (samples[i] ?? 0) - mean;
  return out;
};

/**
 * The sound of a video to the filter banks of its segments.
 * shape:   samples [n] at 16 kHz, −1 … 1 → [T, 3, side (time), side (mel)], three equal channels
 * units:   (ln energy − mean) / (2 · deviation); rows beyond the window are 0
 * errors:  Shape for less than one second in all, NotFinite
 * source:  LAVisH's loaders
 */
export const fbankOf = (setting: Pick<Setting, 'segments' | 'fbank'>, side: number): ((samples: Float32Array) => Either<Fault, Segments>) => {
  const plan = fbankPlan(setting, side);
  const banks = kaldiFbank(plan);
  const { mean, deviation } = setting.fbank;
  return (samples) =>
    chain((whole: Float32Array): Either<Fault, Segments> => {
      const plane = side * side;
      const data = new Float32Array(setting.segments * 3 * plane);
      const level = centred(whole);
      windowsOf(setting, whole.length).forEach(({ from, to }, t) => {
        const values = banks(level.subarray(from, to));
        const start = 3 * t * plane;
        for (let i = 0; i < Math.min(plane, values.length); i += 1) data[start + i] = ((values[i] ?? 0) - mean) / (2 * deviation);
        for (let c = 1; c < 3; c += 1) data.copyWithin(start + c * plane, start, start + plane);
      });
      return right({ sizes: [setting.segments, 3, side, side], dtype: 'f32', data });
    })(heard(samples, plan.rate));
};
