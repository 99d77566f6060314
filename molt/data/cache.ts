/**
 * A disk cache of things that are slow to make: named arrays and a note, under a name that says what they were made from.
 * idea:    the file name holds a hash of every input (recipe, package versions, seed, counts); the file holds a hash of its content;
 *          whatever does not match is made again, with a note, and never trusted. Files are written whole or not at all.
 * laws:    test/molt/data/cache — a second call reads what the first wrote; a flipped or missing byte means made again.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, printFault } from '../../shapes/fault.ts';
import type { Fault } from '../../shapes/fault.ts';
import { readBytes, writeAtomic } from '../io/files.ts';
import { decodeArrays, encodeArrays } from './arrays.ts';
import type { Arrays } from './arrays.ts';
import type { Progress } from './progress.ts';

/** Where results are kept and how to speak meanwhile. */
export interface Workshop {
  /** folder of the cache; made when needed */
  readonly cache: string;
  readonly onProgress: Progress;
  /** one line for the user, such as a damaged file that is made again */
  readonly note: (line: string) => void;
}

export interface Recipe<A> {
  /** start of the file name */
  readonly name: string;
  /** everything that the result depends on */
  readonly inputs: readonly (string | number)[];
  readonly make: TE.TaskEither<Fault, A>;
  readonly pack: (made: A) => { readonly arrays: Arrays; readonly text: string };
  readonly unpack: (arrays: Arrays, text: string) => E.Either<Fault, A>;
}

const digest = (...parts: readonly (string | Uint8Array)[]): string => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/** The file of a recipe inside a cache folder. */
export const cacheFile = (folder: string, { name, inputs }: Pick<Recipe<unknown>, 'name' | 'inputs'>): string =>
  join(folder, `${name}-${digest(JSON.stringify(inputs)).slice(0, 20)}.safetensors`);

/** Over names, sizes, numbers and text; independent of the order of the arrays. */
const checksum = (arrays: Arrays, text: string): string =>
  digest(
    text,
    ...Object.entries(arrays)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, { sizes, data }]) => [JSON.stringify([name, sizes]), new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]),
  );

const read = async <A>(path: string, recipe: Recipe<A>): Promise<E.Either<Fault, A>> => {
  const bytes = await readBytes(path)();
  if (E.isLeft(bytes)) return bytes;
  const decoded = decodeArrays(path, bytes.right);
  if (E.isLeft(decoded)) return decoded;
  const { arrays, metadata } = decoded.right;
  const text = metadata.get('text') ?? '';
  const sound = checksum(arrays, text) === metadata.get('sha256');
  return sound ? recipe.unpack(arrays, text) : E.left(fault('Corrupt', path, ['its content does not match its checksum'], 'an undamaged file'));
};

/**
 * The result of a recipe, from the cache if an undamaged copy is there.
 * errors:  those of `make`. A damaged file or an unwritable folder is a note, not an error.
 */
export const cached =
  <A>(recipe: Recipe<A>, { cache, note }: Pick<Workshop, 'cache' | 'note'>): TE.TaskEither<Fault, A> =>
  async () => {
    const path = cacheFile(cache, recipe);
    if (existsSync(path)) {
      const found = await read(path, recipe);
      if (E.isRight(found)) return found;
      note(`${path} is damaged (${[...found.left.given, `needed ${found.left.needed}`].join('; ')}): made again`);
    }
    const made = await recipe.make();
    if (E.isLeft(made)) return made;
    const { arrays, text } = recipe.pack(made.right);
    const encoded = encodeArrays(path, arrays, new Map([['text', text], ['sha256', checksum(arrays, text)]]));
    const written = E.isLeft(encoded) ? encoded : await writeAtomic(path, encoded.right)();
    if (E.isLeft(written)) note(`not cached: ${printFault(written.left)}`);
    return made;
  };
