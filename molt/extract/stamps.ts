/**
 * Stamps: the hash of every input of a run, or why it has none.
 */
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { Interrupt, Progress } from '../train/watch.ts';
import type { Stamp } from './hash.ts';
import { type Source, sourceKey } from './plan.ts';
import type { Pool } from './pool.ts';

/** By `sourceKey`. */
export type Stamps = ReadonlyMap<string, Either<Fault, Stamp>>;

/** Files under way at the same time, for each worker. */
const ahead = 4;

export const hashesIn = (stamps: Stamps): ReadonlyMap<string, string> => new Map([...stamps].flatMap(([key, stamp]) => (isLeft(stamp) ? [] : [[key, stamp.right.hash] as const])));

/** errors: Interrupted, Defect; what is wrong with a source is told in its place */
export const stampsOf = (sources: readonly Source[], pool: Pool, interrupt: Interrupt, progress: Progress): TaskEither<Fault, Stamps> => async () => {
  const stamps = new Map<string, Either<Fault, Stamp>>();
  const waiting = sources.values();
  progress.start('hashing media', sources.length);
  const serve = async (): Promise<Fault | undefined> => {
    for (const source of waiting) {
      if (interrupt.requested) return fault('Interrupted', 'molt extract', ['no input stored yet'], 'the whole work', 'the same command begins again');
      const result = await pool.run({ kind: 'hash', source });
      if (isLeft(result) && result.left._tag === 'Defect') return result.left;
      if (isLeft(result)) stamps.set(sourceKey(source), result);
      else if (result.right.kind === 'hash') stamps.set(sourceKey(source), right(result.right.stamp));
      progress.update(stamps.size);
    }
    return undefined;
  };
  const ended = await Promise.all(Array.from({ length: pool.workers * ahead }, serve));
  progress.stop();
  const why = ended.find((one) => one !== undefined);
  return why === undefined ? right(stamps) : left(why);
};
