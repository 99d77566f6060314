/**
 * What clips are composed of, whatever it was read from.
 * idea:    composition sees recordings as waveforms with an id and drawings as glyphs with an id, so that a clip can say what it used.
 */
import type { Instrument } from '../labels.ts';
import type { Glyph } from './glyph.ts';

export interface Recorded {
  readonly id: string;
  /** mono at 16 kHz, RMS 0.1 over the first half second */
  readonly samples: Float32Array;
}

export interface Drawing {
  /** `style/name` */
  readonly id: string;
  readonly style: string;
  readonly glyph: Glyph;
}

/** The sounds of one split. */
export interface Sounds {
  readonly instruments: { readonly [I in Instrument]: readonly Recorded[] };
  readonly ambience: readonly Recorded[];
}

/** The drawings of one split; distractors grouped by style. */
export interface Drawings {
  readonly instruments: { readonly [I in Instrument]: readonly Drawing[] };
  readonly distractors: readonly (readonly Drawing[])[];
}
