/**
 * Ffmpeg: which ffmpeg is used, and how to get one.
 * idea:  the one that is named (--ffmpeg, then MOLT_FFMPEG), else the first in PATH; a name that does not work is a fault and never replaced by another.
 * not:   a download. ffmpeg's licence depends on how it is built, and it is the user's to choose.
 * source: https://ffmpeg.org/download.html
 */
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { run } from './child.ts';

export interface Ffmpeg {
  readonly path: string;
  /** as it says itself: `5.1.9-0+deb12u1` */
  readonly version: string;
}

const install = 'install it (Debian, Ubuntu: `apt install ffmpeg`; macOS: `brew install ffmpeg`; Windows: `winget install ffmpeg`), or name it with --ffmpeg PATH or MOLT_FFMPEG';

const absent = (given: readonly string[]): Fault => fault('Unsupported', 'ffmpeg', given, 'ffmpeg 4 or later, which reads video and sound', install);

const executable = (path: string): Promise<boolean> =>
  Promise.all([access(path, constants.X_OK), stat(path)]).then(([, found]) => found.isFile(), () => false);

/** Windows adds the ending. */
const endings = process.platform === 'win32' ? ['', '.exe'] : [''];

const inPath = async (name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> => {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  for (const folder of folders) for (const ending of endings) if (await executable(join(folder, name + ending))) return join(folder, name + ending);
  return undefined;
};

const asking = (asked: string | undefined, env: NodeJS.ProcessEnv): { readonly name: string; readonly by: string } => {
  if (asked !== undefined) return { name: asked, by: '--ffmpeg' };
  const named = env['MOLT_FFMPEG'];
  return named !== undefined && named !== '' ? { name: named, by: 'MOLT_FFMPEG' } : { name: 'ffmpeg', by: 'PATH' };
};

const versionOf = async (path: string, by: string): Promise<E.Either<Fault, Ffmpeg>> => {
  const pieces: Uint8Array[] = [];
  const take = (bytes: Uint8Array): void => {
    if (pieces.length < 8) pieces.push(bytes);
  };
  const ended = await run({ program: path, args: ['-version'], input: path, where: path, take, watch: { patience: 20 } })();
  if (E.isLeft(ended)) return E.left(absent([`${by}: ${path} does not run: ${ended.left.given.join('; ')}`]));
  const found = /^ffmpeg version (\S+)/.exec(Buffer.concat(pieces).toString('utf8'));
  return found?.[1] === undefined ? E.left(absent([`${by}: ${path} is another program: \`-version\` does not answer \`ffmpeg version …\``])) : E.right({ path, version: found[1] });
};

/**
 * Finds ffmpeg and asks for its version.
 * errors: Unsupported where there is none, or what was named does not run or is no ffmpeg; says how to install it
 */
export const findFfmpeg = (asked: string | undefined, env: NodeJS.ProcessEnv): TaskEither<Fault, Ffmpeg> => async () => {
  const { name, by } = asking(asked, env);
  const isPath = /[\\/]/.test(name);
  const path = isPath ? resolve(name) : await inPath(name, env);
  if (path === undefined) return E.left(absent([by === 'PATH' ? 'no ffmpeg in PATH' : `${by}: no ${name} in PATH`]));
  if (isPath && !(await executable(path))) return E.left(absent([`${by}: ${path} is no file that can be run`]));
  return versionOf(path, by);
};
