/**
 * Fundamental frequency of a note: the least lag at which the signal repeats.
 * idea:    YIN — the squared difference with a shifted copy, divided by its running mean, dips below a threshold first at the period; the median of several frames.
 * not:     a tracker: one recording is one note.
 * source:  de Cheveigné & Kawahara 2002, J. Acoust. Soc. Am. 111(4).
 */

export interface Pitch {
  /** MIDI note number, 69 = 440 Hz; fractional */
  readonly midi: number;
  /** 0 = perfectly periodic; the median dip of the frames that were voiced */
  readonly aperiodicity: number;
  /** share of frames that were voiced */
  readonly voiced: number;
}

const threshold = 0.12;
const length = 2048; // samples compared per lag
const lowest = 27; // Hz

/** Period in samples and the depth of its dip, for one frame; undefined where nothing dips. */
const period = (samples: Float32Array, start: number, maxLag: number): { readonly lag: number; readonly dip: number } | undefined => {
  const normal = new Float64Array(maxLag + 1).fill(1);
  let running = 0;
  for (let lag = 1; lag <= maxLag; lag++) {
    let sum = 0;
    for (let i = start; i < start + length; i++) {
      const d = (samples[i] ?? 0) - (samples[i + lag] ?? 0);
      sum += d * d;
    }
    running += sum;
    normal[lag] = running > 0 ? (sum * lag) / running : 1;
  }
  const at = (lag: number): number => normal[lag] ?? 1;
  for (let lag = 2; lag < maxLag; lag++) {
    if (at(lag) >= threshold) continue;
    while (lag + 1 < maxLag && at(lag + 1) < at(lag)) lag++;
    const [a, b, c] = [at(lag - 1), at(lag), at(lag + 1)];
    const bend = a - 2 * b + c;
    return { lag: lag + (bend > 0 ? (0.5 * (a - c)) / bend : 0), dip: b };
  }
  return undefined;
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/**
 * The pitch of a recorded note, or undefined where less than half of its frames repeat.
 * shape:   samples [n] at `sampleRate` Hz; five frames from 0.08 s on.
 */
export const pitchOf = (samples: Float32Array, sampleRate: number): Pitch | undefined => {
  const maxLag = Math.ceil(sampleRate / lowest);
  const starts = [0.08, 0.14, 0.2, 0.28, 0.36].map((s) => Math.floor(s * sampleRate)).filter((s) => s + length + maxLag < samples.length);
  const found = starts.flatMap((start) => period(samples, start, maxLag) ?? []);
  if (found.length === 0 || 2 * found.length < starts.length) return undefined;
  return {
    midi: 69 + 12 * Math.log2(sampleRate / median(found.map((f) => f.lag)) / 440),
    aperiodicity: median(found.map((f) => f.dip)),
    voiced: found.length / starts.length,
  };
};
