/**
 * Threads: helpers for the optimiser's sweep, as Node's worker threads.
 * idea:  two cores sweep twice as fast as one (memory bears it); the result has the same bits.
 * not:   browsers, where the thread of a page may not wait for others; many short trainings in one process: shared memory
 *        weighs nothing in the garbage collector's eyes, so it is freed late.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Threads } from '../../dsl/optim/index.ts';

/** Helpers that end with the process, or when they are stopped. */
export const helperThreads = (helpers: number = availableParallelism() - 1): Threads => ({
  helpers,
  start: (program, helper) => {
    // a dynamic import, and no options of the process: the text runs as a script and as a module (`node --input-type=module` makes it one)
    const worker = new Worker(`import('node:worker_threads').then(({ workerData: helper }) => {${program}});`, { eval: true, workerData: helper, execArgv: [] });
    worker.unref();
    return { stop: () => { void worker.terminate(); } };
  },
});
