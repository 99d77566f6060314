/**
 * A recording as composition uses it: mono, 16 kHz, at most four seconds, RMS 0.1 over its first half second.
 * idea:    kept as 16-bit integers with a scale, a quarter of the memory of decoded sound.
 */
import { resampler } from '../audio/resample.ts';
import type { Split } from '../labels.ts';
import type { Sound } from './decoders.ts';

export const sampleRate = 16000;
const longest = 4; // seconds

/** A recording of the bank. */
export interface Entry {
  /** `package/name` */
  readonly id: string;
  /** an instrument, `ambience`, or the name of a General MIDI program */
  readonly group: string;
  readonly splits: readonly Split[];
  /** amplitude = code · scale */
  readonly scale: number;
  readonly codes: Int16Array;
}

/** Resamplers are kept by rate: their tables are large. */
export const resamplers = (): ((rate: number) => (samples: Float32Array) => Float32Array) => {
  const byRate = new Map<number, (samples: Float32Array) => Float32Array>();
  return (rate) => {
    const known = byRate.get(rate);
    if (known !== undefined) return known;
    const made = resampler(rate, sampleRate);
    byRate.set(rate, made);
    return made;
  };
};

/** Share of the peak below which the ends of a recording count as silence (−41 dB). */
const audible = 0.009;

const peakOf = (samples: Float32Array): number => {
  let peak = 0;
  for (const value of samples) peak = Math.max(peak, Math.abs(value));
  return peak;
};

/** The part between the first and the last audible sample. */
const trimmed = (samples: Float32Array): Float32Array => {
  const floor = audible * peakOf(samples);
  const loud = (value: number): boolean => Math.abs(value) >= floor;
  return samples.slice(Math.max(0, samples.findIndex(loud)), samples.findLastIndex(loud) + 1);
};

/** Mono samples at 16 kHz, at most four seconds, silent ends removed; half a filter length is read beyond the cut. */
export const cut = ({ samples, sampleRate: rate }: Sound, resample: (rate: number) => (samples: Float32Array) => Float32Array): Float32Array =>
  trimmed(resample(rate)(samples.subarray(0, Math.ceil((longest + 0.05) * rate))).subarray(0, longest * sampleRate));

/** Gain that brings the first half second to RMS 0.1. */
const gainOf = (samples: Float32Array): number => {
  const n = Math.min(samples.length, sampleRate / 2);
  let energy = 0;
  for (let i = 0; i < n; i++) energy += (samples[i] ?? 0) ** 2;
  return 0.1 / Math.sqrt(energy / Math.max(1, n) + 1e-9);
};

/** Quantises to 16 bits at the recording's own peak. */
export const quantise = (samples: Float32Array): Pick<Entry, 'scale' | 'codes'> => {
  const gain = gainOf(samples);
  const scale = (Math.max(1e-9, peakOf(samples)) * gain) / 32767;
  const codes = new Int16Array(samples.length);
  for (let i = 0; i < codes.length; i++) codes[i] = Math.round(((samples[i] ?? 0) * gain) / scale);
  return { scale, codes };
};

/** The waveform of a recording. */
export const waveform = ({ codes, scale }: Pick<Entry, 'codes' | 'scale'>): Float32Array => {
  const samples = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) samples[i] = (codes[i] ?? 0) * scale;
  return samples;
};
