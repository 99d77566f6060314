/**
 * Training: resumed = uninterrupted bit for bit, a failed save leaves the earlier checkpoint, memory does not grow.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { expect, test } from 'vitest';
import { type Fault, printFault } from '../../../shapes/fault.ts';
import { type Backend, initialise, random } from '../../../dsl/index.ts';
import { tfjs } from '../../../dsl/backends/tfjs/index.ts';
import { adamWDefaults, trainer, trainState } from '../../../dsl/optim/index.ts';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from '../../../molt/train/checkpoint.ts';
import { batchOf, type FeatureSet } from '../../../molt/train/features.ts';
import { train, type TrainConfig, type TrainPorts, trainStep } from '../../../molt/train/loop.ts';
import { nodeFiles } from '../../../molt/io/system.ts';
import { demoVariant } from '../../../molt/demo/settings.ts';
import { learnerFor } from '../../../molt/variants/whole.ts';

const right = <A>(e: E.Either<Fault, A>): A => {
  if (E.isLeft(e)) throw new Error(printFault(e.left));
  return e.right;
};
const pair = (tokens: number, channels: number) => [{ tokens, channels }, { tokens, channels }];
const variant = demoVariant({ visual: pair(3, 8), audio: pair(4, 8) });
const learner = right(learnerFor({ ...variant, task: { kind: 'ave', classes: 2, segments: 10, head: 'linear', hidden: 0 }, adapter: { ...variant.adapter, heads: 2, width: { visual: 4, audio: null } } }));
const set = (count: number, seed: number): FeatureSet => {
  const labels = random.permutation(random.key(seed), count).map((i) => i % 3);
  const inputs = ['visual.0', 'visual.1', 'audio.0', 'audio.1'].map((name) => {
    const tokens = name.startsWith('visual') ? 3 : 4;
    const data = Float32Array.from(random.normal(random.named(random.key(seed), name), count * tokens * 8), (x, i) => x + (labels[Math.floor(i / (tokens * 8))] ?? 0));
    return [name, { sizes: [tokens, 8], data }] as const;
  });
  return { count, inputs: new Map(inputs), labels };
};
const [learn, validate] = [set(60, 1), set(30, 2)];
const config: TrainConfig = { seed: 3, batch: 10, epochs: 4, points: 1, adam: { ...adamWDefaults, decay: 0.01 }, rate: { rate: 1e-2, warmup: 3, final: 0.1 } };
const ports = (backend: Backend, over: Partial<TrainPorts> = {}): TrainPorts => ({ backend, clock: () => 0, interrupted: () => false, onStep: () => {}, save: () => TE.right(undefined), ...over });

test('the loss falls, and a resumed run reaches the same weights and curve as an uninterrupted one, bit for bit', async () => {
  const backend = right(await tfjs('wasm')());
  const whole = right(await train('run', config, learner, learn, validate, ports(backend))());
  expect(whole.curve).toHaveLength(4);
  expect(whole.curve[3]?.loss).toBeLessThan(0.7 * (whole.curve[0]?.loss ?? 0));

  const path = join(mkdtempSync(join(tmpdir(), 'molt-')), 'run.safetensors');
  let steps = 0;
  const stopped = await train('run', config, learner, learn, validate, ports(backend, { interrupted: () => steps === 9, onStep: () => { steps += 1; }, save: (c) => saveCheckpoint(path, c, learner.declared) }))();
  expect(E.isLeft(stopped) && stopped.left._tag).toBe('Interrupted');
  const checkpoint: Checkpoint = right(await loadCheckpoint(path, 'run', learner.declared)());
  expect(checkpoint.state.step).toBe(9);
  const resumed = right(await train('run', config, learner, learn, validate, ports(backend), checkpoint)());
  expect(resumed.curve).toEqual(whole.curve);
  for (const [name, w] of whole.weights) expect(resumed.weights.get(name), name).toEqual(w);
});

test('stopped within an evaluation: the point of the curve is made when the run goes on', async () => {
  const backend = right(await tfjs('wasm')());
  const whole = right(await train('run', config, learner, learn, validate, ports(backend))());
  let polls = 0;
  let steps = 0;
  let kept: Checkpoint | undefined;
  // after the sixth step, the end of an epoch: the first poll is the loop's, the second that of the evaluation's first batch
  const interrupted = (): boolean => steps === 6 && (polls += 1) === 3;
  const stopped = await train('run', config, learner, learn, validate, ports(backend, { interrupted, onStep: () => { steps += 1; }, save: (c) => { kept = structuredClone(c); return TE.right(undefined); } }))();
  expect(E.isLeft(stopped) && stopped.left).toMatchObject({ _tag: 'Interrupted', given: ['step 6 of 24'] });
  expect(kept).toMatchObject({ curve: [], partial: [expect.any(Number), expect.any(Number), expect.any(Number), 0, 6] });
  const resumed = right(await train('run', config, learner, learn, validate, ports(backend), kept)());
  expect(resumed.curve).toEqual(whole.curve);
  for (const [name, w] of whole.weights) expect(resumed.weights.get(name), name).toEqual(w);
});

test('a checkpoint of another run, and one with a NaN, are refused by name', async () => {
  const backend = right(await tfjs('wasm')());
  const path = join(mkdtempSync(join(tmpdir(), 'molt-')), 'run.safetensors');
  right(await train('run', { ...config, epochs: 1 }, learner, learn, validate, ports(backend, { save: (c) => saveCheckpoint(path, c, learner.declared) }))());
  const other = await loadCheckpoint(path, 'another', learner.declared)();
  expect(E.isLeft(other) && other.left.needed).toBe('a checkpoint of run another');
  const good = right(await loadCheckpoint(path, 'run', learner.declared)());
  good.state.weights.get('head.bias')?.fill(Number.NaN);
  right(await saveCheckpoint(path, good, learner.declared)());
  const bad = await loadCheckpoint(path, 'run', learner.declared)();
  expect(E.isLeft(bad) && printFault(bad.left)).toContain('head.bias');
});

test('a disk that fills while saving is a Storage fault, and the earlier checkpoint still loads', async () => {
  const backend = right(await tfjs('wasm')());
  const path = join(mkdtempSync(join(tmpdir(), 'molt-')), 'run.safetensors');
  const full = { ...nodeFiles, open: async (...args: Parameters<typeof nodeFiles.open>) => {
    const file = await nodeFiles.open(...args);
    return args[1] === 'read' ? file : { ...file, append: () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })) };
  } };
  let saves = 0;
  const save = (c: Checkpoint): TE.TaskEither<Fault, void> => saveCheckpoint(path, c, learner.declared, (saves += 1) > 1 ? full : nodeFiles);
  const result = await train('run', config, learner, learn, validate, ports(backend, { save }))();
  expect(E.isLeft(result) && result.left._tag).toBe('Storage');
  expect(right(await loadCheckpoint(path, 'run', learner.declared)()).state.step).toBe(6);
});

test('a loss that is not a number stops the run', async () => {
  const backend = right(await tfjs('wasm')());
  const poisoned: FeatureSet = { ...learn, inputs: new Map([...learn.inputs].map(([name, f]) => [name, name === 'audio.0' ? { ...f, data: f.data.map(() => Number.NaN) } : f])) };
  const result = await train('run', config, learner, poisoned, validate, ports(backend))();
  expect(E.isLeft(result) && result.left).toMatchObject({ _tag: 'NotFinite', where: 'run' } satisfies Partial<Fault>);
});

test('1,000 training steps: live tensors and bytes do not grow', async () => {
  const backend = right(await tfjs('wasm')());
  const step = trainStep(learner, config.batch);
  const start = trainState(new Map([...initialise(learner.declared, random.key(0))].map(([name, { data }]) => [name, Float32Array.from(data)])));
  const made = right(await trainer(backend, step, start, { name: 'run', adam: config.adam })());
  const inputs = batchOf(learn, step.inputs, Int32Array.from({ length: config.batch }, (_, i) => i));
  right(await made.step(inputs, 1e-3)());
  const { numTensors, numBytes } = tf.memory();
  for (let i = 0; i < 1000; i += 1) right(await made.step(inputs, 1e-3)());
  expect(tf.memory()).toMatchObject({ numTensors, numBytes });
  made.dispose();
}, 240_000);
