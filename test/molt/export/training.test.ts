/**
 * An exported training step: 20 steps give the losses of our own engine, in ONNX Runtime here and in Python's.
 * golden/onnx/training.json holds Python's losses, and the hash of the plain step (no planning) as it was then: while the hash stands,
 * the emitter writes the bytes that Python ran. MOLT_PYTHON=python MOLT_GOLDEN=write npx vitest run test/molt/export makes it again.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { tfjs } from '../../../dsl/backends/tfjs/index.ts';
import { lower, schedule, type Value } from '../../../dsl/index.ts';
import { onnxModel, target } from '../../../dsl/onnx/index.ts';
import { adamWDefaults } from '../../../dsl/optim/index.ts';
import { stepJob } from '../../../molt/export/job.ts';
import { readSafetensors, writeSafetensors } from '../../../molt/io/safetensors.ts';
import { decodeVariant } from '../../../molt/variants/codec.ts';
import { must } from '../../dsl/onnx/cases.ts';
import { session } from '../../dsl/onnx/runtime.ts';
import { molt } from '../cli/terminal.ts';
import { batch, data, file, inputsAt, ownTraining, rate, start, steps } from './training.ts';

interface Golden {
  readonly losses: readonly number[];
  readonly sha256: string;
}
const path = 'test/golden/onnx/training.json';
const golden = (): Golden => JSON.parse(readFileSync(path, 'utf8'));
const python = process.env['MOLT_PYTHON'];
const own = await ownTraining(must(await tfjs('wasm')()));

const folder = mkdtempSync(join(tmpdir(), 'molt-export-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
writeFileSync(at('v.json'), JSON.stringify(file));
must(await writeSafetensors(at('data.safetensors'), data)());
const exported = await molt('export', at('v.json'), '--output', at('step.onnx'), '--train', '--batch', String(batch), '--start', at('start.safetensors'));

const plain = must(onnxModel(
  (() => schedule(lower([...must(stepJob(must(decodeVariant('tiny', file)), adamWDefaults)).outputs(batch).values()], target)))(),
  { name: 'step', outputs: [...must(stepJob(must(decodeVariant('tiny', file)), adamWDefaults)).outputs(batch).keys()] },
)).bytes;
const sha256 = createHash('sha256').update(plain).digest('hex');

/** Weights whose gradient is zero in exact arithmetic: the optimiser makes steps of its rounding. */
const flat = /^tfm\.\w+\.out\.bias$/;

const close = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found).toHaveLength(wanted.length);
  found.forEach((x, i) => expect(Math.abs(x - (wanted[i] ?? NaN)), `step ${i + 1}: ${x} and ${wanted[i]}`).toBeLessThan(1e-4));
};

/** The losses of a step in ONNX Runtime, and the last weights. */
const trainedBy = async (model: Uint8Array | string): Promise<{ readonly losses: readonly number[]; readonly weights: ReadonlyMap<string, Value> }> => {
  const running = await session(model);
  const zeros = ({ sizes, data: { length } }: Value): Value => ({ sizes, dtype: 'f32', data: new Float32Array(length) });
  const named = (prefix: string, values: ReadonlyMap<string, Value>): readonly [string, Value][] => [...values].map(([name, v]) => [`${prefix}${name}`, v]);
  let state: ReadonlyMap<string, Value> = new Map([...start, ...['first.', 'second.'].flatMap((prefix) => named(prefix, new Map([...start].map(([name, v]) => [name, zeros(v)]))))]);
  const losses: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const scalars: readonly [string, Value][] = [['rate', { sizes: [], dtype: 'f32', data: Float32Array.of(rate) }], ['step', { sizes: [], dtype: 'i32', data: Int32Array.of(step + 1) }]];
    const found = await running.run(new Map([...state, ...inputsAt(step), ...scalars]));
    losses.push(found.get('loss')?.data[0] ?? NaN);
    state = new Map([...state.keys()].flatMap((name) => { const next = found.get(`next.${name}`); return next === undefined ? [] : [[name, next]]; }));
  }
  await running.close();
  return { losses, weights: new Map([...start.keys()].flatMap((name) => { const w = state.get(name); return w === undefined ? [] : [[name, w]]; })) };
};

test('it learns, and starts where it says', async () => {
  expect(exported).toMatchObject({ code: 0, err: '' });
  const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
  expect(mean(own.losses.slice(-8))).toBeLessThan(mean(own.losses.slice(0, 8)));
  const written = must(await readSafetensors(at('start.safetensors'))()).tensors;
  expect([...written.keys()].toSorted()).toEqual([...start.keys()].toSorted());
  for (const [name, { data: w }] of start) expect(Buffer.from(Float32Array.from(written.get(name)?.data ?? []).buffer).equals(Buffer.from(Float32Array.from(w).buffer)), name).toBe(true);
});

describe('in ONNX Runtime', () => {
  test('the exported step gives our own losses and weights', async () => {
    const found = await trainedBy(at('step.onnx'));
    close(found.losses, own.losses);
    for (const [name, w] of own.weights) if (!flat.test(name)) w.forEach((x, i) => expect(Math.abs((found.weights.get(name)?.data[i] ?? NaN) - x), name).toBeLessThan(1e-3));
  });
  test('so does the step as it stands, and the step of any batch size', async () => {
    close((await trainedBy(plain)).losses, own.losses);
    expect((await molt('export', at('v.json'), '--output', at('any.onnx'), '--train', '--batch', 'dynamic:8')).code).toBe(0);
    close((await trainedBy(at('any.onnx'))).losses, own.losses);
  });
});

test.skipIf(python === undefined)("Python's ONNX Runtime gives the same losses", () => {
  const losses = ['step.onnx', 'plain.onnx'].map((name): readonly number[] => {
    if (name === 'plain.onnx') writeFileSync(at(name), plain);
    const { status, stdout, stderr } = spawnSync(python ?? '', ['test/golden/onnx_train.py', at(name), at('start.safetensors'), at('data.safetensors'), String(rate)], { encoding: 'utf8' });
    expect(`${status}${stderr}`).toBe('0');
    return JSON.parse(stdout).losses;
  });
  for (const one of losses) close(one, own.losses);
  if (process.env['MOLT_GOLDEN'] === 'write') writeFileSync(path, `${JSON.stringify({ losses: losses[1], sha256 }, null, 2)}\n`);
});

test("our own losses are those of Python's ONNX Runtime, and the bytes that it ran", () => {
  close(own.losses, golden().losses);
  expect(sha256).toBe(golden().sha256);
});
