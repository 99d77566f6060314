/**
 * Whole: one sound from its beginning as one spectrogram, as HTS-AT was trained: nothing is repeated, the trunk stretches what is short.
 * idea:   the frames that the picture holds, and the samples that these frames see; what comes after is left out.
 * laws:   test/molt/preprocess/whole.test.ts — the frames are those of the whole sound's spectrogram; 10 s at 32 kHz give 1001
 * source: HTS-AT's own evaluation (`infer_mode` off); Chen et al. 2022, arXiv:2202.00874
 */
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/index.ts';
import { fullFrames, type HtsatConfig } from '../backbones/config.ts';
import { logMel, type LogMelConfig } from '../data/audio/logmel.ts';
import { type FrontEndName, frontEnds } from './logmel.ts';

export interface WholeSound {
  /** Hz */
  readonly rate: number;
  /** more of a sound is not heard */
  readonly seconds: number;
  /** seconds that the picture holds */
  readonly held: number;
  /**
   * shape:  samples [n] at `rate`, −1 … 1 → [frames, mels], row by row
   * errors: Shape for less than one window, NotFinite
   */
  readonly logmel: (samples: Float32Array) => Either<Fault, { readonly frames: number; readonly data: Float32Array }>;
}

const refused = (samples: Float32Array, { window, sampleRate }: LogMelConfig): Fault | undefined => {
  if (samples.length < window) return fault('Shape', 'sound', [`${samples.length} samples at ${sampleRate} Hz`], `at least ${window} samples, one window`, 'take a longer sound');
  const bad = samples.findIndex((x) => !Number.isFinite(x));
  return bad < 0 ? undefined : fault('NotFinite', 'sound', [`sample ${bad} is ${samples[bad]}`], 'finite samples', 'decode the sound again; a floating-point file may hold such values');
};

/** A front end over whole sounds, for a trunk's mel bands and picture. */
export const wholeSound = (config: HtsatConfig, frontEnd: FrontEndName = 'htsat'): WholeSound => {
  const front: LogMelConfig = { ...frontEnds[frontEnd].config, mels: config.mels };
  const spectrogram = logMel(front);
  const most = fullFrames(config);
  const { hop, window, sampleRate } = front;
  const samplesSeen = most * hop + window;
  return {
    rate: sampleRate, seconds: samplesSeen / sampleRate, held: (most * hop) / sampleRate,
    logmel: (samples) => {
      const refusal = refused(samples, front);
      if (refusal !== undefined) return left(refusal);
      const all = spectrogram(samples.subarray(0, samplesSeen));
      const frames = Math.min(most, all.length / config.mels);
      return right({ frames, data: all.subarray(0, frames * config.mels) });
    },
  };
};
