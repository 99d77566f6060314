/**
 * The frozen splits: no recording and no drawing style is in two of them.
 * idea:    notes of a package are sorted by pitch and cut into deciles, so that each split spans the range; drums and ambience are listed by name;
 *          drawings are split by the artist's style.
 * laws:    test/molt/data/splits — the three parts are disjoint and complete.
 * not:     to be tuned: it was fixed before any model was trained, and tuning looks at `val` only.
 */
import type { Split } from './labels.ts';

/** What the split needs to know of a note. */
export interface Note {
  readonly name: string;
  readonly pitch: number | undefined;
  readonly seconds: number;
}

const byDecile = ['train', 'train', 'test', 'test', 'train', 'val', 'train', 'test', 'train', 'train'] as const satisfies readonly Split[];

/** Shortest note and shortest drum hit used, in seconds. */
const shortest = { note: 0.5, drum: 0.1 } as const;

/**
 * The notes of one package with their splits: sorted by pitch, note i of n in decile ⌊10·i/n⌋; deciles 5 → val, 2, 3, 7 → test, the rest train.
 * Notes under half a second count in the order but are left out.
 */
export const splitNotes = <N extends Note>(notes: readonly N[]): readonly (readonly [Split, N])[] =>
  [...notes]
    .sort((a, b) => (a.pitch ?? 0) - (b.pitch ?? 0) || (a.name < b.name ? -1 : 1))
    .map((note, i) => [byDecile[Math.floor((10 * i) / notes.length)] ?? 'train', note] as const)
    .filter(([, note]) => note.seconds >= shortest.note);

const drumTest = /snare_hard|tom_lo|bass_hard|heavy_kick|drum_roll|tabla_(ghe[67]|tun[23]|na_o|tas3)/;
const drumVal = /tom_hi_soft|tabla_(ghe8|tas2|na_s)/;

/** Drum hits with their splits, by name. */
export const splitDrums = <N extends Note>(hits: readonly N[]): readonly (readonly [Split, N])[] =>
  hits
    .filter((hit) => hit.seconds >= shortest.drum)
    .map((hit) => [drumTest.test(hit.name) ? 'test' : drumVal.test(hit.name) ? 'val' : 'train', hit] as const);

/** Ambience by name; validation shares the training ambience. */
export const ambienceOf = {
  train: ['ambi_sauna', 'loop_3d_printer', 'tbd_fxbed_loop'],
  val: ['ambi_sauna', 'loop_3d_printer', 'tbd_fxbed_loop'],
  test: ['ambi_lunar_land', 'vinyl_hiss'],
} as const satisfies { readonly [S in Split]: readonly string[] };

/** Styles whose drawings of instruments a split uses. */
export const stylesOf = {
  train: ['twemoji', 'fxemoji', 'emojione', 'emojione-v1', 'streamline-emojis', 'game-icons', 'mdi', 'noto-mono'],
  val: ['fluent-emoji-flat'],
  test: ['noto', 'noto-v1', 'openmoji'],
} as const satisfies { readonly [S in Split]: readonly string[] };

export type Style = (typeof stylesOf)[Split][number];

/** Styles whose other emoji appear as distractors. */
export const distractorStylesOf = {
  train: ['twemoji', 'emojione-v1', 'emojione', 'streamline-emojis'],
  val: ['fluent-emoji-flat'],
  test: ['noto', 'noto-v1', 'openmoji'],
} as const satisfies { readonly [S in Split]: readonly Style[] };

/** Styles of the vision pre-training pool: none of the test styles. */
export const poolStyles = ['twemoji', 'fluent-emoji-flat', 'emojione-v1', 'fxemoji'] as const satisfies readonly Style[];
