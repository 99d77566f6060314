/**
 * Sizes of a claim: shapes as words, `b n 3`: a letter is any size, the same wherever it stands; a number is itself.
 * idea:  letters are what makes a counterexample small: they are drawn from few sizes, the smallest first.
 */
import fc from 'fast-check';
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/index.ts';

/** A shape's axes: letters and numbers. */
export type Axes = readonly (string | number)[];
/** Sizes by letter. */
export type Letters = { readonly [letter: string]: number };

/** `b n 3` → ['b', 'n', 3]. errors: Usage, where a word is neither */
export const axesOf = (shape: string): Either<Fault, Axes> => {
  const words = shape.split(/\s+/).filter((word) => word !== '');
  const wrong = words.filter((word) => !/^(\d+|[A-Za-z]\w*)$/.test(word));
  return wrong.length > 0
    ? left(fault('Usage', `the shape '${shape}' of a claim`, wrong.map((word) => `'${word}'`), 'words between blanks: a letter or name for any size, a number for itself', "for example 'b n 3'"))
    : right(words.map((word) => (/^\d/.test(word) ? Number(word) : word)));
};

/** The letters of some shapes, each once. */
export const lettersOf = (shapes: readonly Axes[]): readonly string[] => [...new Set(shapes.flat().filter((axis) => typeof axis === 'string'))];

/** The sizes of a shape. */
export const sizesAt = (axes: Axes, letters: Letters): readonly number[] => axes.map((axis) => (typeof axis === 'number' ? axis : (letters[axis] ?? 1)));

/** Letters from their pools, the first of a pool being the simplest; 1, 2 or 3 where there is none. */
export const drawnLetters = (letters: readonly string[], pools: { readonly [letter: string]: readonly number[] }): fc.Arbitrary<Letters> =>
  fc.record(Object.fromEntries(letters.map((letter) => [letter, fc.constantFrom(...(pools[letter] ?? [1, 2, 3]))])));

/** `b = 1, n = 2` */
export const shownLetters = (letters: Letters): string => Object.entries(letters).map(([letter, n]) => `${letter} = ${n}`).join(', ');
