/**
 * Demo: the main job. Composes the embedded set, extracts the late features of the frozen trunks once, trains MoLT and its controls
 * on them from several seeds, evaluates on unseen styles and notes, prints a table and writes a report.
 * idea:  every stage keeps its result in the cache folder, so an interrupted job goes on, and a second one starts from features.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../shapes/fault.ts';
import type { Backend } from '../../dsl/index.ts';
import { buildAve } from '../data/ave.ts';
import type { Workshop } from '../data/cache.ts';
import { writeAtomic } from '../io/files.ts';
import { renderReport, tableText } from '../report/index.ts';
import { type Interrupt, type Progress, staged } from '../train/watch.ts';
import type { SplitName } from './data.ts';
import { lateFeatures, splitFeatures } from './features.ts';
import { stepsOf, type TrainedJob, type TrainJob } from './jobs.ts';
import { type Pool, poolOf } from './pool.ts';
import { recordOf } from './record.ts';
import { jobsOf, plannedOf, trainingOf } from './runs.ts';
import { demoVariant, type DemoSettings, trunks } from './settings.ts';
import { type Suite, suites } from './suites.ts';
import { loadTrunks } from './trunks.ts';

/** All that the job is told. */
export interface DemoOptions {
  /** the first seed; seed + i for the i-th run */
  readonly seed: number;
  readonly seeds: number;
  /** undefined: the job's own choice */
  readonly epochs: number | undefined;
  /** smaller and faster, for a first look */
  readonly quick: boolean;
  /** the published methods instead of MoLT's controls */
  readonly rivals: boolean;
  /** go on from the checkpoints of an interrupted run */
  readonly resume: boolean;
  /** folder of the report */
  readonly out: string;
  /** folder of data, features and checkpoints */
  readonly cache: string;
  readonly backend: Backend;
  /** of all workers together; as many as there are cores if nothing is said */
  readonly threads?: number | undefined;
  readonly progress: Progress;
  readonly interrupt: Interrupt;
  /** a line of the result: the table */
  readonly print: (line: string) => void;
}

const trainAll = (jobs: readonly TrainJob[], pool: Pool, progress: Progress): TaskEither<Fault, readonly TrainedJob[]> => async () => {
  const done = jobs.map(() => 0);
  const totals = jobs.map(stepsOf);
  progress.start(`training ${jobs.length} runs`, totals.reduce((a, b) => a + b, 0));
  const results = await pool(jobs, (i, step) => {
    done[i] = step;
    progress.update(done.reduce((a, b) => a + b, 0), `${jobs[i]?.label ?? ''}, seed ${jobs[i]?.seed ?? ''}`);
  })();
  progress.stop();
  return E.isLeft(results) ? results : E.right(results.right.flatMap((r) => (r.kind === 'train' ? [r] : [])));
};

/**
 * Runs the job. errors: Unsupported where the packages with the data are not installed; Interrupted after saving; Storage
 */
export const demo = (options: DemoOptions): TaskEither<Fault, void> => async () => {
  const suite: Suite = options.rivals ? suites.rivals : suites.controls;
  const base = options.quick ? suite.quick : suite.full;
  const settings: DemoSettings = { ...base, epochs: options.epochs ?? base.epochs };
  const pool = poolOf(options.backend, options.interrupt, options.threads);
  const workshop: Workshop = { cache: options.cache, onProgress: staged(options.progress), note: options.progress.say };

  const loaded = await loadTrunks()();
  if (E.isLeft(loaded)) return loaded;
  const data = await buildAve({ clips: settings.clips, seed: settings.dataSeed }, workshop)();
  if (E.isLeft(data)) return data;
  const { weights, facts } = loaded.right;
  const extract = (name: SplitName) => splitFeatures(name, data.right[name], weights, settings.extractBatch, pool, workshop)();
  const [train, val, test] = [await extract('train'), await extract('val'), await extract('test')];
  if (E.isLeft(train)) return train;
  if (E.isLeft(val)) return val;
  if (E.isLeft(test)) return test;

  const folder = join(options.cache, 'runs', `${options.rivals ? 'rivals-' : ''}${options.backend.name}-${options.seed}`);
  if (!options.resume) await rm(folder, { recursive: true, force: true });
  const variant = demoVariant({ visual: lateFeatures(trunks.visual), audio: lateFeatures(trunks.audio) });
  const planned = plannedOf(suite, settings, variant);
  if (E.isLeft(planned)) return planned;
  const seeds = Array.from({ length: options.seeds }, (_, i) => options.seed + i);
  const features = { train: train.right.set, val: val.right.set, test: test.right.set };
  const jobs = jobsOf(planned.right, { settings, seeds, material: { clips: data.right, features, learn: settings.learn }, weights, folder, resume: options.resume });
  const runs = await trainAll(jobs, pool, options.progress)();
  if (E.isLeft(runs)) return runs;

  const results = planned.right.map((method) => ({
    ...method,
    training: trainingOf(method, settings, train.right.secondsPerSegment),
    runs: runs.right.filter((_, i) => jobs[i]?.method === method.name),
  }));
  const record = recordOf({ suite, learned: settings.learn, seeds, variant, splits: data.right, features: test.right, trunks: facts, results });
  const page = await renderReport(record)();
  if (E.isLeft(page)) return page;
  const written = await writeAtomic(join(options.out, 'index.html'), new TextEncoder().encode(page.right))();
  if (E.isLeft(written)) return written;
  const kept = await writeAtomic(join(options.out, 'record.json'), new TextEncoder().encode(JSON.stringify(record)))();
  if (E.isLeft(kept)) return kept;
  options.print(tableText(record));
  options.print(`report: ${join(options.out, 'index.html')}`);
  return E.right(undefined);
};
