/**
 * Which emoji the vision pool teaches.
 * idea:    things that can be drawn (no faces, people, flags, symbols, clocks), drawn by at least three of the pool's styles, none of them musical;
 *          an even selection over the sorted names.
 * laws:    test/molt/data/pools — no musical name; the same names every time.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Fault } from '../../../shapes/fault.ts';
import { poolStyles, type Style } from '../splits.ts';
import { artwork } from './artwork.ts';
import type { Artist } from './drawings.ts';
import { readCategories } from './icons.ts';
import type { Installed } from './packages.ts';

/** An emoji and its name in each style that draws it. */
export interface PoolEmoji {
  readonly name: string;
  readonly drawn: readonly (readonly [Style, string])[];
}

const categories = ['Animals & Nature', 'Food & Drink', 'Objects', 'Activities', 'Travel & Places'] as const;

/** Music in any form, and drawings that differ from their neighbours by a clock hand or a phase only. */
const musical = /violin|guitar|banjo|trumpet|saxophone|keyboard|piano|drum|flute|accordion|harp|maracas|horn|music|microphone|headphone|radio|knob|slider|bell$|trombone/;
const alike = /clock|thirty|moon|skin-tone|medal/;

const leastStyles = 3;

/** Names are compared without separators: some sets write `musicalkeyboard`. */
const plain = (name: string): string => name.replaceAll(/[^a-z0-9]/g, '');

/** All emoji that may be taught, sorted by name. */
export const candidateEmoji = (installed: Installed, artist: Artist): E.Either<Fault, readonly PoolEmoji[]> => {
  const found = readCategories(installed.folder(artwork.twemoji.package));
  if (E.isLeft(found)) return found;
  const nameIn = poolStyles.map((style) => [style, new Map(artist.names(style).map((name) => [plain(name), name]))] as const);
  const names = [...new Set(categories.flatMap((category) => found.right.get(category) ?? []))].filter((name) => !musical.test(name) && !alike.test(name)).sort();
  return E.right(
    names
      .map((name) => ({ name, drawn: nameIn.flatMap(([style, own]): readonly (readonly [Style, string])[] => [own.get(plain(name))].flatMap((there) => (there === undefined ? [] : [[style, there] as const]))) }))
      .filter(({ drawn }) => drawn.length >= leastStyles),
  );
};

/** An even selection of `count` of them (all, if there are fewer). */
export const poolEmoji = (candidates: readonly PoolEmoji[], count: number): readonly PoolEmoji[] =>
  candidates.filter((_, i) => count >= candidates.length || Math.floor((i * count) / candidates.length) !== Math.floor(((i - 1) * count) / candidates.length));
