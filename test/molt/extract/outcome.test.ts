/** What became of each item, and how it is told. */
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import type { Manifest } from '../../../molt/extract/manifest.ts';
import { outcomeOf } from '../../../molt/extract/outcome.ts';
import type { Stamp } from '../../../molt/extract/hash.ts';
import { sourceKey } from '../../../molt/extract/plan.ts';
import type { Stamps } from '../../../molt/extract/stamps.ts';
import { type Summary, summaryJson, summaryLines } from '../../../molt/extract/summary.ts';
import { fault, type Fault } from '../../../shapes/fault.ts';

const manifest: Manifest = {
  schemaVersion: 1, setting: 'avs',
  items: [{ id: 'new', video: 'n' }, { id: 'old', video: 'o' }, { id: 'half', video: 'h' }, { id: 'away', video: 'a' }, { id: 'deaf', frames: ['f'] }],
};
const absent = fault('Name', 'a', ['not there'], 'a file');
const damaged = fault('Corrupt', 'h', ['cut'], 'a whole file');
const keyed = (path: string) => sourceKey({ kind: 'video', paths: [path] });
const stamps: Stamps = new Map<string, Either<Fault, Stamp>>([
  ...['n', 'o', 'h'].map((path) => [keyed(path), right({ hash: path, times: '' })] as const), [keyed('a'), left(absent)] as const,
  [sourceKey({ kind: 'stills', paths: ['f'] }), right({ hash: 'f', times: '' })] as const,
]);
const shelves = [
  { modality: 'visual', key: 'V', has: (input: string) => ['n', 'o', 'h', 'f'].includes(input) },
  { modality: 'audio', key: 'A', has: (input: string) => ['n', 'o'].includes(input) },
] as const;

test('an item counts once', () => {
  const { items, failures, record } = outcomeOf(manifest, shelves, stamps, { done: [{ collection: 0, input: 'n' }], failures: [{ collection: 1, input: 'h', why: damaged }] });
  expect(items).toEqual({ done: 1, there: 1, failed: 3 });
  expect(failures.map(({ id, modality, why }) => [id, modality, why.given[0]])).toEqual([['half', 'audio', 'cut'], ['away', 'visual', 'not there'], ['away', 'audio', 'not there'], ['deaf', 'audio', 'no sound in the manifest']]);
  expect(record).toMatchObject({ setting: 'avs', segments: 5, collections: { visual: 'V', audio: 'A' } });
  expect(record.items.map(({ inputs }) => inputs)).toEqual([{ visual: 'n', audio: 'n' }, { visual: 'o', audio: 'o' }, { visual: 'h' }, {}, { visual: 'f' }]);
});

const summary: Summary = {
  store: 'S', record: 'S/manifests/r.json', collections: [{ modality: 'visual', backbone: 'swin', key: 'V', bytes: 10 }], items: { done: 30, there: 2, failed: 11 },
  failures: [{ id: 'half', modality: 'audio', why: damaged }, ...Array.from({ length: 10 }, (_, i) => ({ id: `away${i}`, modality: 'visual' as const, why: absent }))],
  seconds: 60, shares: { backbone: 0.875, waiting: 0.0625, writing: 0.01, hashing: 0.02 }, decoders: { workers: 2, seconds: 31 },
};

test('a summary, equal reasons together', () => {
  expect(summaryLines(summary)).toEqual([
    'S: 30 done, 2 already there, 11 failed, in 60.0 s (0.500 items/s)',
    'time: backbone 88 %, waiting for decoders 6 %, writing 1 %, hashing 2 %, loading and compiling 3 %; 2 decoders at work for 31.0 s',
    'record: S/manifests/r.json',
    'failed:',
    '  audio: cut (needed a whole file)', '    half (h)',
    '  visual: not there (needed a file)', ...Array.from({ length: 8 }, (_, i) => `    away${i} (a)`), '    and 2 more',
    'these are tried again by the next run of the same command',
  ]);
});

test('nothing new', () => {
  expect(summaryLines({ ...summary, items: { done: 0, there: 32, failed: 0 }, failures: [], seconds: 0.5 })).toEqual(['S: 0 done, 32 already there, 0 failed, in 0.5 s', 'record: S/manifests/r.json']);
});

test('a summary for programs', () => {
  expect(JSON.parse(summaryJson(summary))).toMatchObject({ schemaVersion: 1, itemsPerSecond: 0.5, failures: { 0: { id: 'half', modality: 'audio', fault: { _tag: 'Corrupt' } }, length: 11 } });
});
