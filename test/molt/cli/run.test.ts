/** `molt run` against PyTorch on every engine, and what it says of bad input. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, test } from 'vitest';
import type { Value } from '../../../dsl/index.ts';
import { floatsAs } from '../../../dsl/safetensors/index.ts';
import { readSafetensors, writeSafetensors } from '../../../molt/io/safetensors.ts';
import { printFault } from '../../../shapes/fault.ts';
import { golden, molt, type Outcome } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'molt-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

const load = async (path: string): Promise<ReadonlyMap<string, Value>> => {
  const read = await readSafetensors(path)();
  if (isLeft(read)) throw new Error(printFault(read.left));
  return read.right.tensors;
};
const save = async (path: string, tensors: ReadonlyMap<string, Value>, stored?: 'F16' | 'F64'): Promise<string> => {
  const written = await writeSafetensors(path, tensors, new Map(), stored === undefined ? {} : { stored: floatsAs(stored) })();
  if (isLeft(written)) throw new Error(printFault(written.left));
  return path;
};

interface Files {
  readonly variant: string;
  readonly weights: string;
  readonly inputs: string;
}
const filesOf = (name: string): Files => ({ variant: golden(name, 'variant.json'), weights: golden(name, 'weights.safetensors'), inputs: golden(name, 'inputs.safetensors') });
const run = (files: Files, output: string, ...more: readonly string[]): Promise<Outcome> =>
  molt('run', '--variant', files.variant, '--weights', files.weights, '--inputs', files.inputs, '--output', output, ...more);

const greatest = (data: ArrayLike<number>): number => Array.from(data).reduce((a, x) => Math.max(a, Math.abs(x)), 0);

/** Names whose gradient is zero in exact arithmetic: a softmax does not see a shift of all its scores. */
const flat = /^tfm\.\w+\.out\.bias$/;

/** Every tensor within the tolerance, relative to its greatest value. */
const expectClose = (given: ReadonlyMap<string, Value>, wanted: ReadonlyMap<string, Value>, tolerance: number): void => {
  expect([...given.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [name, { sizes, data }] of wanted) {
    const value = given.get(name);
    expect({ name, sizes: value?.sizes, dtype: value?.dtype }).toEqual({ name, sizes, dtype: 'f32' });
    expect(value?.data).toBeInstanceOf(Float32Array);
    const worst = Array.from(data).reduce((a, x, i) => Math.max(a, Math.abs(x - (value?.data[i] ?? NaN))), 0);
    expect({ name, close: worst <= tolerance * (flat.test(name) ? 1 : greatest(data)), worst }).toMatchObject({ name, close: true });
  }
};

describe.each(['ort-node', 'ort-web', 'tfjs-wasm', 'tfjs-cpu', 'reference'])('on %s', (backend) => {
  test.each(readdirSync('test/golden/molt'))('%s agrees with PyTorch', async (name) => {
    const [output, grads] = [join(folder, `${backend}-${name}-y.safetensors`), join(folder, `${backend}-${name}-g.safetensors`)];
    const { code, err } = await run(filesOf(name), output, '--grads', grads, '--backend', backend);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expectClose(await load(output), await load(golden(name, 'output.safetensors')), 2e-5);
    expectClose(await load(grads), await load(golden(name, 'grads.safetensors')), 2e-4);
  });
});

test('the same run writes the same bytes, and says so as JSON', async () => {
  const files = filesOf('base');
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  const { out, err } = await run(files, one, '--json', '--backend', 'wasm');
  expect(err).toBe('');
  expect(JSON.parse(out)).toMatchObject({ variant: 'base', backend: 'tfjs-wasm', batch: 3, outputs: { 'fused.visual': [3, 12], 'router.1': [3, 4], 'tor.audio': [3] } });
  expect((await run(files, two, '--quiet', '--backend', 'wasm')).out).toBe('');
  expect(readFileSync(two).equals(readFileSync(one))).toBe(true);
  const read = await readSafetensors(one)();
  expect(!isLeft(read) && Object.fromEntries(read.right.metadata)).toMatchObject({ variant: 'base', backend: 'tfjs-wasm' });
});

test('without a backend the fastest is taken, which is told unless quiet', async () => {
  const files = filesOf('base');
  const { out, err } = await run(files, join(folder, 'auto'), '--json', '--threads', '1');
  const { backend } = JSON.parse(out);
  expect(err).toMatch(new RegExp(`^backend ${backend}: the fastest that works here.*\n$`));
  expect((await run(files, join(folder, 'auto-quiet'), '--quiet')).err).toBe('');
  expectClose(await load(join(folder, 'auto')), await load(golden('base', 'output.safetensors')), 2e-5);
});

test('numbers that are not finite are told and written', async () => {
  const files = filesOf('base');
  const weights = await save(join(folder, 'huge'), new Map([...(await load(files.weights))].map(([name, v]) => [name, { ...v, data: Float32Array.from(v.data, (x) => x * 1e30) }])));
  const { code, err } = await run({ ...files, weights }, join(folder, 'not-finite'), '--backend', 'wasm', '--grads', join(folder, 'not-finite-g'));
  expect(code).toBe(0);
  expect(err).toContain('warning: outputs with numbers that are not finite');
  expect(err).toMatch(/fused\.visual .*NaN at/);
});

test('several threads of an engine that has one', async () => {
  const { code, err } = await run(filesOf('base'), join(folder, 'never3'), '--backend', 'tfjs-wasm', '--threads', '2');
  expect(code).toBe(2);
  expect(err).toContain('tfjs-wasm runs on one thread');
});

test('a batch of one, in half and double precision', async () => {
  const files = filesOf('base');
  const first = new Map([...(await load(files.inputs))].map(([name, v]) => [name, { ...v, sizes: [1, ...v.sizes.slice(1)], data: Float64Array.from(v.data.slice(0, v.data.length / 3)) }]));
  const inputs = await save(join(folder, 'first'), first, 'F64');
  const weights = await save(join(folder, 'half'), await load(files.weights), 'F16');
  const exact = join(folder, 'exact');
  expect((await run({ ...files, inputs }, exact)).code).toBe(0);
  const wanted = new Map([...(await load(golden('base', 'output.safetensors')))].map(([name, v]) => [name, { ...v, sizes: [1, ...v.sizes.slice(1)], data: v.data.slice(0, v.data.length / 3) }]));
  expectClose(await load(exact), wanted, 2e-5);
  const rough = join(folder, 'rough');
  expect((await run({ ...files, inputs, weights }, rough)).code).toBe(0);
  expectClose(await load(rough), wanted, 2e-2);
});

/** One screen that names the thing, and the exit code of bad input. */
const expectRefused = ({ code, out, err }: Outcome, ...names: readonly string[]): void => {
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err.trimEnd().split('\n').length).toBeLessThanOrEqual(24);
  for (const name of names) expect(err).toContain(name);
};

describe('bad input', () => {
  const files = filesOf('base');
  const output = join(folder, 'never');
  const changed = async (path: string, to: string, change: (tensors: Map<string, Value>) => void): Promise<string> => {
    const tensors = new Map(await load(path));
    change(tensors);
    return save(join(folder, to), tensors);
  };
  const resized = (v: Value | undefined, sizes: readonly number[]): Value => ({ sizes, dtype: 'f32', data: (v?.data ?? new Float32Array()).slice(0, sizes.reduce((a, b) => a * b, 1)) });

  test('a missing weight', async () => {
    const weights = await changed(files.weights, 'missing', (w) => w.delete('fdm.1.router.out.bias'));
    expectRefused(await run({ ...files, weights }, output), weights, 'missing', 'fdm.1.router.out.bias', '[4]');
  });
  test('a misspelt weight', async () => {
    const weights = await changed(files.weights, 'misspelt', (w) => {
      w.set('fdm.1.router.out.biass', w.get('fdm.1.router.out.bias') ?? resized(undefined, [0]));
      w.delete('fdm.1.router.out.bias');
    });
    expectRefused(await run({ ...files, weights }, output), 'surplus', 'fdm.1.router.out.biass', 'did you mean fdm.1.router.out.bias?');
  });
  test('no weight fits', async () => {
    expectRefused(await run({ ...files, weights: golden('project', 'weights.safetensors') }, output), 'missing', 'more');
  });
  test('a wrong shape', async () => {
    const weights = await changed(files.weights, 'shape', (w) => w.set('tfm.visual.hidden.bias', resized(w.get('tfm.visual.hidden.bias'), [5])));
    expectRefused(await run({ ...files, weights }, output), weights, 'tfm.visual.hidden.bias', '[5]', '[6]');
  });
  test('an input of another batch', async () => {
    const inputs = await changed(files.inputs, 'batch', (x) => x.set('audio.1', resized(x.get('audio.1'), [2, 7, 8])));
    expectRefused(await run({ ...files, inputs }, output), inputs, 'audio.1', '[2, 7, 8]', '[3, 7, 8]');
  });
  test('an input that nobody reads', async () => {
    const inputs = await changed(files.inputs, 'surplus', (x) => x.set('visual.2', resized(x.get('visual.1'), [3, 5, 12])));
    expectRefused(await run({ ...files, inputs }, output), inputs, 'surplus', 'visual.2');
  });
  test('inputs of integers', async () => {
    const inputs = await changed(files.inputs, 'integers', (x) => x.set('visual.1', { sizes: [3, 5, 12], dtype: 'i32', data: new Int32Array(180) }));
    expectRefused(await run({ ...files, inputs }, output), inputs, 'visual.1', 'i32', 'f32');
  });
  test('no sample at all', async () => {
    const inputs = await changed(files.inputs, 'empty', (x) => [...x].forEach(([name, v]) => x.set(name, resized(v, [0, ...v.sizes.slice(1)]))));
    expectRefused(await run({ ...files, inputs }, output), inputs, 'at least one sample');
  });
  test('a truncated file', async () => {
    const weights = join(folder, 'truncated');
    writeFileSync(weights, readFileSync(files.weights).subarray(0, -100));
    expectRefused(await run({ ...files, weights }, output), weights);
    writeFileSync(weights, readFileSync(files.weights).subarray(0, 100));
    expectRefused(await run({ ...files, weights }, output), weights);
    writeFileSync(weights, '');
    expectRefused(await run({ ...files, weights }, output), weights);
  });
  test('an unknown key in the variant', async () => {
    const variant = join(folder, 'variant.json');
    writeFileSync(variant, readFileSync(files.variant, 'utf8').replace('"heads"', '"haeds"'));
    expectRefused(await run({ ...files, variant }, output), variant, 'adapter.haeds', "did you mean 'heads'?");
  });
  test('a variant that is no JSON', async () => {
    const variant = join(folder, 'broken.json');
    writeFileSync(variant, readFileSync(files.variant, 'utf8').slice(0, -10));
    expectRefused(await run({ ...files, variant }, output), variant);
  });
  test('NaN in the features, infinity in a weight', async () => {
    const spoil = (x: number, name: string) => (tensors: Map<string, Value>): void => {
      const v = tensors.get(name);
      if (v !== undefined) tensors.set(name, { ...v, data: Float32Array.from(v.data, (y, i) => (i === 17 ? x : y)) });
    };
    const inputs = await changed(files.inputs, 'nan', spoil(NaN, 'audio.0'));
    expectRefused(await run({ ...files, inputs }, output), inputs, 'audio.0', 'NaN');
    const weights = await changed(files.weights, 'infinity', spoil(Infinity, 'fdm.0.uda.0.visual.mix')); // 3 × 5 has no place 17
    expect((await run({ ...files, weights }, output, '--quiet')).code).toBe(0);
    expectRefused(await run({ ...files, weights: await changed(files.weights, 'infinity', spoil(Infinity, 'fdm.0.uda.0.visual.tokens')) }, join(folder, 'never2')), 'fdm.0.uda.0.visual.tokens', 'Infinity');
  });
  test('an output that is an input', async () => {
    expectRefused(await run(files, files.weights), files.weights);
    expectRefused(await run(files, output, '--grads', join(folder, '.', 'never')), 'no other file');
  });
  test('a task that these features cannot have', async () => {
    const variant = join(folder, 'avs.json');
    writeFileSync(variant, JSON.stringify({ ...JSON.parse(readFileSync(files.variant, 'utf8')), task: { kind: 'avs' } }));
    expectRefused(await run({ ...files, variant }, output), variant, 'features.visual[1].tokens', 'a square number');
  });
  test('an engine that is not installed', async () => {
    const { code, err } = await run(files, output, '--backend', 'tfjs-webgpu');
    expect(code).toBe(3);
    expect(err).toContain('npm install');
  });
  test('a folder that cannot be written', async () => {
    const { code, err } = await run(files, '/proc/molt/y.safetensors');
    expect(code).toBe(3);
    expect(err).toContain('/proc/molt/y.safetensors');
  });
});
