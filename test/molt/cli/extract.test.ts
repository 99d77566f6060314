/** The command line of extraction: flags, summary, exit codes; and real processes that are killed without warning. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isLeft } from 'fp-ts/lib/Either.js';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { random } from '../../../dsl/index.ts';
import { extract } from '../../../molt/cli/commands/extract.ts';
import { interruptible, type Signals } from '../../../molt/cli/interrupt.ts';
import { extract as extractAll } from '../../../molt/extract/index.ts';
import type { Ffmpeg } from '../../../molt/media/index.ts';
import { dataset, optionsFor, writeManifest } from '../extract/clips.ts';
import { at, good, save, wav, withFfmpeg } from '../media/clips.ts';
import { files } from '../store/helpers.ts';
import { molt, recorder } from './terminal.ts';

vi.setConfig({ testTimeout: 180_000 });

const trunks = ['--backbone', 'swinv2-tiny64', '--backbone', 'htsat-tiny64'] as const;

afterEach(() => {
  for (const folder of ['data', 'store', 'alone', 'killed', 'shared']) rmSync(at(folder), { recursive: true, force: true });
});

withFfmpeg('a manifest, a store, a summary; then a flipped byte', async (ffmpeg) => {
  const items = dataset(ffmpeg, 'data', 2);
  const manifest = writeManifest('data/m.json', [...items, { id: 'broken', video: 'm.json' }]);
  const words = ['extract', manifest, ...trunks, '--store', at('store'), '--ffmpeg', ffmpeg.path, '--threads', '1'];
  const first = await molt(...words);
  expect(first.err).toContain('extracting: 6 steps');
  expect(first.code).toBe(1);
  expect(first.out).toContain('2 done, 0 already there, 1 failed, in ');
  expect(first.out).toMatch(/time: backbone \d+ %, waiting for decoders \d+ %, writing \d+ %, hashing \d+ %; 1 decoder at work for/);
  expect(first.out).toContain('broken (m.json)');
  writeManifest('data/m.json', items);
  const second = await molt(...words, '--quiet', '--json');
  expect(second).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(second.out)).toMatchObject({ schemaVersion: 1, items: { done: 0, there: 2, failed: 0 }, itemsPerSecond: 0, failures: [] });

  expect(await molt('extract', '--verify', '--store', at('store'), '--quiet')).toEqual({ code: 0, err: '', out: `${at('store')}: every byte is as it was written\n` });
  const before = await files(at('store'));
  const victim = [...before.keys()].find((name) => name.endsWith('.safetensors')) ?? '';
  const bytes = readFileSync(at('store', victim));
  bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 4;
  writeFileSync(at('store', victim), bytes);
  const found = await molt('extract', '--verify', '--store', at('store'));
  expect(found.code).toBe(1);
  expect(found.out).toContain(victim);
  expect(found.out).toMatch(/tensor (visual|audio)\.\d/);
  expect(await molt('extract', '--verify', '--store', at('store'), '--json')).toMatchObject({ code: 1 });
  expect(await molt('extract', '--verify', '--repair', '--store', at('store'))).toMatchObject({ code: 1 });
  expect(await molt(...words)).toMatchObject({ code: 0 });
  const after = await files(at('store'));
  expect(new Map([...after].filter(([name]) => !name.includes('quarantine')))).toEqual(before);
});

test.each([
  [[], '--store DIR is missing'],
  [['--store', 's'], 'no manifest'],
  [['m.json', '--store', 's'], 'no backbone'],
  [['m.json', '--store', 's', '--backbone', 'swinv2-tny64'], 'did you mean swinv2-tiny64?'],
  [['m.json', '--store', 's', '--backbone', 'htsat'], 'no --weights for htsat'],
  [['m.json', '--store', 's', ...trunks, '--weights', 'w.safetensors'], '2 --backbone and 1 --weights'],
  [['m.json', '--store', 's', ...trunks, '--position', 'later'], 'did you mean late?'],
  [['m.json', '--store', 's', ...trunks, '--setting', 'avf'], 'one of ave, avqa, avs'],
  [['none.json', '--store', 's', ...trunks], 'none.json'],
  [['m.json', '--store', 's', '--verify'], '--verify beside a manifest'],
  [['m.json', '--store', 's', ...trunks, '--repair'], '--repair without --verify'],
  [['--verify', '--store', 'nowhere'], 'no feature store'],
])('molt extract %j is refused', async (words, said) => {
  const { code, err } = await molt('extract', ...words, '--quiet');
  expect(err).toContain(said);
  expect(code).toBe(2);
});

test('positions by their names', () => {
  const read = extract.flags['position']?.read;
  expect(['late', 'mid', 'early+mid', 'late+early'].map((text) => read?.(text))).toMatchObject([{ right: ['late'] }, { right: ['middle'] }, { right: ['early', 'middle'] }, { right: ['early', 'late'] }]);
});

withFfmpeg('Ctrl-C stops between items and stores nothing half', async (ffmpeg) => {
  const manifest = writeManifest('data/m.json', dataset(ffmpeg, 'data', 2));
  const handlers = new Set<() => void>();
  const signals: Signals = { on: (_, handler) => handlers.add(handler), off: (_, handler) => handlers.delete(handler), exit: () => {} };
  const press = (): void => { for (const handler of handlers) handler(); };
  const options = optionsFor(ffmpeg, manifest, at('store'));
  const progress = { ...options.progress, update: (done: number, note?: string) => { if (done === 1 && note !== undefined) press(); } };
  const stopped = await interruptible(recorder().terminal, (interrupt) => extractAll({ ...options, progress, interrupt }), signals)();
  expect(isLeft(stopped) ? stopped.left._tag : 'done').toBe('Interrupted');
  const left = [...(await files(at('store'))).keys()];
  expect(left.filter((name) => /claim|tmp|safetensors|manifests/.test(name))).toEqual([]);
  expect(good(await extractAll(options)()).items).toEqual({ done: 2, there: 0, failed: 0 });
});

const launcher = fileURLToPath(new URL('../../../molt/cli/molt.mjs', import.meta.url));
const started = (ffmpeg: Ffmpeg, manifest: string, store: string): ChildProcess =>
  spawn(process.execPath, [launcher, 'extract', manifest, '--backbone', 'htsat-tiny64', '--store', at(store), '--ffmpeg', ffmpeg.path, '--threads', '1', '--quiet'], { stdio: ['ignore', 'ignore', 'inherit'] });
const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** Ten seconds of a tone. */
const tone = (number: number): Uint8Array => {
  const samples = Int16Array.from({ length: 160_000 }, (_, i) => 8000 * Math.sin((i * (number + 2)) / 20));
  return wav(16_000, samples.byteLength, new Uint8Array(samples.buffer));
};

beforeAll(() => execFileSync(process.execPath, [launcher, '--version'])); // compiles what is not

withFfmpeg('killed three times and started again, and two side by side: the store of an undisturbed run, byte for byte', async (ffmpeg) => {
  mkdirSync(at('data'), { recursive: true });
  const manifest = writeManifest('data/m.json', Array.from({ length: 36 }, (_, i) => ({ id: `tone${i}`, audio: basename(save(`data/${i}.wav`, tone(i))) })));
  const begun = Date.now();
  expect(await once(started(ffmpeg, manifest, 'alone'), 'close')).toEqual([0, null]);
  const life = Date.now() - begun;
  for (const part of random.uniform(random.key(4), 3)) {
    const child = started(ffmpeg, manifest, 'killed');
    const end = once(child, 'close');
    await wait((0.3 + 0.6 * part) * life);
    child.kill('SIGKILL');
    await end;
  }
  expect(await once(started(ffmpeg, manifest, 'killed'), 'close')).toEqual([0, null]);
  const alone = await files(at('alone'));
  expect([...alone.keys()].filter((name) => name.endsWith('.safetensors'))).toHaveLength(3);
  expect(await files(at('killed'))).toEqual(alone);
  expect(await Promise.all([1, 2].map(() => once(started(ffmpeg, manifest, 'shared'), 'close')))).toEqual([[0, null], [0, null]]);
  expect(await files(at('shared'))).toEqual(alone);
});
