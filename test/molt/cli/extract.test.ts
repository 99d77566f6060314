/** The command line of extraction: flags, summary, exit codes. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isLeft } from 'fp-ts/lib/Either.js';
import { afterEach, expect, test, vi } from 'vitest';
import { extract } from '../../../molt/cli/commands/extract.ts';
import { interruptible, type Signals } from '../../../molt/cli/interrupt.ts';
import { extract as extractAll } from '../../../molt/extract/index.ts';
import { dataset, optionsFor, writeManifest } from '../extract/clips.ts';
import { at, good, withFfmpeg } from '../media/clips.ts';
import { files } from '../store/helpers.ts';
import { molt, recorder } from './terminal.ts';

vi.setConfig({ testTimeout: 180_000 });

const trunks = ['--backbone', 'swinv2-tiny64', '--backbone', 'htsat-tiny64'] as const;

afterEach(() => {
  for (const folder of ['data', 'store']) rmSync(at(folder), { recursive: true, force: true });
});

withFfmpeg('a manifest, a store, a summary; then a flipped byte', async (ffmpeg) => {
  const items = dataset(ffmpeg, 'data', 2);
  const manifest = writeManifest('data/m.json', [...items, { id: 'broken', video: 'm.json' }]);
  const words = ['extract', manifest, ...trunks, '--store', at('store'), '--ffmpeg', ffmpeg.path, '--threads', '1'];
  const first = await molt(...words);
  expect(first.err).toContain('extracting: 6 steps');
  expect(first.code).toBe(1);
  expect(first.out).toContain('2 done, 0 already there, 1 failed, in ');
  expect(first.out).toMatch(/time: backbone \d+ %, waiting for decoders \d+ %, writing \d+ %, hashing \d+ %, loading and compiling \d+ %; 1 decoder at work for/);
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
