/**
 * Worker: a thread that checks one file after the other.
 * This file is a trust boundary: messages between the threads of one program are taken at their types.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type Checked, checkSource, type Options, type Source } from '../../check/index.ts';
import { portsAt } from './ports.ts';

export type ToWorker = { readonly source: Source } | { readonly end: true };
export interface FromWorker {
  readonly checked: Checked;
}

const port = parentPort;
const check = checkSource(workerData as Options, portsAt(process.cwd()));

port?.on('message', (message: ToWorker) => {
  if ('end' in message) return port.close();
  void check(message.source).then((checked) => port.postMessage({ checked } satisfies FromWorker));
});
