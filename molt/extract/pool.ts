/**
 * Pool: decoding jobs on worker threads, or in this thread where there is no compiled worker to start.
 * idea:  the next job goes to the thread with the fewest; what a thread has is decoded while the engine runs. Who asks keeps the number of
 *        jobs bounded (pipeline.ts).
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { left, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault, faultOf } from '../../shapes/fault.ts';
import { type Job, type JobResult, jobsOn } from './jobs.ts';
import type { Place } from './recipe.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker.ts';

export interface Pool {
  readonly workers: number;
  /** errors: those of the job; Defect if its thread broke */
  readonly run: (job: Job) => Promise<Either<Fault, JobResult>>;
  /** milliseconds of work so far, of all threads together */
  readonly busy: () => number;
  /** ends what still runs, ffmpeg too */
  readonly close: () => Promise<void>;
}

const workerUrl = new URL('./worker.js', import.meta.url);

/** One job after the other in this thread. */
export const inline = (place: Omit<Place, 'signal'>): Pool => {
  const stop = new AbortController();
  const work = jobsOn({ ...place, signal: stop.signal });
  const state: { busy: number; last: Promise<unknown> } = { busy: 0, last: Promise.resolve() };
  const timed = async (job: Job): Promise<Either<Fault, JobResult>> => {
    const since = performance.now();
    const result = await work(job).catch((thrown: unknown) => left(faultOf(job.source.paths[0] ?? 'media', thrown)));
    state.busy += performance.now() - since;
    return result;
  };
  return {
    workers: 1,
    run: (job) => {
      const done = state.last.then(() => timed(job));
      state.last = done;
      return done;
    },
    busy: () => state.busy,
    close: async () => {
      stop.abort();
      await state.last;
    },
  };
};

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, (result: Either<Fault, JobResult>) => void>;
  broken: Fault | undefined;
  readonly ended: Promise<void>;
}

const threads = (place: Omit<Place, 'signal'>, count: number): Pool => {
  const state = { busy: 0, next: 0 };
  const started = (): Thread => {
    const worker = new Worker(workerUrl, { workerData: place satisfies WorkerStart });
    const waiting: Thread['waiting'] = new Map();
    const fail = (thread: Thread, why: Fault): void => {
      thread.broken ??= why;
      for (const answer of waiting.values()) answer(left(thread.broken));
      waiting.clear();
    };
    const ended = new Promise<void>((resolve) => {
      worker.on('message', (message: FromWorker) => {
        if ('ended' in message) return void worker.terminate().then(() => resolve());
        state.busy += message.milliseconds;
        waiting.get(message.id)?.(message.result);
        waiting.delete(message.id);
      });
      worker.on('error', (thrown) => fail(thread, faultOf('decoding thread', thrown)));
      worker.on('exit', () => {
        fail(thread, fault('Defect', 'decoding thread', ['it ended before its time'], 'a thread that answers', 'please report this'));
        resolve();
      });
    });
    const thread: Thread = { worker, waiting, broken: undefined, ended };
    return thread;
  };
  const all = Array.from({ length: count }, started);
  return {
    workers: count,
    run: (job) => {
      const [first, ...rest] = all;
      const thread = rest.reduce((least, one) => (least !== undefined && least.waiting.size <= one.waiting.size ? least : one), first);
      if (thread === undefined) return Promise.resolve(left(fault('Defect', 'decoding threads', ['none'], 'at least one')));
      if (thread.broken !== undefined) return Promise.resolve(left(thread.broken));
      const id = state.next++;
      return new Promise((resolve) => {
        thread.waiting.set(id, resolve);
        thread.worker.postMessage({ id, job } satisfies ToWorker);
      });
    },
    busy: () => state.busy,
    close: async () => {
      for (const { worker } of all) worker.postMessage({ end: true } satisfies ToWorker);
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
};

/** So many threads where the compiled worker is; otherwise this one. */
export const poolOf = (place: Omit<Place, 'signal'>, workers: number): Pool => (existsSync(fileURLToPath(workerUrl)) ? threads(place, Math.max(1, workers)) : inline(place));
