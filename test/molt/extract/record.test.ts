/** What a run leaves for training: its record. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { left, right } from 'fp-ts/lib/Either.js';
import { afterAll, expect, test } from 'vitest';
import { decodeRunManifest, printRunManifest, readRunManifest, type RunManifest, runName, writeRunManifest } from '../../../molt/extract/record.ts';
import { nodePorts } from '../../../molt/store/index.ts';
import { good } from '../media/clips.ts';

const store = mkdtempSync(join(tmpdir(), 'molt-record-'));
afterAll(() => rmSync(store, { recursive: true, force: true }));

const run: RunManifest = {
  schemaVersion: 1, setting: 'ave', segments: 10, classes: ['a', 'b'], collections: { visual: 'v'.repeat(64), audio: 'a'.repeat(64) },
  items: [{ id: 'one "1"', split: 'train', labels: [0, 1], inputs: { visual: '1', audio: '2' } }, { id: 'two', inputs: {} }],
};

test('decode ∘ print = identity', () => {
  expect(decodeRunManifest('r.json', JSON.parse(printRunManifest(run)))).toEqual(right(run));
  expect(printRunManifest(run).split('\n')).toHaveLength(5);
});

test('the only record, or one of several by path or name', async () => {
  expect(await readRunManifest(store)()).toMatchObject(left({ _tag: 'Name', given: ['no such folder'] }));
  const ports = await nodePorts();
  const manifest = { schemaVersion: 1, setting: 'ave', items: [{ id: 'two', video: 'two.mp4' }] } as const;
  const name = runName(manifest, run.collections);
  const path = good(await writeRunManifest(ports, store, name, run)());
  good(await writeRunManifest(ports, store, name, run)());
  expect(readdirSync(join(store, 'manifests'))).toEqual([`${name}.json`]);
  expect(good(await readRunManifest(store)())).toEqual(run);
  const other = runName(manifest, {});
  expect(other).not.toBe(name);
  good(await writeRunManifest(ports, store, other, { ...run, items: [{ id: 'three', inputs: {} }] })());
  expect(await readRunManifest(store)()).toMatchObject(left({ _tag: 'Name', needed: 'one record of an extraction', hint: 'say which one: --manifest' }));
  expect(good(await readRunManifest(store, name)())).toEqual(run);
  expect(good(await readRunManifest(store, path)())).toEqual(run);
  writeFileSync(path, '{"schemaVersion":1}');
  expect(await readRunManifest(store, path)()).toMatchObject(left({ _tag: 'Name' }));
});
