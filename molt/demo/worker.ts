/**
 * Worker: a thread that runs jobs one after the other on an engine of its own.
 * This file is a trust boundary: messages between the threads of one program are taken at their types.
 */
import { parentPort, workerData } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { type Fault, faultOf } from '../../shapes/fault.ts';
import type { Backend } from '../../dsl/index.ts';
import { trunksOn } from './extract.ts';
import { type Job, type JobResult, methodsOn, runJob } from './jobs.ts';
import { engine } from '../train/engine.ts';

/** What a worker starts with. */
export interface WorkerStart {
  readonly backend: string;
  /** of its engine, where it has several */
  readonly threads: number;
  /** one integer, not 0 when the user asked to stop */
  readonly stop: SharedArrayBuffer;
}
export type ToWorker = { readonly id: number; readonly job: Job } | { readonly end: true };
export type FromWorker = { readonly ended: true } | { readonly id: number; readonly step: readonly [number, number] } | { readonly id: number; readonly result: E.Either<Fault, JobResult> };

const start = workerData as WorkerStart;
const stop = new Int32Array(start.stop);
const port = parentPort;
const backend = await engine(start.backend, { threads: start.threads })();
const kept = E.map((of: Backend) => ({ backend: of, trunks: trunksOn(of), methods: methodsOn(of) }))(backend);
const post = (message: FromWorker): void => port?.postMessage(message);

/** What natively belongs to the process is given back before this thread ends. */
const end = async (): Promise<void> => {
  if (E.isRight(kept)) {
    kept.right.methods.dispose();
    await kept.right.trunks.dispose();
  }
  setImmediate(() => post({ ended: true }));
};

port?.on('message', (message: ToWorker) => {
  if ('end' in message) return void end();
  const { id, job } = message;
  const answer = (result: E.Either<Fault, JobResult>): void => post({ id, result });
  if (E.isLeft(kept)) return answer(kept);
  const ports = { ...kept.right, clock: () => performance.now(), interrupted: () => Atomics.load(stop, 0) !== 0, onStep: (done: number, total: number) => post({ id, step: [done, total] }) };
  runJob(job, ports)().then(answer, (thrown: unknown) => answer(E.left(faultOf(`job ${id}`, thrown))));
});
