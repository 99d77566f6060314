/**
 * Sample-rate conversion by a polyphase windowed sinc.
 * idea:    output n sits at input position n·from/to, whose fraction takes only to/gcd values; one row of filter taps for each.
 * laws:    test/molt/data/audio — a sine below the band edge keeps its amplitude; a sine above the new Nyquist frequency vanishes; the mean is kept.
 * source:  Kaiser-windowed sinc, Oppenheim & Schafer, Discrete-Time Signal Processing, section 7.5.
 */

/** Modified Bessel function of the first kind, order 0, by its power series. */
const besselI0 = (x: number): number => {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
};

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Zero crossings on each side; the pass band as a share of the Nyquist frequency; Kaiser's β (about 90 dB). */
const crossings = 16;
const passBand = 0.95;
const beta = 9;

/**
 * A resampler with its tables built once.
 * shape:   samples [n] at `from` Hz → [⌈n·to/from⌉] at `to` Hz; both rates are positive integers.
 */
export const resampler = (from: number, to: number): ((samples: Float32Array) => Float32Array) => {
  if (from === to) return (samples) => samples.slice();
  const divisor = gcd(from, to);
  const [up, down] = [to / divisor, from / divisor];
  const cutoff = passBand * Math.min(1, to / from); // share of the input's Nyquist frequency
  const half = Math.ceil(crossings / cutoff);
  const taps = 2 * half;
  const table = new Float32Array(up * taps);
  for (let phase = 0; phase < up; phase++) {
    let total = 0;
    for (let i = 0; i < taps; i++) {
      const x = i - half + 1 - phase / up;
      const t = x / half;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x);
      const tap = Math.abs(t) >= 1 ? 0 : sinc * besselI0(beta * Math.sqrt(1 - t * t));
      table[phase * taps + i] = tap;
      total += tap;
    }
    for (let i = 0; i < taps; i++) table[phase * taps + i] = (table[phase * taps + i] ?? 0) / total; // unit gain for a constant
  }
  return (samples) => {
    const n = samples.length;
    const out = new Float32Array(Math.ceil((n * to) / from));
    for (let k = 0; k < out.length; k++) {
      const position = k * down;
      const base = Math.floor(position / up) - half + 1;
      const row = (position % up) * taps;
      const first = Math.max(0, -base);
      const last = Math.min(taps, n - base);
      let sum = 0;
      for (let i = first; i < last; i++) sum += (table[row + i] ?? 0) * (samples[base + i] ?? 0);
      out[k] = sum;
    }
    return out;
  };
};
