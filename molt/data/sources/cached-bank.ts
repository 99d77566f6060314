/**
 * The banks, kept in the cache as 16-bit samples.
 * idea:    decoding takes seconds and reading a moment; the key holds the recipe's version and every package's.
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fault } from '../../../shapes/fault.ts';
import type { Fault } from '../../../shapes/fault.ts';
import type { Arrays } from '../arrays.ts';
import { cached } from '../cache.ts';
import type { Recipe, Workshop } from '../cache.ts';
import type { Progress } from '../progress.ts';
import { decodeBank } from './bank.ts';
import type { Installed } from './packages.ts';
import { decodePrograms } from './programs.ts';
import type { Entry } from './recording.ts';

/** Raised whenever a recording would come out differently. */
const bankVersion = 1;

const Split = t.keyof({ train: null, val: null, test: null });
const Row = t.type({ id: t.string, group: t.string, splits: t.array(Split), scale: t.number, length: t.number });
const Rows = t.array(Row);

const pack = (bank: readonly Entry[]): { readonly arrays: Arrays; readonly text: string } => {
  const codes = new Int16Array(bank.reduce((sum, { codes: own }) => sum + own.length, 0));
  let at = 0;
  for (const found of bank) {
    codes.set(found.codes, at);
    at += found.codes.length;
  }
  const rows = bank.map(({ id, group, splits, scale, codes: own }) => ({ id, group, splits, scale, length: own.length }));
  return { arrays: { codes: { sizes: [codes.length], data: codes } }, text: JSON.stringify(rows) };
};

const unpack = ({ codes }: Arrays, text: string): E.Either<Fault, readonly Entry[]> => {
  const rows: unknown = JSON.parse(text);
  const data = codes?.data;
  if (!Rows.is(rows) || !(data instanceof Int16Array)) return E.left(fault('Corrupt', 'bank', ['a table of other columns'], 'a bank of recordings'));
  let at = 0;
  return E.right(
    rows.map(({ length, ...row }) => {
      at += length;
      return { ...row, codes: data.subarray(at - length, at) };
    }),
  );
};

const bank =
  (name: string, decode: (installed: Installed, onProgress: Progress) => TE.TaskEither<Fault, readonly Entry[]>) =>
  (installed: Installed, workshop: Workshop): TE.TaskEither<Fault, readonly Entry[]> => {
    const recipe: Recipe<readonly Entry[]> = { name, inputs: [name, bankVersion, ...installed.versions], make: decode(installed, workshop.onProgress), pack, unpack };
    return cached(recipe, workshop);
  };

/** Recordings of the seven instruments and of ambience. */
export const loadBank = bank('recordings', decodeBank);

/** Recordings of the pre-training programs. */
export const loadPrograms = bank('programs', decodePrograms);
