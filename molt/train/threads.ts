/**
 * Threads: helpers for the optimiser's sweep, as Node's worker threads.
 * not:   browsers, where the thread of a page may not wait for others.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Threads } from '../../dsl/optim/index.ts';

/** Helpers that end with the process, or when they are stopped. */
export const helperThreads = (helpers: number = availableParallelism() - 1): Threads => ({
  helpers,
  start: (program, helper) => {
    const worker = new Worker(`const helper = require('node:worker_threads').workerData;${program}`, { eval: true, workerData: helper });
    worker.unref();
    return { stop: () => { void worker.terminate(); } };
  },
});
