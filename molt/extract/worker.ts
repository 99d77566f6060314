/**
 * Worker: a thread that decodes and preprocesses, one job after the other.
 * This file is a trust boundary: messages between the threads of one program are taken at their types.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { isLeft, left, type Either } from 'fp-ts/lib/Either.js';
import { type Fault, faultOf } from '../../shapes/fault.ts';
import { type Job, type JobResult, jobsOn } from './jobs.ts';
import type { Place } from './recipe.ts';

/** What a worker starts with. */
export type WorkerStart = Omit<Place, 'signal'>;
export type ToWorker = { readonly id: number; readonly job: Job } | { readonly end: true };
export type FromWorker = { readonly ended: true } | { readonly id: number; readonly result: Either<Fault, JobResult>; /** that the job took */ readonly milliseconds: number };

const start = workerData as WorkerStart;
const port = parentPort;
const stop = new AbortController();
const work = jobsOn({ ...start, signal: stop.signal });

/** The arrays of a result, which are handed over rather than copied. */
const handed = (result: Either<Fault, JobResult>): readonly ArrayBuffer[] =>
  !isLeft(result) && result.right.kind === 'prepare' && result.right.input.buffer instanceof ArrayBuffer ? [result.right.input.buffer] : [];

const state = { last: Promise.resolve() };

const serve = async (id: number, job: Job): Promise<void> => {
  const since = performance.now();
  const result = await work(job).catch((thrown: unknown) => left(faultOf(job.source.paths[0] ?? 'media', thrown)));
  port?.postMessage({ id, result, milliseconds: performance.now() - since } satisfies FromWorker, handed(result));
};

port?.on('message', (message: ToWorker) => {
  if ('end' in message) {
    stop.abort();
    void state.last.then(() => setImmediate(() => port.postMessage({ ended: true } satisfies FromWorker)));
    return;
  }
  state.last = state.last.then(() => serve(message.id, message.job));
});
