/**
 * Folder: the frames of a clip that are kept as pictures, in the order in which a reader counts.
 * idea:  names are compared piece by piece, digits as numbers: `name_2.png` comes before `name_10.png`.
 * not:   the content: whether a file is a picture is found when it is read (still.ts).
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { left, right } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { readFault } from '../io/system.ts';

/** Endings of still pictures, as still.ts reads them. */
const pictures = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const numbers = (a: string, b: string): number => {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return x.length - y.length || compare(x, y);
};

/**
 * Natural order: digits by their value, all else by its characters, whatever the language of the machine; names that differ only in leading zeros by the plain order.
 * laws: test/molt/media/folder.test.ts: a total order, and the order of the numbers in names
 */
export const naturally = (a: string, b: string): number => {
  const [x, y] = [a.match(/\d+|\D+/g) ?? [], b.match(/\d+|\D+/g) ?? []];
  for (const [i, part] of x.entries()) {
    const other = y[i];
    if (other === undefined) return 1;
    const order = /^\d/.test(part) && /^\d/.test(other) ? numbers(part, other) : compare(part, other);
    if (order !== 0) return order;
  }
  return x.length - y.length || compare(a, b);
};

/**
 * Paths of the pictures of a folder in natural order (hidden files and other endings are passed over); a list stays as it is.
 * errors: Name if there is no such folder, or no picture in it; Storage if it cannot be read
 */
export const folderFrames = (source: string | readonly string[]): TaskEither<Fault, readonly string[]> => async () => {
  if (typeof source !== 'string') return source.length > 0 ? right(source) : left(fault('Name', 'frames', ['an empty list'], 'at least one picture'));
  try {
    const names = (await readdir(source)).filter((name) => !name.startsWith('.') && pictures.test(name)).sort(naturally);
    return names.length > 0 ? right(names.map((name) => join(source, name))) : left(fault('Name', source, ['a folder without pictures'], 'pictures such as 00000001.jpg or clip_1.png'));
  } catch (thrown) {
    return left(readFault(source, thrown));
  }
};
