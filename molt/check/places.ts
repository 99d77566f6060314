/**
 * Places: the address of a key or a value in a file, whatever kind of file it is.
 * idea:  a scanned JSON text and a module's exports are both tables from pointers to spans.
 */
import { pathText, type Where } from './diagnostic.ts';
import { modulePlaces } from './module-text.ts';
import { keySpan, type Scanned, valueSpan } from './position.ts';

export interface Places {
  /** of a key, or of the nearest thing around it */
  readonly key: (keys: readonly string[]) => Where;
  /** of its value */
  readonly value: (keys: readonly string[]) => Where;
}

/** `[0]` of a decoder's path is `0` of a pointer. */
const pointerKeys = (keys: readonly string[]): readonly string[] => keys.map((key) => /^\[(\d+)\]$/.exec(key)?.[1] ?? key);

const placesOf = (file: string, scanned: Pick<Scanned, 'places'>): Places => ({
  key: (keys) => ({ file, path: pathText(keys), ...keySpan(scanned, pointerKeys(keys)) }),
  value: (keys) => ({ file, path: pathText(keys), ...valueSpan(scanned, pointerKeys(keys)) }),
});

export const jsonPlaces = placesOf;
export const placesOfModule = (file: string, text: string): Places => placesOf(file, { places: modulePlaces(text) });
