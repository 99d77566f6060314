/**
 * Pool: runs jobs on workers, or one after the other in this thread when there is no compiled worker to start.
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
import { trunksOn } from './extract.ts';
import { type Job, type JobResult, methodsOn, runJob } from './jobs.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker.ts';

/** Runs all jobs; results in the order of the jobs. `onStep` tells how far job i is. errors: the first fault of any job */
export type Pool = (jobs: readonly Job[], onStep: (job: number, done: number, total: number) => void) => TaskEither<Fault, readonly JobResult[]>;

/** At most this many workers: each holds an engine of its own. */
const most = 4;
const workerUrl = new URL('./worker.js', import.meta.url);

/** One after the other, in this thread. */
export const inline = (backend: Backend, interrupt: Interrupt): Pool => (jobs, onStep) => async () => {
  const results: JobResult[] = [];
  const [trunks, methods] = [trunksOn(backend), methodsOn(backend)];
  try {
    for (const [i, job] of jobs.entries()) {
      const result = await runJob(job, { backend, trunks, methods, clock: () => performance.now(), interrupted: () => interrupt.requested, onStep: (done, total) => onStep(i, done, total) })();
      if (E.isLeft(result)) return result;
      results.push(result.right);
    }
    return E.right(results);
  } finally {
    methods.dispose();
    await trunks.dispose();
  }
};

/** How many workers, and the threads of each one's engine. */
export interface Crew {
  readonly workers: number;
  readonly threads: number;
}

/**
 * Jobs are independent, so a core does most by working on a job of its own: one thread for each worker, until there are more cores than workers.
 * source: a training step of the demo on ort-node takes 52 ms of processor time on one thread and 83 on two, so two workers of one thread do 1.6 times the work
 */
export const crewOf = (cores: number, jobs: number): Crew => {
  const workers = Math.max(1, Math.min(most, cores, jobs));
  return { workers, threads: Math.max(1, Math.floor(cores / workers)) };
};

const workersOf = (backend: string, interrupt: Interrupt, cores: number): Pool => (jobs, onStep) => async () => {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const poll = setInterval(() => { if (interrupt.requested) Atomics.store(stop, 0, 1); }, 50);
  const results = new Map<number, JobResult>();
  const faults: Fault[] = [];
  const waiting = jobs.map((job, id) => ({ id, job }));
  const { workers, threads } = crewOf(cores, jobs.length);
  const serve = (): Promise<void> => new Promise((resolve) => {
    const worker = new Worker(workerUrl, { workerData: { backend, threads, stop: stop.buffer } satisfies WorkerStart });
    const send = (message: ToWorker): void => worker.postMessage(message);
    const next = (): void => send((faults.length > 0 ? undefined : waiting.shift()) ?? { end: true });
    worker.on('message', (message: FromWorker) => {
      if ('step' in message) return onStep(message.id, ...message.step);
      if ('ended' in message) return void worker.terminate().then(() => resolve());
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
  await Promise.all(Array.from({ length: workers }, serve));
  clearInterval(poll);
  // a worker that was told to stop by another's fault reports an interruption: the cause comes first
  const cause = faults.find((f) => f._tag !== 'Interrupted') ?? faults[0];
  return cause === undefined ? E.right(jobs.flatMap((_, i) => { const r = results.get(i); return r === undefined ? [] : [r]; })) : E.left(cause);
};

/** Workers where the compiled worker is, for so many cores; otherwise this thread. */
export const poolOf = (backend: Backend, interrupt: Interrupt, cores: number = availableParallelism()): Pool =>
  existsSync(fileURLToPath(workerUrl)) ? workersOf(backend.name, interrupt, cores) : inline(backend, interrupt);
