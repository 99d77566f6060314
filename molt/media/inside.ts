/**
 * Inside: paths that a manifest names, held within the data folder.
 * idea:  the path is resolved with all its links before it is compared, since what is opened is where the links lead.
 * not:   a sandbox: who can change links while molt runs can lead it astray.
 */
import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { readFault } from '../io/system.ts';

const within = (root: string, path: string): boolean => {
  const way = relative(root, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
};

const outside = (root: string, path: string, what: string): Either<Fault, never> =>
  left(fault('Name', path, [what], `a path within ${root}`, 'name the folder that holds all files as the data folder, or copy the file into it'));

/**
 * The real path of a file or folder that lies within `root`; `path` is taken from `root`.
 * errors: Name if it leaves `root` (by `..`, as an absolute path, by a link) or is not there; Storage if it cannot be looked at
 */
export const inside = (root: string, path: string): TaskEither<Fault, string> => async () => {
  if (path.includes('\0')) return outside(root, path.replaceAll('\0', '\\0'), 'a path with a zero byte');
  const full = resolve(root, path);
  const state = { looking: root };
  try {
    const base = await realpath(root);
    state.looking = path;
    if (!within(resolve(root), full) && !within(base, full)) return outside(root, path, `it leads to ${full}`);
    const real = await realpath(full);
    return within(base, real) ? right(real) : outside(root, path, `a link that leads to ${real}`);
  } catch (thrown) {
    return left(readFault(state.looking, thrown));
  }
};
