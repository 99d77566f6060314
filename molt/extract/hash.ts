/**
 * Hash: the name of an input: SHA-256 of its file, or of the hashes of its pictures in their order.
 * idea:  the store knows media by content, so a renamed file keeps its features and a changed one gets new ones.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
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

/** The real paths of an input's files, all within the data folder. errors: Name, Storage */
export const filesOf = (root: string, { kind, paths }: Source): TaskEither<Fault, readonly string[]> => async () => {
  const real: string[] = [];
  for (const path of paths) {
    const one = await inside(root, path)();
    if (isLeft(one)) return one;
    real.push(one.right);
  }
  if (kind !== 'folder') return right(real);
  const pictures = await folderFrames(real[0] ?? root)();
  return isLeft(pictures) ? pictures : filesOf(root, { kind: 'stills', paths: pictures.right.map((path) => relative(root, path)) })();
};

const timesOf = async (paths: readonly string[]): Promise<Either<Fault, string>> => {
  const all: string[] = [];
  for (const path of paths) {
    try {
      const { size, mtimeMs } = await stat(path);
      all.push(`${path} ${size} ${mtimeMs}`);
    } catch (thrown) {
      return left(readFault(path, thrown));
    }
  }
  return right(all.join('\n'));
};

/** Sizes and times of an input's files. errors: Name, Storage */
export const timesNow = (root: string, source: Source): TaskEither<Fault, string> => async () => {
  const files = await filesOf(root, source)();
  return isLeft(files) ? files : timesOf(files.right);
};

/** errors: Name (no such file, outside the data folder, a device), Storage */
export const stampOf = (root: string, source: Source): TaskEither<Fault, Stamp> => async () => {
  const files = await filesOf(root, source)();
  if (isLeft(files)) return files;
  const times = await timesOf(files.right);
  if (isLeft(times)) return times;
  const digests: string[] = [];
  for (const path of files.right) {
    const digest = await digestOf(path)();
    if (isLeft(digest)) return digest;
    digests.push(digest.right);
  }
  const [only] = digests;
  const pictures = source.kind === 'stills' || source.kind === 'folder';
  return right({ times: times.right, hash: !pictures && only !== undefined ? only : createHash('sha256').update(['pictures', ...digests].join('\n')).digest('hex') });
};
