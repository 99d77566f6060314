/** Every kind of variant on one's own clips: `molt extract` of inputs and of features into one store, `molt train` and `molt eval` for each kind. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { left } from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { decodeHeader } from '../../../dsl/safetensors/index.ts';
import { readSafetensors, writeSafetensors } from '../../../molt/io/safetensors.ts';
import { engine as engineOf } from '../../../molt/train/engine.ts';
import { openData } from '../../../molt/train/stored/data.ts';
import { type Job, runJob } from '../../../molt/train/stored/job.ts';
import { learnerOn, noTrunks } from '../../../molt/train/stored/learner.ts';
import { silent } from '../../../molt/train/watch.ts';
import { weightsFile } from '../../../molt/weights/tiny.ts';
import { orFail } from '../backbones/golden.ts';
import type { Ffmpeg } from '../../../molt/media/index.ts';
import { at, make, source, withFfmpeg } from '../media/clips.ts';
import { molt, type Outcome } from './terminal.ts';

/** Class 0: red and a low tone; class 1: blue and a high one; the second half of each clip is grey and silent: background. */
const looks = [{ color: 'red', tone: 300 }, { color: 'blue', tone: 2000 }] as const;
const halves = (event: 0 | 1): readonly string[] => {
  const { color, tone } = looks[event];
  return [...source(`color=c=${color}:s=64x64:r=4:d=5[a];color=c=gray:s=64x64:r=4:d=5[b];[a][b]concat=n=2`), ...source(`sine=frequency=${tone}:sample_rate=16000:duration=10,volume=enable='gte(t,5)':volume=0`)];
};
const engine = ['--backend', 'ort-node', '--threads', '1', '--quiet'];
const trunks = ['--backbone', 'swinv2-tiny64', '--backbone', 'htsat-tiny64'];
const backbones = { visual: 'swinv2-tiny64', audio: 'htsat-tiny64' };
const cmbs = { kind: 'ave', classes: 2, head: 'cmbs', hidden: 8 };

const inserted = { tokens: 2, reduction: 2, groups: 2 };
const variants = {
  'norm-only': { backbones, adapter: { kind: 'norm-only' }, task: { kind: 'ave', classes: 2 }, training: { optimiser: 'adam', rate: 0.003, headRate: 0.01, batch: 5, epochs: 4 } },
  lavish: { backbones, adapter: { kind: 'lavish', ...inserted }, task: { kind: 'ave', classes: 2 }, training: { rate: 0.003, batch: 5, epochs: 2 } },
  molt: { backbones: { ...backbones, position: 'late' }, adapter: { kind: 'molt', uda: 1, cda: 1, tokens: 2, router: { hidden: 8 }, fusion: { hidden: 8 } }, task: cmbs, training: { rate: 0.01, batch: 2, epochs: 12, decay: 0.001 } },
  mettle: { backbones: { ...backbones, position: 'late' }, adapter: { kind: 'mettle', tokens: 2 }, task: { kind: 'ave', classes: 2 }, training: { rate: 0.01, batch: 10, epochs: 2 } },
  none: { backbones: { ...backbones, position: 'late' }, adapter: { kind: 'none' }, task: { kind: 'ave', classes: 2 }, training: { rate: 0.01, batch: 10, epochs: 2 } },
} as const;
type Kind = keyof typeof variants;
const path = (...parts: readonly string[]): string => at('kinds', ...parts);
const store = (): string => path('store');

const train = (kind: Kind, out: string, ...more: readonly string[]): Promise<Outcome> => molt('train', path(`${kind}.json`), '--store', store(), '--out', path(out), ...engine, ...more);
const score = (kind: Kind, out: string, ...more: readonly string[]): Promise<Outcome> => molt('eval', path(`${kind}.json`), '--store', store(), '--weights', path(out, 'weights.safetensors'), '--json', ...engine, ...more);
const record = (out: string) => JSON.parse(readFileSync(path(out, 'record.json'), 'utf8'));
const bytes = (out: string, file: string): Buffer => readFileSync(path(out, file));
const namesOf = (out: string, file: string): readonly string[] => [...orFail(decodeHeader(file, bytes(out, file), bytes(out, file).length)).tensors.keys()];

/** Clips, variants, and a store with the features and the inputs of all clips; made once. */
const made: { ready?: Promise<void> } = {};
const prepared = (ffmpeg: Ffmpeg): Promise<void> => (made.ready ??= prepare(ffmpeg));
const prepare = async (ffmpeg: Ffmpeg): Promise<void> => {
  mkdirSync(path(), { recursive: true });
  const items = [0, 1, 2, 3, 4, 5].map((i) => {
    make(ffmpeg, `kinds/${i}.mp4`, ...halves(i % 2 === 0 ? 0 : 1), '-c:v', 'mpeg4', '-q:v', `${2 + i}`, '-c:a', 'aac', '-shortest');
    return { id: `${i}`, video: `${i}.mp4`, labels: Array.from({ length: 10 }, (_, t) => (t < 5 ? i % 2 : 2)), split: i < 2 ? 'train' : i < 4 ? 'val' : 'test' };
  });
  writeFileSync(path('m.json'), JSON.stringify({ schemaVersion: 1, setting: 'ave', classes: ['red', 'blue', 'background'], items }));
  for (const [name, variant] of Object.entries(variants)) writeFileSync(path(`${name}.json`), JSON.stringify({ schemaVersion: 1, name, ...variant }));
  const extract = (...more: readonly string[]): Promise<Outcome> => molt('extract', path('m.json'), '--store', store(), ...trunks, '--ffmpeg', ffmpeg.path, ...engine, ...more);

  // features alone hold nothing that a trunk could take
  expect(await extract('--position', 'late')).toMatchObject({ code: 0, err: '' });
  expect(await train('lavish', 'nothing')).toMatchObject({ code: 2, err: expect.stringContaining('molt extract … --position input') });
  expect(await extract('--position', 'input', '--weights', 'v', '--weights', 'a')).toMatchObject({ code: 2, err: expect.stringContaining('--visual-weights') });
  expect(await extract('--position', 'input')).toMatchObject({ code: 0, out: expect.stringContaining('6 done, 0 already there') });
  expect(await extract('--position', 'input')).toMatchObject({ code: 0, out: expect.stringContaining('0 done, 6 already there') });
  expect(await molt('extract', '--verify', '--store', store())).toMatchObject({ code: 0 });

  // other weights of the trunk that sees
  const { tensors } = orFail(await readSafetensors(weightsFile('swinv2-tiny64'))());
  orFail(await writeSafetensors(path('other.safetensors'), new Map([...tensors].map(([name, value]) => [name, name === 'norm.weight' ? { ...value, data: Float32Array.from(value.data, (x) => x + 0.5) } : value])))());
};
const other = (): readonly string[] => ['--visual-weights', path('other.safetensors')];

/** The score of a run comes out again. */
const scoredAgain = async (kind: Kind): Promise<void> => {
  const { test: wanted } = record(kind).splits;
  const { code, out, err } = await score(kind, kind);
  expect({ code, err }, kind).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out), kind).toMatchObject({ split: 'test', ...wanted });
};

withFfmpeg('beside the trunks: each kind learns from features, finds its record in a store that has several, and is scored', async (ffmpeg) => {
  await prepared(ffmpeg);
  for (const kind of ['molt', 'mettle', 'none'] as const) {
    expect(await train(kind, kind), kind).toEqual({ code: 0, out: '', err: '' });
    await scoredAgain(kind);
  }
  expect(record('molt').settings).toMatchObject({ optimiser: 'adamw', headRate: 0.01, decay: 0.001, batch: 2 });
  expect(record('molt').steps).toBe(12);
  expect(record('molt').splits.train.accuracy).toBeGreaterThan(0.6);
  for (const kind of ['mettle', 'none'] as const) expect(record(kind).splits.train.accuracy, kind).toBeGreaterThan(0.8);

  // a flag goes before the file
  expect(await train('none', 'flags', '--epochs', '1', '--seed', '3', '--head-rate', '0.5', '--optimiser', 'adam')).toMatchObject({ code: 0 });
  expect(record('flags').settings).toMatchObject({ epochs: 1, seed: 3, headRate: 0.5, optimiser: 'adam', rate: 0.01 });

  // weights are those that made the features
  expect(await train('none', 'wrong', ...other())).toMatchObject({ code: 2, err: expect.stringContaining('those that made the visual features') });
  expect(await train('none', 'right', '--visual-weights', weightsFile('swinv2-tiny64'), '--epochs', '1')).toMatchObject({ code: 0 });
});

withFfmpeg('inside the trunks: norms alone, stopped within an epoch and gone on with, to the same weights; with the same trunks only', async (ffmpeg) => {
  await prepared(ffmpeg);
  expect(await train('norm-only', 'norm-only')).toEqual({ code: 0, out: '', err: '' });
  await scoredAgain('norm-only');
  expect(record('norm-only').settings).toMatchObject({ optimiser: 'adam', rate: 0.003, headRate: 0.01, batch: 5, epochs: 4, seed: 0, final: 0.02 });
  expect(record('norm-only').splits.train.accuracy).toBeGreaterThan(0.8);
  const trunk = namesOf('norm-only', 'weights.safetensors').filter((name) => /^(visual|audio)\./.test(name));
  expect(trunk).toContain('visual.norm.weight');
  expect(trunk.filter((name) => !/(norm\d?|bn0)\.(weight|bias)$/.test(name))).toEqual([]);

  const opened = orFail(await openData({ variant: path('norm-only.json'), store: store(), manifest: undefined, memory: 2 ** 29, skipMissing: false })());
  const [learn, validation] = [orFail(opened.split('train')), orFail(opened.split('val'))];
  const interrupt = { requested: false };
  const progress = { ...silent, update: (done: number, note?: string) => { if (note !== undefined && done === 6) interrupt.requested = true; } };
  const job: Job = { opened, built: orFail(await learnerOn(opened, noTrunks)()), settings: record('norm-only').settings, learn, validation, scored: [], out: path('parts'), resume: false, version: 'test' };
  const backend = orFail(await engineOf('ort-node', { threads: 1 })());
  expect(await runJob(job, { backend, clock: () => 0, progress, interrupt })()).toMatchObject(left({ _tag: 'Interrupted', given: ['step 6 of 16'] }));
  expect(namesOf('parts', 'checkpoint.safetensors')).toEqual(namesOf('norm-only', 'checkpoint.safetensors'));
  expect(await train('norm-only', 'parts', '--resume')).toMatchObject({ code: 0 });
  expect(orFail(await readSafetensors(path('parts', 'weights.safetensors'))()).tensors).toEqual(orFail(await readSafetensors(path('norm-only', 'weights.safetensors'))()).tensors);

  expect(await train('norm-only', 'norm-only', '--resume', ...other())).toMatchObject({ code: 2, err: expect.stringContaining('trunks.visual') });
  expect(await score('norm-only', 'norm-only', ...other())).toMatchObject({ code: 2, err: expect.stringContaining('trained with the trunks') });
});

withFfmpeg('inside the trunks: LAVisH learns, keeps what it trained, and is scored by the statistics of its batch norms', async (ffmpeg) => {
  await prepared(ffmpeg);
  expect(await train('lavish', 'lavish')).toEqual({ code: 0, out: '', err: '' });
  await scoredAgain('lavish');
  expect(record('lavish')).toMatchObject({ steps: 8, splits: { train: { items: 2, segments: 20 } } });
  const [first, last] = [record('lavish').curve[0], record('lavish').curve.at(-1)];
  expect(last.loss).toBeLessThan(first.loss);
  for (const file of ['weights.safetensors', 'checkpoint.safetensors']) expect(namesOf('lavish', file).filter((name) => /^(adam\.\w+\.)?(visual|audio)\./.test(name)), file).toEqual([]);
});
