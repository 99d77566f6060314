/** `molt train` and `molt eval` on a store made here: it learns, goes on to the same numbers, and says what is wrong. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mainOn } from '../../../molt/cli/main.ts';
import { molt, type Outcome, recorder } from './terminal.ts';
import { writeStored } from '../train/stored.ts';

const folder = mkdtempSync(join(tmpdir(), 'molt-train-'));
afterAll(() => rmSync(folder, { recursive: true }));
const items = { train: 20, val: 6, test: 7 } as const;
const settings = ['--epochs', '4', '--batch', '8', '--rate', '0.01', '--backend', 'wasm', '--memory', '1'];

type Stored = Awaited<ReturnType<typeof writeStored>>;
const shared: { stored?: Stored; whole?: Outcome } = {};
const stored = (): Stored => { if (shared.stored === undefined) throw new Error('a store'); return shared.stored; };
beforeAll(async () => {
  shared.stored = await writeStored(join(folder, 'a'), { items });
  shared.whole = await train(stored(), 'whole');
});

const train = ({ variant, store }: Stored, out: string, ...more: readonly string[]): Promise<Outcome> => molt('train', variant, '--store', store, '--out', join(folder, out), ...settings, ...more);
const record = (out: string) => JSON.parse(readFileSync(join(folder, out, 'record.json'), 'utf8'));
const bytes = (out: string, file: string): Buffer => readFileSync(join(folder, out, file));

test('it learns far above chance, and tells so', () => {
  const { code, out, err } = shared.whole ?? { code: -1, out: '', err: '' };
  expect({ code, err }).toMatchObject({ code: 0 });
  expect(err).toContain('training: 40 steps');
  expect(out).toMatch(/^tiny: [\d,]+ parameters, 40 steps in .* on tfjs-wasm, loss .*\ntrain +\d/);
  const made = record('whole');
  expect(made).toMatchObject({
    schemaVersion: 1, variant: 'tiny', backend: 'tfjs-wasm', steps: 40, validation: 'val', kept: 4, classes: ['bell', 'dog', 'background'],
    settings: { epochs: 4, batch: 8, rate: 0.01, seed: 0 }, data: { items: { train: 20, val: 6 } },
    splits: { train: { items: 20, segments: 80 }, val: { items: 6, segments: 24 }, test: { items: 7, segments: 28 } },
  });
  expect(made.curve).toHaveLength(4);
  expect(made.parameters.head).toBe(16 * 3 + 3);
  expect(made.splits.test.accuracy).toBeGreaterThan(0.8);
  expect(made.curve[3].validation).toBe(made.splits.val.accuracy);
});

/** A record without what differs from run to run. */
const timeless = (out: string) => { const { seconds: _, curve, ...rest } = record(out); return { ...rest, curve: curve.map(({ seconds: __, ...point }: { readonly seconds: number }) => point) }; };

test('eval gives the record\'s score, as a table and as JSON; weights and statistics may lie apart', async () => {
  const { variant, store } = stored();
  const weights = join(folder, 'whole', 'weights.safetensors');
  const ask = ['eval', variant, '--store', store, '--weights', weights, '--backend', 'wasm'];
  const json = await molt(...ask, '--json', '--batch', '5');
  expect(json).toMatchObject({ code: 0, err: '' });
  const { test: wanted, val } = record('whole').splits;
  expect(JSON.parse(json.out)).toEqual({ schemaVersion: 1, variant: 'tiny', backend: 'tfjs-wasm', split: 'test', ...wanted });
  const table = await molt(...ask, '--split', 'val', '--quiet');
  expect(table.out).toMatch(/^class +segments +right +recall +precision\nbell +8 /);
  expect(table.out).toContain(`${(100 * val.accuracy).toFixed(1)} %`);
  const apart = join(folder, 'apart.safetensors');
  writeFileSync(apart, readFileSync(weights));
  expect(await molt(...ask, '--weights', apart)).toMatchObject({ code: 2, err: expect.stringContaining('--weights is given twice') });
  const [, ...others] = ask.filter((word) => word !== '--weights' && word !== weights);
  expect(await molt('eval', ...others, '--weights', apart)).toMatchObject({ code: 2, err: expect.stringContaining(join(folder, 'standard.safetensors')) });
  expect(await molt('eval', ...others, '--weights', apart, '--standard', join(folder, 'whole', 'standard.safetensors'), '--quiet')).toMatchObject({ code: 0 });
});

test('the same command gives the same bytes, whatever the engine is told of its helpers; another seed does not', async () => {
  expect((await train(stored(), 'again', '--quiet')).code).toBe(0);
  for (const file of ['weights.safetensors', 'standard.safetensors', 'run.json']) expect(bytes('again', file).equals(bytes('whole', file)), file).toBe(true);
  expect(timeless('again')).toEqual(timeless('whole'));
  expect((await train(stored(), 'other', '--seed', '1', '--json')).code).toBe(0);
  expect(bytes('other', 'weights.safetensors').equals(bytes('whole', 'weights.safetensors'))).toBe(false);
});

describe('interrupted', () => {
  const statistics = { label: 'statistics of the training split', resumed: 'resumed-0' };
  const steps = { label: 'training', resumed: 'resumed-1' };
  test.each([statistics, steps])('at $label: exit code 130, and --resume reaches the same bytes', async ({ label, resumed }) => {
    const { terminal, err } = recorder();
    let pressed = false;
    // the handler of the command alone: others of this process end tests
    const press = (): void => { if (!pressed) process.listeners('SIGINT').at(-1)?.('SIGINT'); pressed = true; };
    const pressing = { ...terminal, err: (line: string) => { terminal.err(line); if (line.startsWith(`${label}:`)) press(); } };
    const { variant, store } = stored();
    expect(await mainOn(pressing)(['train', variant, '--store', store, '--out', join(folder, resumed), ...settings])).toBe(130);
    expect(err()).toContain('interrupted');
    expect(existsSync(join(folder, resumed, 'weights.safetensors'))).toBe(false);
    const { code } = await train(stored(), resumed, '--resume');
    expect(code).toBe(0);
    expect(bytes(resumed, 'weights.safetensors').equals(bytes('whole', 'weights.safetensors'))).toBe(true);
    expect(timeless(resumed)).toEqual(timeless('whole'));
  });

  test('a finished run goes on to its own end; a folder is not written over', async () => {
    const before = bytes('whole', 'weights.safetensors');
    expect((await train(stored(), 'whole', '--resume', '--quiet')).code).toBe(0);
    expect(bytes('whole', 'weights.safetensors').equals(before)).toBe(true);
    expect(await train(stored(), 'whole')).toMatchObject({ code: 2, err: expect.stringContaining('it holds this run already') });
    const other = await train(stored(), 'whole', '--seed', '3', '--resume');
    expect(other).toMatchObject({ code: 2 });
    expect(other.err).toContain('settings.seed: 0 there, 3 asked for');
  });
});

describe('refused before anything runs', () => {
  const changed = (name: string, change: (variant: Record<string, unknown>) => Record<string, unknown>): Stored => {
    const variant = join(folder, `${name}.json`);
    writeFileSync(variant, JSON.stringify(change(JSON.parse(readFileSync(stored().variant, 'utf8')))));
    return { ...stored(), variant };
  };
  const refused = async (given: Stored, ...texts: readonly string[]): Promise<void> => {
    const { code, out, err } = await train(given, 'refused');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    for (const text of texts) expect(err).toContain(text);
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  };

  test('another task', () => refused(changed('none', (v) => ({ ...v, task: { kind: 'none' } })), 'variant tiny with the task none', '"kind": "ave"'));
  test('other layers', () => refused(changed('wide', (v) => ({ ...v, features: { visual: [{ tokens: 3, channels: 8 }, { tokens: 9, channels: 8 }], audio: [{ tokens: 4, channels: 8 }, { tokens: 4, channels: 8 }] } })), 'visual.1: 3 tokens, 8 channels; needed 9 tokens, 8 channels', 'tiny-visual, late'));
  test('fewer layers', () => refused(changed('one', (v) => ({ ...v, features: { visual: [{ tokens: 3, channels: 8 }], audio: [{ tokens: 4, channels: 8 }] } })), '2 visual layers; needed 1', '2 audio layers; needed 1'));
  test('other segments', () => refused(changed('long', (v) => ({ ...v, task: { kind: 'ave', classes: 2, segments: 10 } })), 'visual: 4 segments; needed 10'));
  test('other classes', () => refused(changed('many', (v) => ({ ...v, task: { kind: 'ave', classes: 28, segments: 4 } })), '3 classes: bell, dog, background', 'the 28 events'));
  test('background counted as an event', () => refused(changed('three', (v) => ({ ...v, task: { kind: 'ave', classes: 3, segments: 4 } })), '3 classes: bell, dog, background', 'the 3 events'));
  test('no store, no variant, no manifest of that name', async () => {
    await refused({ ...stored(), store: join(folder, 'nowhere') }, 'nowhere');
    await refused({ ...stored(), variant: join(folder, 'nothing.json') }, 'nothing.json');
    expect(await molt('train', '--store', stored().store, '--out', 'o')).toMatchObject({ code: 2, err: expect.stringContaining('molt train VARIANT.json') });
    const { variant, store } = stored();
    expect(await molt('train', variant, '--store', store, '--out', 'o', '--manifest', join(folder, 'gone.json'))).toMatchObject({ code: 2, err: expect.stringContaining('gone.json') });
  });
  test('numbers that are none, and a batch larger than the split', async () => {
    expect((await train(stored(), 'refused', '--decay', 'x')).err).toContain('--decay x: needed a decimal number');
    const { variant, store } = stored();
    expect(await molt('train', variant, '--store', store, '--out', join(folder, 'refused'), '--batch', '81', '--backend', 'wasm')).toMatchObject({ code: 2, err: expect.stringContaining('at most the 80 segments') });
  });

  const others = { items: { train: 3, val: 2, test: 1 } } as const;
  test('items without labels, with too few, with a class that is none', async () => {
    await refused(await writeStored(join(folder, 'unlabelled'), { ...others, change: (run) => ({ ...run, items: run.items.map(({ labels: _, ...item }, i) => (i === 1 ? item : { ...item, labels: [0, 1, 2, 0] })) }) }), '1 of 3 items without labels: train-1', '4 class indices');
    await refused(await writeStored(join(folder, 'short'), { ...others, change: (run) => ({ ...run, items: run.items.map((item, i) => ({ ...item, labels: i === 0 ? [0] : i === 2 ? [0, 0, 3, 0] : [0, 0, 0, 0] })) }) }), 'train-0: 1 labels; needed 4', 'train-2: label 3; needed 0 to 2');
  });
  test('clips of background alone, where the head names an event for every clip; no trunks to give weights of', async () => {
    const silent = await writeStored(join(folder, 'background'), { ...others, change: (run) => ({ ...run, items: run.items.map((item, i) => (i === 1 ? { ...item, labels: [2, 2, 2, 2] } : item)) }) });
    const clips = join(folder, 'clips.json');
    const json = JSON.parse(readFileSync(silent.variant, 'utf8'));
    writeFileSync(clips, JSON.stringify({ ...json, task: { ...json.task, head: 'cmbs', hidden: 4 } }));
    await refused({ ...silent, variant: clips }, '1 of 3 items of background alone: train-1', 'an event in every clip');
    expect(await train(stored(), 'refused', '--visual-weights', 'w.safetensors')).toMatchObject({ code: 2, err: expect.stringContaining('which names no trunks') });
  });
  test('a split without items', async () => {
    const empty = await writeStored(join(folder, 'empty'), { ...others, items: { train: 3, val: 0, test: 1 } });
    await refused(empty, 'split val', 'train 3, val 0, test 1, none 0');
    expect((await train(empty, 'on-test', '--validation', 'test', '--quiet', '--batch=4')).err).toContain('given twice');
    expect((await molt('train', empty.variant, '--store', empty.store, '--out', join(folder, 'on-test'), '--validation', 'test', '--batch', '4', '--epochs', '1', '--backend', 'wasm', '--quiet')).code).toBe(0);
    expect(Object.keys(record('on-test').splits)).toEqual(['train', 'test']);
  });
  test('items without features are named, with the command that makes them; or left out', async () => {
    const lacking = await writeStored(join(folder, 'lacking'), { items: { train: 4, val: 2, test: 1 }, lacking: ['train-2', 'test-0'] });
    await refused(lacking, '1 of 4 items without features', 'train-2: no audio features', 'molt extract MANIFEST.json --backbone tiny-visual', '--position late', '--skip-missing');
    const left = await molt('train', lacking.variant, '--store', lacking.store, '--out', join(folder, 'skipped'), '--skip-missing', '--batch', '4', '--epochs', '1', '--backend', 'wasm');
    expect(left.code).toBe(0);
    expect(left.err).toContain('the test split is not scored');
    expect(record('skipped').splits).toMatchObject({ train: { items: 3 }, val: { items: 2 } });
    expect(record('skipped').splits.test).toBeUndefined();
  });
  test('features of one modality only', async () => {
    await refused(await writeStored(join(folder, 'silent'), { ...others, change: (run) => ({ ...run, collections: { visual: run.collections.visual ?? '' } }) }), 'no audio features');
  });
});
