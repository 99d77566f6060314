/**
 * Pool: files checked on several threads, or in this one where there are few or no compiled worker.
 * idea:  a thread takes the next file when it is done with one; a thread costs a start, so that it must have a few files to do.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { fault, faultOf, type Fault } from '../../../shapes/fault.ts';
import { type Checked, type Options, type Source, unreadable } from '../../check/index.ts';
import type { FromWorker, ToWorker } from './worker.ts';

/** Files that are worth a thread's start. */
const least = 4;
const most = 8;

/** Megabytes for nodes that live as long as one file: a graph of a hundred thousand should not be copied from space to space. */
const young = 256;

/**
 * How V8 compiles in threads that live for seconds: to plain machine code at once, and optimised only what runs several times longer than usual:
 * optimising what is hardly run any more takes a tenth of the processor time of a check.
 */
const compiling = ['--always-sparkplug', '--interrupt-budget=1000000'] as const;

const workerUrl = new URL('./worker.js', import.meta.url);
const compiled = (): boolean => existsSync(fileURLToPath(workerUrl));

/** How many threads so many files are worth; 1: none but this. */
export const threadsFor = (files: number, asked: number | undefined): number => Math.max(1, Math.min(asked ?? Math.min(availableParallelism(), most, Math.floor(files / least)), files));

type Check = (source: Source) => Promise<Checked>;

/** A file whose thread broke. */
const lost = (source: Source, why: Fault): Checked => {
  const checked = unreadable(source.file, why);
  return { ...checked, outcomes: checked.outcomes.map((o) => ({ ...o, diagnostics: o.diagnostics.map((d) => ({ ...d, rule: 'MOLT901' as const })) })) };
};

/** One thread until there is no more to do. */
const served = (options: Options, next: () => { readonly source: Source; readonly at: number } | undefined, done: (at: number, checked: Checked) => void): Promise<void> =>
  new Promise((resolve) => {
    const worker = new Worker(workerUrl, { workerData: options, resourceLimits: { maxYoungGenerationSizeMb: young } });
    let at: { readonly source: Source; readonly at: number } | undefined;
    const ask = (): void => {
      at = next();
      worker.postMessage((at === undefined ? { end: true } : { source: at.source }) satisfies ToWorker);
    };
    const broken = (why: Fault): void => {
      if (at !== undefined) done(at.at, lost(at.source, why));
      at = undefined;
    };
    worker.on('message', ({ checked }: FromWorker) => {
      if (at !== undefined) done(at.at, checked);
      ask();
    });
    worker.on('error', (thrown) => broken(faultOf('checking thread', thrown)));
    worker.on('exit', () => {
      broken(fault('Defect', 'checking thread', ['it ended before its time'], 'a thread that answers', 'please report this'));
      resolve();
    });
    ask();
  });

/** Every source checked, in order. `here` checks in this thread. */
export const checkAll = async (sources: readonly Source[], options: Options, here: () => Promise<Check>, asked: number | undefined): Promise<readonly Checked[]> => {
  const threads = compiled() ? threadsFor(sources.length, asked) : 1;
  const results: Checked[] = [];
  if (threads === 1) {
    if (sources.length === 0) return [];
    const check = await here();
    for (const source of sources) results.push(await check(source));
    return results;
  }
  for (const flag of compiling) setFlagsFromString(flag);
  const queue = sources.map((source, at) => ({ source, at })).values();
  const next = (): { readonly source: Source; readonly at: number } | undefined => queue.next().value;
  await Promise.all(Array.from({ length: threads }, () => served(options, next, (at, checked) => void (results[at] = checked))));
  return sources.map((source, at) => results[at] ?? lost(source, fault('Defect', 'checking threads', ['no thread was left'], 'a thread that answers', 'please report this')));
};
