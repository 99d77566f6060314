/**
 * Rivals: as jobs inside the trunks, interrupted = uninterrupted, and the trunks stay as they are; all of them can be planned.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { tfjs } from '../../../dsl/backends/tfjs/index.ts';
import { random, type Value } from '../../../dsl/index.ts';
import { publishedAdapters } from '../../../molt/adapters/rival.ts';
import { trunksOn } from '../../../molt/demo/extract.ts';
import { type JobResult, methodsOn, runJob, type TrainJob } from '../../../molt/demo/jobs.ts';
import type { Segments } from '../../../molt/demo/segments.ts';
import { segmentSource } from '../../../molt/demo/segments.ts';
import { lateFeatures } from '../../../molt/demo/features.ts';
import { plannedOf } from '../../../molt/demo/runs.ts';
import { demoVariant, trunks } from '../../../molt/demo/settings.ts';
import { suites } from '../../../molt/demo/suites.ts';
import { loadTrunks } from '../../../molt/demo/trunks.ts';
import { melValue } from '../../../molt/data/audio/logmel.ts';
import { modalities } from '../../../molt/modality.ts';
import type { Adapter, Variant } from '../../../molt/variants/variant.ts';
import { type Fault, printFault } from '../../../shapes/fault.ts';

const right = <A>(e: E.Either<Fault, A>): A => {
  if (E.isLeft(e)) throw new Error(printFault(e.left));
  return e.right;
};

const bytes = (name: string, n: number): Uint8Array => Uint8Array.from(random.uniform(random.named(random.key(4), name), n), (u) => Math.floor(256 * u));
const segments = (name: string, count: number): Segments => ({ count, frames: bytes(`${name} frames`, count * 64 * 64 * 3), mel: bytes(`${name} mel`, count * 64 * 64), labels: Int32Array.from({ length: count }, (_, i) => i % 8) });

const loaded = await loadTrunks()();
const given: ReadonlyMap<string, Value> = new Map(modalities.flatMap((m) => [...right(loaded).weights[m]].map(([name, value]): [string, Value] => [`${m}.${name}`, value])));
const variant = (adapter: Adapter): Variant => ({
  schemaVersion: 1, name: 'inside', features: { visual: [], audio: [] }, backbones: { ...trunks, position: ['late'] }, adapter, budgets: {},
  task: { kind: 'ave', classes: 7, segments: 10, head: 'linear', hidden: 0 },
});
const data = { train: { kind: 'segments', segments: segments('train', 4) }, val: { kind: 'segments', segments: segments('val', 2) }, test: { kind: 'segments', segments: segments('test', 3) } } as const;
const jobOf = (adapter: Adapter, checkpoint: string): TrainJob => ({
  kind: 'train', run: 'inside', method: adapter.kind, label: adapter.kind, seed: 3, model: { kind: 'variant', variant: variant(adapter) }, data, given, checkpoint, resume: false,
  settings: { batch: 2, epochs: 2, points: 1, rate: 1e-2, headRate: 2e-2, warmup: 1, decay: 0.1 },
});

/** Adapters at the last stage only: a small graph, and gradients that pass through its blocks. */
const kinds: readonly (readonly [string, Adapter])[] = [
  ['adapters', { ...publishedAdapters['avmoe-ave'], tokens: 2, reduction: 4, batchNorm: false, skip: [0, 1] }],
  ['norms', { kind: 'norm-only' }],
];

test.each(kinds)('%s inside the trunks: stopped and gone on = never stopped, and no frozen weight has changed', async (_, adapter) => {
  const backend = right(await tfjs('wasm')());
  const before = new Map([...given].map(([name, { data: values }]) => [name, values.slice()]));
  const folder = mkdtempSync(join(tmpdir(), 'molt-inside-'));
  const [onTrunks, methods] = [trunksOn(backend), methodsOn(backend)];
  const run = async (job: TrainJob, stopAt: number): Promise<E.Either<Fault, JobResult>> => {
    let steps = 0;
    return runJob(job, { backend, trunks: onTrunks, methods, clock: () => 0, interrupted: () => steps === stopAt, onStep: () => { steps += 1; } })();
  };
  const whole = right(await run(jobOf(adapter, join(folder, 'whole.safetensors')), -1));
  const path = join(folder, 'stopped.safetensors');
  const stopped = await run(jobOf(adapter, path), 3);
  expect(E.isLeft(stopped) && stopped.left).toMatchObject({ _tag: 'Interrupted', given: ['step 3 of 4'] });
  const resumed = right(await run({ ...jobOf(adapter, path), resume: true }, -1));
  expect(resumed).toEqual(whole);
  methods.dispose();
  for (const [name, values] of before) expect(given.get(name)?.data, name).toEqual(values);
}, 600_000);

test('a batch of segments is what published trunks take: colour normalised, rows kept, log-mel in its place', async () => {
  const some = segments('some', 3);
  const batches = segmentSource(some).open({ names: new Set(['visual.pixels', 'audio.logmel', 'labels']), batch: 2 });
  const second = right(await batches.batch(0, 1)());
  expect(batches.steps).toBe(2);
  expect([...second.keys()]).toEqual(['visual.pixels', 'audio.logmel', 'labels']);
  // the last batch is filled up with the last segment; channel 1 of row 5, column 7
  const pixel = (some.frames[((2 * 64 + 5) * 64 + 7) * 3 + 1] ?? 0) / 255;
  expect(second.get('visual.pixels')?.data[(1 * 64 + 5) * 64 + 7]).toBeCloseTo((pixel - 0.456) / 0.224, 5);
  expect(second.get('visual.pixels')?.data[((3 + 1) * 64 + 5) * 64 + 7]).toBeCloseTo((pixel - 0.456) / 0.224, 5);
  expect(second.get('audio.logmel')?.data[6 * 64 + 9]).toBeCloseTo(melValue(some.mel[(2 * 64 + 6) * 64 + 9] ?? 0), 5);
  expect(second.get('labels')?.data).toEqual(Int32Array.of(2, 2));
});

test('every rival can be planned on the tiny trunks; those inside keep more for their gradients than MoLT, and only they need pictures', () => {
  const molt = demoVariant({ visual: lateFeatures(trunks.visual), audio: lateFeatures(trunks.audio) });
  const planned = right(plannedOf(suites.rivals, { ...suites.rivals.full, batch: 2 }, molt));
  expect(planned.map(({ name, place }) => [name, place])).toEqual([
    ['molt', 'beside'], ['mettle', 'beside'], ['lavish', 'inside'], ['dg-sct', 'inside'], ['avmoe-1+1', 'inside'], ['avmoe-2+2', 'inside'], ['norm-only', 'inside'], ['none', 'beside'],
  ]);
  const saved = new Map(planned.map(({ name, savedBytesPerSample }) => [name, savedBytesPerSample]));
  for (const { name, place, trainableParameters } of planned) {
    expect(trainableParameters, name).toBeGreaterThan(0);
    if (place === 'inside') expect(saved.get(name), name).toBeGreaterThan(10 * (saved.get('molt') ?? Infinity));
  }
  // who is compared with a published number is one of them
  for (const { method } of suites.rivals.rivals.published) expect(saved.has(method), method).toBe(true);
});
