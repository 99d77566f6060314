/**
 * Log-mel: the sound of a video to what HTS-AT takes, one spectrogram for each second that stands for a segment.
 * idea:   a repeated second has a periodic spectrogram: two repetitions hold every frame of ten but for copies, edges included.
 * laws:   test/molt/preprocess/logmel.test.ts — equal to librosa; equal to the spectrogram of the whole tile, bit for bit; silence is −100 dB.
 * not:    more frames than the picture holds: the released code crops at random, here the first ones stay.
 * source: HTS-AT's front end as DG-SCT feeds it (sizes in molt/data/audio/logmel.ts); Chen et al. 2022, arXiv:2202.00874
 */
import { chain, type Either, right } from 'fp-ts/lib/Either.js';
import type { Fault } from '../../shapes/index.ts';
import { fullFrames, type HtsatConfig } from '../backbones/config.ts';
import { embeddedFrontEnd, frameCount, htsatFrontEnd, logMel, type LogMelConfig } from '../data/audio/logmel.ts';
import type { Setting } from './setting.ts';
import { chosenSeconds, heard, secondOf, type Segments, tiled } from './sound.ts';

/**
 * htsat:    the published front end: 32 kHz, a second repeated to the setting's length, dB.
 * embedded: the one that this repository's tiny HTS-AT was trained with: 16 kHz, one second, 64 frames, natural logarithm.
 */
export const frontEnds = {
  htsat: { config: htsatFrontEnd, repeats: true },
  embedded: { config: embeddedFrontEnd, repeats: false },
} as const satisfies { readonly [name: string]: { readonly config: LogMelConfig; readonly repeats: boolean } };

export type FrontEndName = keyof typeof frontEnds;

/** What one segment looks like under a front end. */
export interface LogMelPlan {
  readonly front: LogMelConfig;
  /** samples after repeating */
  readonly samples: number;
  /** of the spectrogram that the trunk gets */
  readonly frames: number;
}

/** The sizes of a segment: mel bands as the trunk has them, frames as many as the sound gives and the picture holds. */
export const logmelPlan = ({ waveform }: Pick<Setting, 'waveform'>, config: HtsatConfig, frontEnd: FrontEndName): LogMelPlan => {
  const { config: published, repeats } = frontEnds[frontEnd];
  const front: LogMelConfig = { ...published, mels: config.mels };
  const samples = repeats ? waveform.tiled : front.sampleRate;
  return { front, samples, frames: Math.min(frameCount(front, samples), fullFrames(config)) };
};

/** The spectrogram of a piece repeated to `length` samples, from that of two repetitions. shape: [n] → [frames, mels] */
export const repeatedLogMel = (front: LogMelConfig, spectrogram: (samples: Float32Array) => Float32Array) => (piece: Float32Array, length: number): Float32Array => {
  const { hop, window, mels } = front;
  const short = 2 * piece.length + (length % piece.length);
  const period = piece.length / hop;
  const edge = Math.ceil(window / 2 / hop);
  if (!Number.isInteger(period) || length <= short || period <= 2 * edge) return spectrogram(tiled(piece, length));
  const some = spectrogram(tiled(piece, short));
  const count = frameCount(front, length);
  const missing = count - some.length / mels;
  const out = new Float32Array(count * mels);
  for (let t = 0; t < count; t += 1) {
    const from = t < edge ? t : t >= count - edge ? t - missing : edge + ((t - edge) % period);
    out.set(some.subarray(from * mels, (from + 1) * mels), t * mels);
  }
  return out;
};

/**
 * The sound of a video to the log-mel spectrograms of its segments.
 * shape:   samples [n] at the front end's rate, −1 … 1 → [T, 1, frames, mels]; HTS-AT: frames 1001 (ten repetitions) or 501 (five)
 * units:   dB of power, floor −100 (embedded: natural logarithm)
 * errors:  Shape for less than one second in all, NotFinite. A last second that is cut short is filled up with silence before it is repeated.
 * source:  DG-SCT's loaders, HTS-AT's front end
 */
export const logmelOf = (setting: Pick<Setting, 'segments' | 'seconds' | 'waveform'>, config: HtsatConfig, frontEnd: FrontEndName = 'htsat'): ((samples: Float32Array) => Either<Fault, Segments>) => {
  const { front, samples: length, frames } = logmelPlan(setting, config, frontEnd);
  const spectrogram = repeatedLogMel(front, logMel(front));
  const rate = front.sampleRate;
  const { segments, seconds, waveform } = setting;
  return (samples) =>
    chain((whole: Float32Array): Either<Fault, Segments> => {
      const size = frames * front.mels;
      const data = new Float32Array(segments * size);
      chosenSeconds({ segments, seconds, waveform: { ...waveform, rate } }, whole.length).forEach((k, t) => {
        data.set(spectrogram(secondOf(whole, rate, k), length).subarray(0, size), t * size);
      });
      return right({ sizes: [segments, 1, frames, front.mels], dtype: 'f32', data });
    })(heard(samples, rate));
};
