/**
 * The log-mel front end: a waveform to a picture of frames × mel bands.
 * idea:    window, real FFT, power, mel bands, logarithm; every choice is a field of one config, so the embedded set's recipe and HTS-AT's are two values.
 * laws:    test/molt/data/audio — frames · hop = samples (per-hop), 1 + ⌊samples/hop⌋ frames (centred); a louder copy shifts dB by 20·log10(gain); a sine peaks in its band.
 * not:     a module of Node: the same code runs in a browser.
 * source:  torchlibrosa Spectrogram + LogmelFilterBank (as in HTS-AT, arXiv:2202.00874) for `htsatFrontEnd`.
 */
import FFT from 'fft.js';
import { filterBank } from './mel.ts';
import type { FilterBankConfig } from './mel.ts';

/**
 * Where frame t lies. per-hop: centred in samples [t·hop, (t+1)·hop), zeros outside, ⌊n/hop⌋ frames.
 * centred-reflect: centred at sample t·hop, the signal mirrored at both ends, 1 + ⌊n/hop⌋ frames.
 */
export type Framing = 'per-hop' | 'centred-reflect';

/** natural: ln(power + floor). decibel: 10·log10(max(floor, power)). */
export type Compression = { readonly kind: 'natural'; readonly floor: number } | { readonly kind: 'decibel'; readonly floor: number };

export interface LogMelConfig extends FilterBankConfig {
  /** length of the periodic Hann window, in samples, ≤ fft */
  readonly window: number;
  /** samples between frames */
  readonly hop: number;
  readonly framing: Framing;
  readonly compression: Compression;
}

/** The embedded set: 16 kHz, exactly 64 frames a second, 64 HTK bands, 60–7600 Hz, ln(p + 1e-4). */
export const embeddedFrontEnd: LogMelConfig = {
  sampleRate: 16000, fft: 512, window: 400, hop: 250, mels: 64, fMin: 60, fMax: 7600,
  scale: 'htk', norm: 'none', framing: 'per-hop', compression: { kind: 'natural', floor: 1e-4 },
};

/** HTS-AT as published: 32 kHz, 100 frames a second, 64 Slaney bands, 50–14000 Hz, dB. */
export const htsatFrontEnd: LogMelConfig = {
  sampleRate: 32000, fft: 1024, window: 1024, hop: 320, mels: 64, fMin: 50, fMax: 14000,
  scale: 'slaney', norm: 'slaney', framing: 'centred-reflect', compression: { kind: 'decibel', floor: 1e-10 },
};

/** Number of frames of a waveform of `samples` samples. */
export const frameCount = (config: LogMelConfig, samples: number): number => Math.floor(samples / config.hop) + (config.framing === 'per-hop' ? 0 : 1);

const compress = {
  natural: (power: number, floor: number): number => Math.log(power + floor),
  decibel: (power: number, floor: number): number => 10 * Math.log10(Math.max(floor, power)),
} as const satisfies { readonly [K in Compression['kind']]: (power: number, floor: number) => number };

/** Index of sample i of a signal of length n mirrored at both ends without repeating the end samples. */
const mirror = (i: number, n: number): number => {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const j = ((i % period) + period) % period;
  return j < n ? j : period - j;
};

/**
 * A front end with its tables built once.
 * shape:   samples [n] → [frameCount(config, n), mels], row by row.
 * errors:  none; an empty waveform has no frames.
 */
export const logMel = (config: LogMelConfig): ((samples: Float32Array) => Float32Array) => {
  const { fft: size, window, hop, mels, framing } = config;
  const bands = filterBank(config);
  const hann = Float64Array.from({ length: window }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / window));
  const fft = new FFT(size);
  const log = compress[config.compression.kind];
  const { floor } = config.compression;
  return (samples) => {
    const n = samples.length;
    const count = n === 0 ? 0 : frameCount(config, n);
    const out = new Float32Array(count * mels);
    const input = new Float64Array(size);
    const spectrum = new Float64Array(2 * size);
    const power = new Float64Array(size / 2 + 1);
    const offset = framing === 'per-hop' ? (hop - window) / 2 : -window / 2;
    for (let t = 0; t < count; t++) {
      const start = t * hop + Math.floor(offset);
      for (let i = 0; i < window; i++) {
        const j = start + i;
        const inside = j >= 0 && j < n;
        const value = inside ? (samples[j] ?? 0) : framing === 'per-hop' ? 0 : (samples[mirror(j, n)] ?? 0);
        input[i] = value * (hann[i] ?? 0);
      }
      fft.realTransform(spectrum, input);
      for (let k = 0; k <= size / 2; k++) power[k] = (spectrum[2 * k] ?? 0) ** 2 + (spectrum[2 * k + 1] ?? 0) ** 2;
      for (let m = 0; m < mels; m++) {
        const band = bands[m];
        if (band === undefined) continue;
        let sum = 0;
        for (let k = 0; k < band.weights.length; k++) sum += (band.weights[k] ?? 0) * (power[band.first + k] ?? 0);
        out[t * mels + m] = log(sum, floor);
      }
    }
    return out;
  };
};

/** A log-mel value of the embedded front end as a byte, and back: 1/16 steps from −9.5. */
export const melByte = (value: number): number => Math.max(0, Math.min(255, Math.round((value + 9.5) * 16)));
export const melValue = (byte: number): number => byte / 16 - 9.5;

/** melByte of each value. */
export const melBytes = (values: Float32Array): Uint8Array => {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = melByte(values[i] ?? 0);
  return bytes;
};
