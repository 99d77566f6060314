/**
 * Git: a file as it was in another revision.
 * idea:  git as a child process, without a shell; its refusals become faults that say which of the four things is missing: git, a
 *        repository, the revision, the file in it.
 */
import { execFile } from 'node:child_process';
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../../shapes/fault.ts';

interface Ended {
  readonly code: string | number | null;
  readonly out: string;
  readonly err: string;
}

const git = (cwd: string, ...words: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile('git', words, { cwd, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, env: { ...process.env, LC_ALL: 'C' }, windowsHide: true }, (error, out, err) => {
      resolve({ code: error === null ? 0 : (error.code ?? null), out, err });
    });
  });

/** The text of a file (seen from `cwd`) in a revision. errors: Unsupported without git, Name for what is not there */
export const fileAt = (cwd: string, revision: string, file: string): TaskEither<Fault, string> => async (): Promise<Either<Fault, string>> => {
  const where = `git revision ${revision}`;
  if (revision.startsWith('-') || revision === '') return left(fault('Usage', where, [revision], 'a revision such as main, HEAD~1 or a tag', 'molt diff --help'));
  const known = await git(cwd, 'rev-parse', '--verify', '--quiet', `${revision}^{commit}`);
  if (known.code === 'ENOENT') return left(fault('Unsupported', where, ['git is not installed, or not on the PATH'], 'git', 'install git, or compare two lock files yourself'));
  if (/not a git repository/i.test(known.err)) return left(fault('Name', where, [`${cwd} is in no git repository`], 'a folder under git', 'git init, or run this inside the repository'));
  if (known.code !== 0) return left(fault('Name', where, [known.err.trim() === '' ? 'no such revision here' : known.err.trim()], 'a revision that this repository has', `a shallow clone lacks others: git fetch --depth=1 origin ${revision.replace(/^origin\//, '')}`));
  const found = await git(cwd, 'show', `${known.out.trim()}:./${file}`);
  return found.code === 0 ? right(found.out) : left(fault('Name', where, [`no ${file} there`, found.err.trim()], `a revision with ${file}`, 'molt check FILES… --update-baseline writes it; commit it'));
};
