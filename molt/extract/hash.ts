/**
 * Hash: the name of an input: SHA-256 of its file, or of the hashes of its pictures in their order.
 * idea:  the store knows media by content, so a renamed file keeps its features and a changed one gets new ones.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isLeft, left, map, mapLeft, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../shapes/fault.ts';
import { readFault } from '../io/system.ts';
import { digestOf, folderFrames, inside } from '../media/index.ts';
import type { Source } from './plan.ts';

/** An input as it is now. */
export interface Stamp {
  /** 64 hexadecimal digits */
  readonly hash: string;
  /** sizes and times of change of its files: other ones say that it was changed meanwhile */
  readonly times: string;
}

/** A file of an input. */
export interface InputFile {
  /** as the manifest names it */
  readonly name: string;
  /** its real path, within the data folder */
  readonly path: string;
}

/** A fault of a file, named as the manifest does. */
export const namedBy = ({ name }: Pick<InputFile, 'name'>) => <A>(result: Either<Fault, A>): Either<Fault, A> => mapLeft((why: Fault) => ({ ...why, where: name }))(result);

/** An input's files, all within the data folder. errors: Name, Storage */
export const filesOf = (root: string, { kind, paths }: Source): TaskEither<Fault, readonly InputFile[]> => async () => {
  const files: InputFile[] = [];
  for (const name of paths) {
    const path = await inside(root, name)();
    if (isLeft(path)) return path;
    files.push({ name, path: path.right });
  }
  const [first] = files;
  if (kind !== 'folder' || first === undefined) return right(files);
  const pictures = namedBy(first)(await folderFrames(first.path)());
  return isLeft(pictures) ? pictures : filesOf(root, { kind: 'stills', paths: pictures.right.map((path) => join(first.name, basename(path))) })();
};

const timeOf = async ({ path }: InputFile): Promise<Either<Fault, string>> => {
  try {
    const { size, mtimeMs } = await stat(path);
    return right(`${path} ${size} ${mtimeMs}`);
  } catch (thrown) {
    return left(readFault(path, thrown));
  }
};

/** One text of each file, or the first fault, named by its file. */
const each = async (files: readonly InputFile[], text: (file: InputFile) => Promise<Either<Fault, string>>): Promise<Either<Fault, readonly string[]>> => {
  const all: string[] = [];
  for (const file of files) {
    const one = namedBy(file)(await text(file));
    if (isLeft(one)) return one;
    all.push(one.right);
  }
  return right(all);
};

/** Sizes and times of an input's files. errors: Name, Storage */
export const timesNow = (root: string, source: Source): TaskEither<Fault, string> => async () => {
  const files = await filesOf(root, source)();
  if (isLeft(files)) return files;
  return map((times: readonly string[]) => times.join('\n'))(await each(files.right, timeOf));
};

/** errors: Name (no such file, outside the data folder, a device), Storage */
export const stampOf = (root: string, source: Source): TaskEither<Fault, Stamp> => async () => {
  const files = await filesOf(root, source)();
  if (isLeft(files)) return files;
  const times = await each(files.right, timeOf);
  if (isLeft(times)) return times;
  const digests = await each(files.right, ({ path }) => digestOf(path)());
  if (isLeft(digests)) return digests;
  const [only] = digests.right;
  const pictures = source.kind === 'stills' || source.kind === 'folder';
  return right({ times: times.right.join('\n'), hash: !pictures && only !== undefined ? only : createHash('sha256').update(['pictures', ...digests.right].join('\n')).digest('hex') });
};
