/**
 * Run: files read, looked up in the cache, checked where they are new, and compared with the lock.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../../shapes/fault.ts';
import { type Checked, checkSource, decodeLock, type Lock, lockOutcome, type Options, type Result, type Source, unreadable } from '../../check/index.ts';
import { readJson, readText } from '../../io/files.ts';
import type { Cache } from './cache.ts';
import { shownPath } from './glob.ts';
import { checkAll } from './pool.ts';
import { portsAt } from './ports.ts';

export interface Asked {
  readonly cwd: string;
  /** as they are shown */
  readonly files: readonly string[];
  readonly options: Options;
  readonly version: string;
  readonly cache: Cache;
  readonly threads: number | undefined;
}

/** A lock from its file. errors: those of reading and decoding */
export const readLock = (path: string): TaskEither<Fault, Lock> => async () => {
  const found = await readJson(path)();
  return isLeft(found) ? found : decodeLock(path, found.right);
};

/** The lock at a path; undefined where there is none and it was not asked for by name. */
export const lockAt = (path: string, required: boolean): TaskEither<Fault, Lock | undefined> => async (): Promise<Either<Fault, Lock | undefined>> => (required || existsSync(path) ? readLock(path)() : right(undefined));

interface Read {
  readonly source: Source | undefined;
  readonly found: Checked | undefined;
}

const looked = async (file: string, { cwd, cache }: Asked): Promise<Read> => {
  const text = await readText(resolve(cwd, file))();
  if (isLeft(text)) return { source: undefined, found: unreadable(file, text.left) };
  const source = { file, text: text.right };
  return { source, found: await cache.read(source) };
};

/** What is found in every file, before the lock; and how many were known already. */
export const checkFiles = async (asked: Asked): Promise<{ readonly result: Result; readonly cached: number }> => {
  const { files, options, version, cache, threads } = asked;
  const read = await Promise.all(files.map((file) => looked(file, asked)));
  const missing = read.flatMap(({ source, found }) => (source !== undefined && found === undefined ? [source] : []));
  const made = await checkAll(missing, options, async () => checkSource(options, portsAt(asked.cwd)), threads);
  await Promise.all(missing.map((source, i) => ((checked) => (checked === undefined ? undefined : cache.write(source, checked)))(made[i])));
  const fresh = new Map(missing.map((source, i) => [source.file, made[i]]));
  const variants = read.flatMap(({ source, found }) => found ?? (source === undefined ? undefined : fresh.get(source.file)) ?? []);
  return { result: { version, costing: options.costing, batch: options.batch, variants }, cached: read.filter(({ source, found }) => source !== undefined && found !== undefined).length };
};

/** The name of a file in a lock: from the lock's folder. */
export const lockedName = (cwd: string, lockPath: string, file: string): string => shownPath(dirname(lockPath), resolve(cwd, file));

/** The result with the check `lock` of every variant. Findings point at the variant's name. */
export const withLock = (result: Result, lock: Lock | undefined, lockPath: string, cwd: string): Result => ({
  ...result,
  variants: result.variants.map((checked) => {
    const outcome = lockOutcome(lock, result, { ...checked, file: lockedName(cwd, lockPath, checked.file) }, { file: checked.file, ...checked.at });
    return { ...checked, outcomes: [...checked.outcomes, outcome] };
  }),
});
