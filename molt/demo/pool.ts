/**
 * Pool: runs jobs on threads, or one after the other in this one when there is no compiled worker to start.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Fault, faultOf } from '../../shapes/fault.ts';
import type { Backend } from '../../dsl/index.ts';
import type { Interrupt } from '../train/watch.ts';
import { type Job, type JobResult, runJob } from './jobs.ts';
import type { FromWorker, WorkerStart } from './worker.ts';

/** Runs all jobs; results in the order of the jobs. `onStep` tells how far job i is. errors: the first fault of any job */
export type Pool = (jobs: readonly Job[], onStep: (job: number, done: number, total: number) => void) => TaskEither<Fault, readonly JobResult[]>;

/** At most this many threads: each holds an engine of its own. */
const most = 4;
const workerUrl = new URL('./worker.js', import.meta.url);

/** One after the other, in this thread. */
export const inline = (backend: Backend, interrupt: Interrupt): Pool => (jobs, onStep) => async () => {
  const results: JobResult[] = [];
  for (const [i, job] of jobs.entries()) {
    const result = await runJob(job, { backend, clock: () => performance.now(), interrupted: () => interrupt.requested, onStep: (done, total) => onStep(i, done, total) })();
    if (E.isLeft(result)) return result;
    results.push(result.right);
  }
  return E.right(results);
};

const threads = (backend: string, interrupt: Interrupt, count: number): Pool => (jobs, onStep) => async () => {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const poll = setInterval(() => { if (interrupt.requested) Atomics.store(stop, 0, 1); }, 50);
  const results = new Map<number, JobResult>();
  const faults: Fault[] = [];
  const waiting = jobs.map((job, id) => ({ id, job }));
  const serve = (): Promise<void> => new Promise((resolve) => {
    const worker = new Worker(workerUrl, { workerData: { backend, stop: stop.buffer } satisfies WorkerStart });
    const next = (): void => {
      const turn = faults.length > 0 ? undefined : waiting.shift();
      if (turn !== undefined) return worker.postMessage(turn);
      void worker.terminate().then(() => resolve());
    };
    worker.on('message', (message: FromWorker) => {
      if ('step' in message) return onStep(message.id, ...message.step);
      if (E.isLeft(message.result)) {
        faults.push(message.result.left);
        Atomics.store(stop, 0, 1);
      } else results.set(message.id, message.result.right);
      next();
    });
    worker.on('error', (thrown) => {
      faults.push(faultOf('worker thread', thrown));
      resolve();
    });
    next();
  });
  await Promise.all(Array.from({ length: Math.min(count, jobs.length) }, serve));
  clearInterval(poll);
  // a thread that was told to stop by another's fault reports an interruption: the cause comes first
  const cause = faults.find((f) => f._tag !== 'Interrupted') ?? faults[0];
  return cause === undefined ? E.right(jobs.flatMap((_, i) => { const r = results.get(i); return r === undefined ? [] : [r]; })) : E.left(cause);
};

/** Threads where the compiled worker is, one per core; otherwise this thread. */
export const poolOf = (backend: Backend, interrupt: Interrupt): Pool =>
  existsSync(fileURLToPath(workerUrl)) ? threads(backend.name, interrupt, Math.min(most, availableParallelism())) : inline(backend, interrupt);
