/**
 * Mel filter banks: triangles equally spaced on a mel scale, as sparse rows over the bins of a power spectrum.
 * idea:    a band is (first bin, weights); a band too narrow to meet any bin takes the bin nearest to its centre, so no band is dead.
 * source:  HTK (O'Shaughnessy 1987) 2595·log10(1 + f/700); Slaney's Auditory Toolbox (1998), linear below 1 kHz, logarithmic above.
 */

export type MelScale = 'htk' | 'slaney';

/** none: triangles of height 1. slaney: triangles of area 1 per Hz (2 / width). */
export type MelNorm = 'none' | 'slaney';

export interface Band {
  readonly first: number;
  readonly weights: Float64Array;
}

export interface FilterBankConfig {
  readonly sampleRate: number;
  readonly fft: number;
  readonly mels: number;
  readonly fMin: number;
  readonly fMax: number;
  readonly scale: MelScale;
  readonly norm: MelNorm;
}

interface Scale {
  readonly toMel: (hertz: number) => number;
  readonly toHertz: (mel: number) => number;
}

const linear = 200 / 3; // Hz per mel below 1 kHz
const step = Math.log(6.4) / 27; // logarithmic step above 1 kHz

const scales = {
  htk: { toMel: (f) => 2595 * Math.log10(1 + f / 700), toHertz: (m) => 700 * (10 ** (m / 2595) - 1) },
  slaney: {
    toMel: (f) => (f < 1000 ? f / linear : 15 + Math.log(f / 1000) / step),
    toHertz: (m) => (m < 15 ? m * linear : 1000 * Math.exp(step * (m - 15))),
  },
} as const satisfies { readonly [S in MelScale]: Scale };

/**
 * The `mels` bands of a filter bank over bins 0…fft/2.
 * units:   corner frequencies in Hz, bin k is k·sampleRate/fft Hz.
 * source:  librosa.filters.mel (htk True/False, norm None/'slaney').
 */
export const filterBank = (config: FilterBankConfig): readonly Band[] => {
  const { toMel, toHertz } = scales[config.scale];
  const low = toMel(config.fMin);
  const high = toMel(config.fMax);
  const corner = (i: number): number => toHertz(low + ((high - low) * i) / (config.mels + 1));
  const hertz = config.sampleRate / config.fft;
  return Array.from({ length: config.mels }, (_, m): Band => {
    const [from, centre, to] = [corner(m), corner(m + 1), corner(m + 2)];
    const height = config.norm === 'slaney' ? 2 / (to - from) : 1;
    const weights: number[] = [];
    let first = -1;
    for (let k = 0; k <= config.fft / 2; k++) {
      const weight = Math.min((k * hertz - from) / (centre - from), (to - k * hertz) / (to - centre));
      if (weight <= 0) continue;
      if (first < 0) first = k;
      weights.push(weight * height);
    }
    return first < 0 ? { first: Math.round(centre / hertz), weights: Float64Array.of(height) } : { first, weights: Float64Array.from(weights) };
  });
};
