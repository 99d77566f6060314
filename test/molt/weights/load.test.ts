/** Loading: what is told of files that do not fit, what is read at all, and the sources that are followed. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { Value } from '../../../dsl/index.ts';
import { type BackboneConfig, backboneConfigs } from '../../../molt/backbones/config.ts';
import { layouts, loadWeights, storedAs } from '../../../molt/weights/index.ts';
import { exitCodes, printFault } from '../../../shapes/fault.ts';
import { orFail } from '../backbones/golden.ts';
import { json, memory, tensors, value, weightsFor } from './files.ts';

const swin: BackboneConfig = { kind: 'swinv2', image: 16, patch: 4, channels: 8, depths: [1, 2], heads: [2, 2], window: 2 };
const whole = weightsFor(swin);
const one = (values: ReadonlyMap<string, Value>, ...stored: Parameters<typeof tensors>[1][]): ReadonlyMap<string, Uint8Array> => new Map([['/w/model.safetensors', tensors(values, ...stored)]]);

/** What a user sees. */
const told = async (content: ReadonlyMap<string, Uint8Array>, source = '/w/model.safetensors', config = swin): Promise<string> => {
  const found = await loadWeights(source, config, { files: memory(content) })();
  if (!isLeft(found)) return 'loaded';
  expect(exitCodes[found.left._tag]).toBeGreaterThan(1);
  return printFault(found.left);
};
const without = (values: ReadonlyMap<string, Value>, name: RegExp): ReadonlyMap<string, Value> => new Map([...values].filter(([key]) => !name.test(key)));

describe('files that do not fit', () => {
  test('missing, surplus and misshapen at once, in the names of the file', async () => {
    const clap = storedAs(layouts['transformers-swinv2'], whole, 'swinv2.');
    const broken = new Map([...without(clap, /query\.weight$/), ['swinv2.encoder.layers.0.blocks.0.attention.self.qery.weight', value(8, 8)], ['swinv2.layernorm.bias', value(17)], ['classifier.weight', value(3)]] as const);
    expect(await told(one(broken))).toBe(`name mismatch: /w/model.safetensors
  given:  missing:   swinv2.encoder.layers.0.blocks.0.attention.self.query.weight f32 [8, 8]
          missing:   swinv2.encoder.layers.1.blocks.0.attention.self.query.weight f32 [16, 16]
          missing:   swinv2.encoder.layers.1.blocks.1.attention.self.query.weight f32 [16, 16]
          surplus:   swinv2.encoder.layers.0.blocks.0.attention.self.qery.weight f32 [8, 8] (did you mean swinv2.encoder.layers.0.blocks.0.attention.self.query.weight?)
          misshapen: swinv2.layernorm.bias is f32 [17], needed f32 [16]
  needed: exactly the 66 names of this model, each with its sizes and type
  try:    check that this file was made for this configuration`);
  });

  test('a long list is cut, and says so', async () => {
    expect(await told(one(without(whole, /blocks\.0\./)))).toMatch(/(missing: .*\n.*){12}and \d+ more missing/);
  });

  test('weights of a wider trunk are misshapen', async () => {
    expect(await told(one(weightsFor({ ...swin, channels: 16 })))).toMatch(/^shapes do not fit: .*\n {2}given: {2}misshapen: patch_embed.proj.weight is f32 \[16, 3, 4, 4\], needed f32 \[8, 3, 4, 4\]/);
  });

  test('weights of another named trunk say whose they are', async () => {
    expect(await told(one(storedAs(layouts['timm-older'], weightsFor(backboneConfigs['swinv2-tiny64']))))).toMatch(/try: {4}these weights fit swinv2-tiny64$/);
  });

  test('integers are no weights', async () => {
    expect(await told(one(new Map([...whole, ['norm.bias', { sizes: [16], dtype: 'i32', data: new Int32Array(16) }]])))).toContain('norm.bias is i32 [16], needed f32 [16]');
  });

  test('numbers that are not finite are told by the name in the file', async () => {
    const bad = new Map([...storedAs(layouts['timm-older'], whole, 'model.'), ['model.norm.bias', { sizes: [16], dtype: 'f32', data: new Float32Array(16).fill(Number.NaN) }]] as const);
    expect(await told(one(bad))).toContain('model.norm.bias f32 [16]: NaN at [0], 16 of 16 not finite');
  });

  test('the other kind of trunk', async () => {
    expect(await told(one(weightsFor({ kind: 'htsat', spectrogram: 16, mels: 8, patch: 4, channels: 8, depths: [1, 2], heads: [2, 2], window: 2 })))).toContain('weights of HTS-AT in the names of its release');
  });
});

describe('sources', () => {
  test('only what the trunk needs is read', async () => {
    const head: readonly [string, Value] = ['head.fc.weight', value(1000, 64)];
    let read = 0;
    const content = one(new Map([...whole, head]));
    orFail(await loadWeights('/w', swin, { files: memory(content, (_path, bytes) => { read += bytes; }) })());
    expect(read).toBeLessThan((content.get('/w/model.safetensors')?.length ?? 0) - 1000 * 64 * 4 + 100);
  });

  test('a folder without weights, a file that is not there, a folder in the place of a file', async () => {
    expect(await told(new Map([['/w/config.json', json({})]]), '/w')).toContain('needed: model.safetensors or model.safetensors.index.json');
    expect(await told(new Map(), '/w/x.safetensors')).toMatch(/^name mismatch: \/w\/x.safetensors\n {2}given: {2}reading: ENOENT/);
    expect(await told(new Map([['/w/model.safetensors/a', json({})]]), '/w')).toContain('/w/model.safetensors');
  });

  test('a folder with a pickle beside nothing else says how to convert it', async () => {
    expect(await told(new Map([['/w/pytorch_model.bin', new Uint8Array(20)]]), '/w')).toMatch(/not supported: \/w\/pytorch_model.bin\n[^]*weights_only=True[^]*\/w\/pytorch_model.bin \/w\/pytorch_model.safetensors$/);
  });

  test.each([
    [['swin.pth'], 'swin.pth'], [['optimizer.pt', 'pytorch_model.bin', 'training_args.bin'], 'pytorch_model.bin'], [['z.ckpt', 'm-00002-of-00002.bin', 'm-00001-of-00002.bin'], 'm-00001-of-00002.bin'], [['swin.pth.tar'], 'swin.pth.tar'],
  ])('a folder of pickles %j: the way to convert %s', async (names, chosen) => {
    expect(await told(new Map(names.map((name) => [`/w/${name}`, new Uint8Array(20)])), '/w')).toMatch(new RegExp(`^not supported: /w/${chosen}\\n[^]*weights_only=True[^]* /w/${chosen}`));
  });

  test('a folder of tensors under another name: that name', async () => {
    expect(await told(new Map([['/w/swin.safetensors', tensors(whole)], ['/w/swin.pth', new Uint8Array(20)]]), '/w')).toContain('give the file itself: /w/swin.safetensors');
  });

  test('a pickle or a pointer of Git LFS in the place of weights, in a folder or behind an index', async () => {
    const [pointer, zip] = [new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n'), new TextEncoder().encode('PK\u0003\u0004\u0000\u0000\u0000\u0000')];
    const behind = (bytes: Uint8Array): ReadonlyMap<string, Uint8Array> => new Map([...shards(), ['/w/b.safetensors', bytes]]);
    for (const [content, file] of [[(bytes: Uint8Array) => new Map([['/w/model.safetensors', bytes]]), 'model'], [behind, 'b']] as const) {
      expect(await told(content(pointer), '/w')).toMatch(new RegExp(`^damaged file: /w/${file}.safetensors\\n[^]*pointer of Git LFS[^]*git lfs pull$`));
      expect(await told(content(zip), '/w')).toMatch(new RegExp(`^not supported: /w/${file}.safetensors\\n[^]*weights_only=True`));
    }
    expect(await told(new Map([['/w/model.safetensors.index.json', pointer]]), '/w')).toContain('pointer of Git LFS');
  });

  const [first, second] = [[...whole].slice(0, 20), [...whole].slice(20)].map((part) => new Map(part));
  const index = (map: Record<string, unknown>): Uint8Array => json({ metadata: {}, weight_map: map });
  const shards = (extra: Record<string, unknown> = {}): ReadonlyMap<string, Uint8Array> => new Map([
    ['/w/model.safetensors.index.json', index({ ...Object.fromEntries([...(first ?? [])].map(([name]) => [name, 'a.safetensors'])), ...Object.fromEntries([...(second ?? [])].map(([name]) => [name, 'b.safetensors'])), ...extra })],
    ['/w/a.safetensors', tensors(first ?? new Map())], ['/w/b.safetensors', tensors(second ?? new Map())],
  ]);

  test('shards: a name that is not where the index says, a shard that is not there, a path that leads elsewhere', async () => {
    expect(await told(shards(), '/w')).toBe('loaded');
    expect(await told(shards({ 'norm.extra': 'a.safetensors' }), '/w')).toContain('no norm.extra in /w/a.safetensors');
    expect(await told(new Map([...shards()].filter(([path]) => path !== '/w/b.safetensors')), '/w')).toMatch(/^name mismatch: \/w\/b.safetensors/);
    for (const path of ['deep/b.safetensors', '../b.safetensors', '/etc/b.safetensors', String.raw`..\b`, '..']) expect(await told(shards({ 'norm.bias': path }), '/w')).toContain('the name of a file beside the index');
    expect(await told(new Map([['/w/model.safetensors.index.json', json({ map: {} })]]), '/w')).toContain('weight_map');
  });

  test('a file cut short is damaged', async () => {
    const bytes = tensors(whole);
    expect(await told(new Map([['/w/model.safetensors', bytes.subarray(0, bytes.length - 7)]]))).toMatch(/^damaged file/);
  });
});
