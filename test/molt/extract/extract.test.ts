/** Media in, features out: end to end with the tiny trunks. */
import { copyFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { left } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterEach, expect } from 'vitest';
import type { Value } from '../../../dsl/index.ts';
import { extract, readRunManifest, type RunManifest, summaryJson, summaryLines } from '../../../molt/extract/index.ts';
import { targetsOf } from '../../../molt/extract/target.ts';
import { named, trunkOn } from '../../../molt/extract/trunk.ts';
import { readStore, verify } from '../../../molt/store/index.ts';
import { fault } from '../../../shapes/fault.ts';
import { at, cutTo, good, save, wav, withFfmpeg } from '../media/clips.ts';
import { files } from '../store/helpers.ts';
import { dataset, optionsFor, tiny, writeManifest } from './clips.ts';

afterEach(() => {
  for (const folder of ['data', 'store']) rmSync(at(folder), { recursive: true, force: true });
});

/** Length of the difference, as a share of the second one's. */
const relative = (given: Value | undefined, { data }: Value): number => {
  let [off, all] = [0, 0];
  data.forEach((x, i) => { off += (x - (given?.data[i] ?? NaN)) ** 2; all += x * x; });
  return Math.sqrt(off / all);
};

const greatest = ({ data }: Value): number => Float32Array.from(data).reduce((most, x) => Math.max(most, Math.abs(x)), 0);

withFfmpeg('every clip gets its features, once', async (ffmpeg) => {
  const items = dataset(ffmpeg, 'data', 3);
  copyFileSync(at('data/clip0.mp4'), at('data/copy.mp4'));
  const manifest = writeManifest('data/m.json', [...items, { id: 'twin', video: 'copy.mp4' }]);
  const options = optionsFor(ffmpeg, manifest, at('store'));
  const first = good(await extract(options)());
  expect(first.items).toEqual({ done: 4, there: 0, failed: 0 });
  const run = good(await readRunManifest(at('store'))());
  expect(run).toMatchObject({ setting: 'ave', segments: 10, classes: ['a', 'b', 'none'] });
  expect(run.items.map(({ id, split, labels }) => [id, split, labels?.[0]])).toEqual([['clip0', 'train', 0], ['clip1', 'val', 1], ['clip2', 'test', 2], ['twin', undefined, undefined]]);
  expect(run.items[3]?.inputs).toEqual(run.items[0]?.inputs);
  const store = good(await readStore(at('store'))());
  for (const modality of ['visual', 'audio'] as const) {
    const collection = good(await store.existing(run.collections[modality] ?? '')());
    const features = await Promise.all(run.items.map(async ({ inputs }) => good(await collection.read(inputs[modality] ?? '')())));
    expect([...(features[0]?.keys() ?? [])]).toEqual([`${modality}.0`, `${modality}.1`]);
    for (const tensors of features) for (const value of tensors.values()) {
      expect(value.sizes).toEqual([10, 16, 96]);
      expect(greatest(value)).toBeGreaterThan(0.01);
    }
    expect(features[1]).not.toEqual(features[0]);
  }
  expect(good(await verify(at('store'))())).toEqual([]);
  const before = await files(at('store'));
  const nothingNeeded = { ...options, backend: TE.left(fault('Defect', 'engine', ['asked for'], 'nothing to do')), ffmpeg: TE.left(fault('Defect', 'ffmpeg', ['asked for'], 'nothing to do')) };
  expect(good(await extract(nothingNeeded)()).items).toEqual({ done: 0, there: 4, failed: 0 });
  expect(await files(at('store'))).toEqual(before);
});

withFfmpeg('broken media fail for their item alone', async (ffmpeg) => {
  const [one, two] = dataset(ffmpeg, 'data', 2);
  cutTo(at('data/clip1.mp4'), 'data/cut.mp4', 0.5);
  writeFileSync(at('data/empty.wav'), new Uint8Array());
  save('data/dot.png', Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'));
  save('data/hours.wav', wav(16000, 36000 * 32000, new Uint8Array(1000)));
  save('outside.mp4', new Uint8Array(10));
  symlinkSync(at('outside.mp4'), at('data/link.mp4'));
  const manifest = writeManifest('data/m.json', [
    one, { id: 'truncated', video: 'cut.mp4' }, { id: 'no bytes', video: 'clip1.mp4', audio: 'empty.wav' }, { id: 'a dot', audio: 'clip1.mp4', frames: ['dot.png'] },
    { id: 'ten hours', video: 'clip1.mp4', audio: 'hours.wav' }, { id: 'outside', video: '../outside.mp4' }, { id: 'link', video: 'link.mp4' }, { id: 'absent', video: 'nowhere.mp4' },
    { id: 'a folder', video: '.' }, { id: 'silent', frames: ['clip1.mp4'] }, two,
  ]);
  const options = optionsFor(ffmpeg, manifest, at('store'));
  const summary = good(await extract(options)());
  expect(summary.items).toEqual({ done: 2, there: 0, failed: 9 });
  expect(summary.failures.map(({ id, modality, why: { _tag, where } }) => [id, modality, _tag, where])).toEqual([
    ['truncated', 'visual', 'Corrupt', 'cut.mp4'], ['truncated', 'audio', 'Corrupt', 'cut.mp4'], ['no bytes', 'audio', 'Corrupt', 'empty.wav'], ['a dot', 'visual', 'Shape', 'dot.png'],
    ['ten hours', 'audio', 'Corrupt', 'hours.wav'], ['outside', 'visual', 'Name', '../outside.mp4'], ['outside', 'audio', 'Name', '../outside.mp4'], ['link', 'visual', 'Name', 'link.mp4'],
    ['link', 'audio', 'Name', 'link.mp4'], ['absent', 'visual', 'Name', 'nowhere.mp4'], ['absent', 'audio', 'Name', 'nowhere.mp4'], ['a folder', 'visual', 'Name', '.'],
    ['a folder', 'audio', 'Name', '.'], ['silent', 'visual', 'Corrupt', 'clip1.mp4'], ['silent', 'audio', 'Name', ''],
  ]);
  const text = summaryLines(summary).join('\n');
  for (const { id } of summary.failures) expect(text).toContain(id);
  expect(JSON.parse(summaryJson(summary))).toMatchObject({ schemaVersion: 1, items: { failed: 9 } });
  const run = good(await readRunManifest(at('store'))());
  expect(run.items.map(({ inputs }) => Object.keys(inputs).join('+'))).toEqual(['visual+audio', '', 'visual', 'audio', 'visual', '', '', '', '', '', 'visual+audio']);
  // a second try fails in the same words and changes nothing
  const before = await files(at('store'));
  const again = good(await extract(options)());
  expect(again.failures).toEqual(summary.failures);
  expect(again.items).toEqual({ done: 0, there: 2, failed: 9 });
  expect(await files(at('store'))).toEqual(before);
});

withFfmpeg('a Swin that hears, early and middle layers, float32', async (ffmpeg) => {
  const manifest = writeManifest('data/m.json', dataset(ffmpeg, 'data', 1));
  const options = { ...optionsFor(ffmpeg, manifest, at('store')), backbones: [tiny('swinv2-tiny64')], share: true, keep: ['early', 'middle'], dtype: 'f32' } as const;
  const summary = good(await extract(options)());
  expect(summary.collections.map(({ modality, backbone }) => [modality, backbone])).toEqual([['visual', 'swinv2-tiny64'], ['audio', 'swinv2-tiny64']]);
  const run = good(await readRunManifest(at('store'))());
  const store = good(await readStore(at('store'))());
  const { made } = good(await store.existing(run.collections.audio ?? '')());
  expect(made).toMatchObject({ position: 'early+middle', dtype: 'f32', segments: 10 });
  expect(made.tensors.map(({ sizes }) => sizes)).toEqual([[256, 24], [256, 24], [64, 48], [64, 48]]);
});

withFfmpeg('inputs: what enters the trunks, kept without an engine; from them a trunk makes the features', async (ffmpeg) => {
  const manifest = writeManifest('data/m.json', dataset(ffmpeg, 'data', 2));
  const options = optionsFor(ffmpeg, manifest, at('store'));
  const noEngine = { ...options, keep: 'input', backend: TE.left(fault('Defect', 'engine', ['asked for'], 'nothing to run')) } as const;
  const noWeights = noEngine.backbones.map((one) => ({ ...one, load: TE.left(fault('Defect', 'weights', ['asked for'], 'nothing to run')) }));
  const kept = async (dtype: 'f16' | 'f32'): Promise<RunManifest> => good(await readRunManifest(at('store'), good(await extract({ ...noEngine, backbones: noWeights, dtype })()).record)());
  const [inputs, halves] = [await kept('f32'), await kept('f16')];
  const features = good(await readRunManifest(at('store'), good(await extract({ ...options, dtype: 'f32' })()).record)());
  const store = good(await readStore(at('store'))());
  const backend = good(await options.backend());
  for (const [modality, name, input, tensor, sizes] of [['visual', 'swinv2-tiny64', 'pixels', 'visual.pixels', [3, 64, 64]], ['audio', 'htsat-tiny64', 'logmel', 'audio.logmel', [1, 64, 64]]] as const) {
    const item = async (run: RunManifest): Promise<ReadonlyMap<string, Value>> => good(await good(await store.existing(run.collections[modality] ?? '')()).read(run.items[0]?.inputs[modality] ?? '')());
    const { made } = good(await store.existing(inputs.collections[modality] ?? '')());
    expect(made).toMatchObject({ backbone: name, config: { input, sizes }, weights: 'none', position: 'input', tensors: [{ name: tensor, sizes }], segments: 10 });
    const [whole, half, wanted] = [(await item(inputs)).get(tensor), (await item(halves)).get(tensor), await item(features)];
    if (whole === undefined || half === undefined) throw new Error('no input');
    expect(whole.sizes).toEqual([10, ...sizes]);
    // half precision: eleven bits of each number
    whole.data.forEach((x, i) => expect(Math.abs(x - (half.data[i] ?? NaN))).toBeLessThanOrEqual(2 ** -11 * Math.abs(x) + 2 ** -25));

    const { config, weights } = good(await tiny(name).load());
    const [target] = good(targetsOf([{ name, config, hash: '', committed: true }], { setting: 'ave', keep: ['late'], dtype: 'f32', share: false }));
    if (target === undefined || target.keep === 'input') throw new Error('a selection');
    const trunk = good(await trunkOn(backend, config, weights, target.keep, target.inputs)());
    const again = named(target.made.tensors, good(await trunk.run(Float32Array.from(whole.data))()));
    for (const [layer, value] of wanted) expect(again.get(layer), layer).toEqual(value);
    const near = named(target.made.tensors, good(await trunk.run(Float32Array.from(half.data))()));
    for (const [layer, value] of wanted) expect(relative(near.get(layer), value), layer).toBeLessThan(2e-3);
    trunk.dispose();
  }
});

withFfmpeg('what does not go together, or is not there', async (ffmpeg) => {
  const manifest = writeManifest('m.json', [{ id: 'a', video: 'a.mp4' }]);
  const options = optionsFor(ffmpeg, manifest, at('store'));
  const [swin, htsat] = [tiny('swinv2-tiny64'), tiny('htsat-tiny64')];
  expect(await extract({ ...options, backbones: [] })()).toMatchObject(left({ _tag: 'Usage' }));
  expect(await extract({ ...options, backbones: [swin, swin] })()).toMatchObject(left({ needed: 'one Swin-V2' }));
  expect(await extract({ ...options, backbones: [htsat, htsat] })()).toMatchObject(left({ needed: 'one HTS-AT' }));
  expect(await extract({ ...options, share: true })()).toMatchObject(left({ needed: 'one trunk for sound: the shared Swin-V2 or HTS-AT' }));
  expect(await extract({ ...options, backbones: [htsat], share: true })()).toMatchObject(left({ given: ['--share', 'htsat-tiny64'] }));
  expect(await extract({ ...options, manifest: at('none.json') })()).toMatchObject(left({ _tag: 'Name', where: at('none.json') }));
  writeFileSync(at('file'), '');
  expect(await extract({ ...options, store: at('file') })()).toMatchObject(left({ _tag: 'Storage' }));
  const without = fault('Unsupported', 'ffmpeg', ['no ffmpeg in PATH'], 'ffmpeg');
  expect(good(await extract({ ...options, ffmpeg: TE.left(without) })()).items).toEqual({ done: 0, there: 0, failed: 1 });
  dataset(ffmpeg, 'data', 1);
  expect(await extract({ ...options, manifest: writeManifest('data/m.json', [{ id: 'a', video: 'clip0.mp4' }]), ffmpeg: TE.left(without) })()).toEqual(left(without));
});
