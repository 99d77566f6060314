/**
 * Jobs: what a decoding thread is asked for: the hash of some media, or what a trunk takes of them.
 * idea:  a job's result depends on the job and the media alone, so one thread or many give the same numbers.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { Ffmpeg } from '../media/index.ts';
import { type Stamp, stampOf, timesNow } from './hash.ts';
import type { Source } from './plan.ts';
import { prepare } from './prepare.ts';
import type { Place, Recipe } from './recipe.ts';
import { toolbox } from './tools.ts';

export type Job =
  | { readonly kind: 'hash'; readonly source: Source }
  | { readonly kind: 'prepare'; readonly source: Source; readonly recipe: Recipe; /** undefined where nothing needs it */ readonly ffmpeg: Ffmpeg | undefined; /** of the media when they were hashed */ readonly times: string };

export type JobResult =
  | { readonly kind: 'hash'; readonly stamp: Stamp }
  | { readonly kind: 'prepare'; /** all segments, one after the other */ readonly input: Float32Array };

/** Does jobs, on one thread. */
export type DoJob = (job: Job) => Promise<Either<Fault, JobResult>>;

const hashed = async (place: Place, source: Source): Promise<Either<Fault, JobResult>> => {
  const stamp = await stampOf(place.root, source)();
  return isLeft(stamp) ? stamp : right({ kind: 'hash', stamp: stamp.right });
};

/** errors: those of the media, by file and reason; Corrupt for media that were changed since they were hashed; Interrupted once the signal says so */
export const jobsOn = (place: Place): DoJob => {
  const tools = toolbox();
  return async (job) => {
    const { source } = job;
    const name = source.paths[0] ?? 'media';
    if (place.signal?.aborted === true) return left(fault('Interrupted', name, ['asked to stop before it was read'], 'the whole work', 'run the same command again'));
    if (job.kind === 'hash') return hashed(place, source);
    const made = tools(job.recipe);
    if (isLeft(made)) return made;
    const input = await prepare({ ...place, ffmpeg: job.ffmpeg }, made.right, source)();
    if (isLeft(input)) return input;
    const times = await timesNow(place.root, source)();
    if (isLeft(times)) return times;
    if (times.right !== job.times) return left(fault('Corrupt', name, ['a file that was changed while it was read'], 'media that stay as they are', 'run the same command again'));
    return right({ kind: 'prepare', input: input.right });
  };
};
