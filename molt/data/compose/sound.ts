/**
 * Sound of a clip: stems of one instrument, and ambience.
 * idea:    a stem plays two to four recordings of its instrument in the seconds in which it is active, each interval starting within 60 ms of its second.
 *          Bowed and blown notes follow one another; plucked, struck and drum notes keep a beat and ring.
 * laws:    test/molt/data/compose — silent outside its active seconds; RMS above 0.01 in each active second.
 */
import type { Random } from './random.ts';
import { noiseAt, noiseOffset } from './noise.ts';
import type { Noise } from './noise.ts';
import type { Recorded } from './materials.ts';

export const sampleRate = 16000;

/** How an instrument's notes follow one another. */
export type Playing = 'sustained' | 'plucked' | 'drum';

export interface Stem {
  /** [seconds · 16000] */
  readonly samples: Float32Array;
  /** ids of the recordings it may have used; empty if it is never active */
  readonly recordings: readonly string[];
}

interface Note {
  /** seconds to the next note */
  readonly gap: number;
  /** seconds that it sounds, before the interval cuts it */
  readonly ring: number;
}

const notes = {
  sustained: (source) => {
    const gap = source.uniform(0.35, 1.1);
    return { gap, ring: 0.97 * gap };
  },
  plucked: (source, beat) => ({ gap: beat * source.pick([0.5, 1, 1]), ring: source.uniform(0.5, 1.5) }),
  drum: (source, beat) => ({ gap: beat * source.pick([0.5, 0.5, 1]), ring: 1.2 }),
} as const satisfies { readonly [P in Playing]: (source: Random, beat: number) => Note };

/** Maximal runs of active seconds as [from, to). */
export const intervals = (active: readonly boolean[]): readonly (readonly [number, number])[] =>
  active.flatMap((on, t) => {
    if (!on || active[t - 1] === true) return [];
    const end = active.indexOf(false, t);
    return [[t, end < 0 ? active.length : end] as const];
  });

const decibel = (db: number): number => 10 ** (db / 20);
const release = 480; // samples, 30 ms
const attack = 160; // samples, where a note starts inside the recording

/** Adds a part of a recording to a stem, played at `rate`, with linear interpolation. */
const addNote = (out: Float32Array, at: number, samples: Float32Array, offset: number, rate: number, length: number, gain: number): void => {
  const n = Math.min(length, Math.floor((samples.length - offset - 2) / rate), out.length - at);
  const fadeIn = offset > 0 ? attack : 0;
  const fadeOut = Math.min(release, n >> 2);
  for (let i = 0; i < n; i++) {
    const position = offset + i * rate;
    const j = Math.floor(position);
    const fraction = position - j;
    const envelope = i < fadeIn ? i / fadeIn : i > n - fadeOut ? (n - i) / fadeOut : 1;
    const value = (samples[j] ?? 0) * (1 - fraction) + (samples[j + 1] ?? 0) * fraction;
    out[at + i] = (out[at + i] ?? 0) + gain * envelope * value;
  }
};

export interface StemOptions {
  readonly playing: Playing;
  readonly recordings: readonly Recorded[];
  /** per second, whether the instrument plays */
  readonly active: readonly boolean[];
  readonly gainDb: number;
  /** rate shift of each note, ± semitones */
  readonly shift: number;
}

/** One instrument's sound over a clip. */
export const stem = (source: Random, { playing, recordings, active, gainDb, shift }: StemOptions): Stem => {
  const out = new Float32Array(active.length * sampleRate);
  const pool = source.shuffle(recordings).slice(0, source.integer(2, 5));
  const beat = source.uniform(0.35, 0.7);
  const runs = intervals(active);
  for (const [from, to] of runs) {
    for (let start = from + source.uniform(0, 0.06); start < to - 0.08; ) {
      const { samples } = source.pick(pool);
      const { gap, ring } = notes[playing](source, beat);
      const inside = playing === 'sustained' && source.chance(0.3) && samples.length > 2.2 * sampleRate;
      const offset = inside ? source.integer(1, sampleRate) : 0;
      const rate = shift === 0 ? 1 : 2 ** (source.uniform(-shift, shift) / 12);
      const length = Math.floor(Math.min(ring, to - start) * sampleRate);
      addNote(out, Math.floor(start * sampleRate), samples, offset, rate, length, decibel(gainDb) * source.uniform(0.75, 1.2));
      start += Math.min(gap, 0.98);
    }
  }
  return { samples: out, recordings: runs.length === 0 ? [] : pool.map(({ id }) => id) };
};

/** A recorded loop mixed with room noise, from a random place on. */
export const ambience = (source: Random, noise: Noise, recorded: Recorded, length: number, db: number): Float32Array => {
  const { samples } = recorded;
  const gain = decibel(db);
  const share = source.uniform(0.05, 0.5);
  const start = source.integer(0, samples.length);
  const offset = noiseOffset(source);
  const out = new Float32Array(length);
  for (let i = 0, k = start; i < length; i++) {
    out[i] = gain * ((1 - share) * (samples[k] ?? 0) + share * noiseAt(noise.room, offset + i));
    if (++k >= samples.length) k = 0;
  }
  return out;
};

/** The sum of waveforms of equal length. */
export const mixed = (first: Float32Array, ...others: readonly Float32Array[]): Float32Array => {
  const out = first.slice();
  for (const other of others) for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) + (other[i] ?? 0);
  return out;
};

/** RMS of second t. */
export const rmsOf = (samples: Float32Array, t: number): number => {
  let energy = 0;
  for (let i = t * sampleRate; i < (t + 1) * sampleRate; i++) energy += (samples[i] ?? 0) ** 2;
  return Math.sqrt(energy / sampleRate);
};
