/**
 * Kaldi's filter banks: a wave to frames × bins of log energy.
 * idea:   each frame loses its mean, is pre-emphasised, windowed and transformed; triangles are straight on the mel scale, not on the scale of Hz.
 * laws:   test/molt/preprocess/fbank.test.ts — equal to an independent computation; a bin between two lines of the spectrum is the floor's logarithm.
 * not:    dither, an energy column, frames that reach beyond the sound (snip-edges), vocal tract warping.
 * source: Kaldi's compute-fbank-feats, feat/feature-fbank.cc and feat/mel-computations.cc, as torchaudio.compliance.kaldi.fbank restates them
 */
import FFT from 'fft.js';

/** hanning: a symmetric Hann window. povey: the same to the power 0.85. */
export type KaldiWindow = 'hanning' | 'povey';

export interface KaldiConfig {
  /** Hz */
  readonly rate: number;
  /** samples of a frame */
  readonly frame: number;
  /** samples between frames */
  readonly hop: number;
  /** points of the transform, a power of two ≥ frame */
  readonly fft: number;
  readonly bins: number;
  /** Hz; the upper end is half the rate */
  readonly low: number;
  readonly preemphasis: number;
  readonly window: KaldiWindow;
  /** least energy of a bin */
  readonly floor: number;
}

/** What LAVisH leaves at or sets from Kaldi's defaults: 25 ms frames at 16 kHz in 512 points, from 20 Hz, pre-emphasis 0.97, float32's epsilon as the floor. */
export const kaldiDefaults = { rate: 16000, frame: 400, fft: 512, low: 20, preemphasis: 0.97, window: 'hanning', floor: 1.1920928955078125e-7 } as const;

const hann = (i: number, length: number): number => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (length - 1));

const windows = {
  hanning: hann,
  povey: (i, length) => hann(i, length) ** 0.85,
} as const satisfies { readonly [W in KaldiWindow]: (i: number, length: number) => number };

const mel = (hertz: number): number => 1127 * Math.log(1 + hertz / 700);

/** One triangle: weights of the spectrum's lines from `first` on; none where no line lies inside. */
interface Triangle {
  readonly first: number;
  readonly weights: Float64Array;
}

/** The triangles of a bank. shape: → [bins] over lines 0 … fft/2 − 1 (Kaldi leaves the last line out) */
export const kaldiBank = ({ rate, fft, bins, low }: KaldiConfig): readonly Triangle[] => {
  const lowest = mel(low);
  const step = (mel(rate / 2) - lowest) / (bins + 1);
  return Array.from({ length: bins }, (_, b): Triangle => {
    const [left, centre, right] = [lowest + b * step, lowest + (b + 1) * step, lowest + (b + 2) * step];
    const weights: number[] = [];
    let first = 0;
    for (let k = 0; k < fft / 2; k += 1) {
      const at = mel((k * rate) / fft);
      const weight = Math.min((at - left) / (centre - left), (right - at) / (right - centre));
      if (weight <= 0) continue;
      if (weights.length === 0) first = k;
      weights.push(weight);
    }
    return { first, weights: Float64Array.from(weights) };
  });
};

/** Number of whole frames in a wave of n samples. */
export const kaldiFrames = ({ frame, hop }: Pick<KaldiConfig, 'frame' | 'hop'>, n: number): number => (n < frame ? 0 : 1 + Math.floor((n - frame) / hop));

/**
 * Filter banks with their tables built once.
 * shape:   samples [n] → [kaldiFrames(config, n), bins]
 * units:   natural logarithm of energy; samples in −1 … 1 as LAVisH has them (Kaldi itself takes 16-bit integers)
 */
export const kaldiFbank = (config: KaldiConfig): ((samples: Float64Array) => Float64Array) => {
  const { frame, hop, fft: size, bins, preemphasis, floor } = config;
  const bank = kaldiBank(config);
  const window = Float64Array.from({ length: frame }, (_, i) => windows[config.window](i, frame));
  const fft = new FFT(size);
  return (samples) => {
    const count = kaldiFrames(config, samples.length);
    const out = new Float64Array(count * bins);
    const input = new Float64Array(size);
    const spectrum = new Float64Array(2 * size);
    const power = new Float64Array(size / 2);
    for (let t = 0; t < count; t += 1) {
      const start = t * hop;
      let total = 0;
      for (let i = 0; i < frame; i += 1) total += samples[start + i] ?? 0;
      const mean = total / frame;
      let before = (samples[start] ?? 0) - mean;
      for (let i = 0; i < frame; i += 1) {
        const value = (samples[start + i] ?? 0) - mean;
        input[i] = (value - preemphasis * before) * (window[i] ?? 0);
        before = value;
      }
      fft.realTransform(spectrum, input);
      for (let k = 0; k < power.length; k += 1) power[k] = (spectrum[2 * k] ?? 0) ** 2 + (spectrum[2 * k + 1] ?? 0) ** 2;
      for (let b = 0; b < bins; b += 1) {
        const triangle = bank[b];
        let energy = 0;
        if (triangle !== undefined) for (let k = 0; k < triangle.weights.length; k += 1) energy += (triangle.weights[k] ?? 0) * (power[triangle.first + k] ?? 0);
        out[t * bins + b] = Math.log(Math.max(floor, energy));
      }
    }
    return out;
  };
};
