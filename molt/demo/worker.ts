/**
 * Worker: a thread that runs jobs one after the other on an engine of its own.
 * This file is a trust boundary: messages between the threads of one program are taken at their types.
 */
import { parentPort, workerData } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { type Fault, faultOf } from '../../shapes/fault.ts';
import { type Job, type JobResult, runJob } from './jobs.ts';
import { engine } from '../train/engine.ts';

/** What a worker starts with. */
export interface WorkerStart {
  readonly backend: string;
  /** one integer, not 0 when the user asked to stop */
  readonly stop: SharedArrayBuffer;
}
export type ToWorker = { readonly id: number; readonly job: Job };
export type FromWorker = { readonly id: number; readonly step: readonly [number, number] } | { readonly id: number; readonly result: E.Either<Fault, JobResult> };

const start = workerData as WorkerStart;
const stop = new Int32Array(start.stop);
const port = parentPort;
const backend = await engine(start.backend)();

port?.on('message', (message: ToWorker) => {
  const { id, job } = message;
  const answer = (result: E.Either<Fault, JobResult>): void => port.postMessage({ id, result } satisfies FromWorker);
  if (E.isLeft(backend)) return answer(backend);
  const ports = { backend: backend.right, clock: () => performance.now(), interrupted: () => Atomics.load(stop, 0) !== 0, onStep: (done: number, total: number) => port.postMessage({ id, step: [done, total] } satisfies FromWorker) };
  runJob(job, ports)().then(answer, (thrown: unknown) => answer(E.left(faultOf(`job ${id}`, thrown))));
});
