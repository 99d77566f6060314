/**
 * Which drawing of which icon set shows which instrument.
 * idea:    a style is an icon set (one artist's hand) with a name per instrument, null where it has none; single-colour sets are tinted.
 */
import type { Instrument } from '../labels.ts';
import type { Style } from '../splits.ts';
import type { PackageName } from './packages.ts';

export interface Artwork {
  readonly package: PackageName;
  /** drawn in one colour, to be tinted */
  readonly single: boolean;
  readonly names: { readonly [I in Instrument]: string | null };
}

const usual = { violin: 'violin', guitar: 'guitar', trumpet: 'trumpet', saxophone: 'saxophone', piano: 'musical-keyboard', drum: 'drum', flute: 'flute' } as const;
const noFlute = { ...usual, flute: null } as const;
const mainFive = { ...usual, drum: null, flute: null } as const;

/** The text drawn for an instrument by a font. */
const emoji = { violin: '🎻', guitar: '🎸', trumpet: '🎺', saxophone: '🎷', piano: '🎹', drum: '🥁', flute: '🪈' } as const;

export const artwork = {
  twemoji: { package: '@iconify-json/twemoji', single: false, names: usual },
  fxemoji: { package: '@iconify-json/fxemoji', single: false, names: { ...mainFive, piano: 'musicalkeyboard' } },
  emojione: { package: '@iconify-json/emojione', single: false, names: noFlute },
  'emojione-v1': { package: '@iconify-json/emojione-v1', single: false, names: mainFive },
  'streamline-emojis': { package: '@iconify-json/streamline-emojis', single: false, names: mainFive },
  'game-icons': { package: '@iconify-json/game-icons', single: true, names: usual },
  mdi: { package: '@iconify-json/mdi', single: true, names: { ...mainFive, guitar: 'guitar-acoustic', piano: 'piano' } },
  'noto-mono': { package: '@expo-google-fonts/noto-emoji', single: true, names: emoji },
  'fluent-emoji-flat': { package: '@iconify-json/fluent-emoji-flat', single: false, names: usual },
  noto: { package: '@iconify-json/noto', single: false, names: usual },
  'noto-v1': { package: '@iconify-json/noto-v1', single: false, names: noFlute },
  openmoji: { package: '@iconify-json/openmoji', single: false, names: usual },
} as const satisfies { readonly [S in Style]: Artwork };

/** The font file of the style that is a font. */
export const fontFile = '400Regular/NotoEmoji_400Regular.ttf';

/** Emoji that appear beside the instruments. */
export const distractors = [
  'dog', 'cat', 'automobile', 'airplane', 'banana', 'beer-mug', 'bicycle', 'books', 'birthday-cake', 'cactus', 'camera', 'crown', 'dolphin', 'elephant', 'hammer', 'key',
  'mushroom', 'pizza', 'rocket', 'soccer-ball', 'teapot', 'umbrella', 'watermelon', 'wrench', 'cow', 'dragon', 'anchor', 'balloon', 'bomb', 'castle',
] as const;
