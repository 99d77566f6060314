/** Layouts: whatever is written in one is read back equal, with one hash, from one file or several. */
import { isLeft } from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { weightsOf } from '../../../molt/backbones/backbone.ts';
import { type BackboneConfig, backboneConfigs } from '../../../molt/backbones/config.ts';
import { type LayoutName, layoutNames, layouts, loadWeights, storedAs } from '../../../molt/weights/index.ts';
import { recognise } from '../../../molt/weights/recognise.ts';
import { orFail } from '../backbones/golden.ts';
import { beside, configs, json, memory, prefixes, tensors, value, weightsFor } from './files.ts';

const layoutsOf = (config: BackboneConfig): readonly LayoutName[] => layoutNames.filter((name) => layouts[name].kind === config.kind);
const load = (config: BackboneConfig, files: ReadonlyMap<string, Uint8Array>, source = '/w/model.safetensors') => loadWeights(source, config, { files: memory(files) })();
const plain = async (config: BackboneConfig) => orFail(await load(config, new Map([['/w/model.safetensors', tensors(weightsFor(config))]])));

test('weights written in any layout, under any prefix, in shards, in two bytes, are read back equal', async () => {
  const drawn = configs.chain((config) => fc.constantFrom(...layoutsOf(config)).chain((layout) =>
    fc.record({ config: fc.constant(config), layout: fc.constant(layout), prefix: fc.constantFrom(...prefixes[layout]), stored: fc.constantFrom('F32', 'F16', 'BF16', 'F64'), shards: fc.integer({ min: 0, max: 3 }) })));
  await fc.assert(fc.asyncProperty(drawn, async ({ config, layout, prefix, stored, shards }) => {
    const weights = weightsFor(config);
    const extra = beside[layout].map((name) => [prefix + name, value(2)] as const);
    const other = prefix === '' ? [] : [['other.part', value(3)] as const];
    const all = [...storedAs(layouts[layout], weights, prefix), ...extra, ...other];
    const file = (k: number): string => `model-${k}.safetensors`;
    const pieces = Array.from({ length: shards }, (_, k) => all.filter((_entry, i) => i % shards === k));
    const content = shards === 0
      ? new Map([['/w/model.safetensors', tensors(new Map(all), stored)]])
      : new Map([
        ...pieces.map((piece, k) => [`/w/${file(k)}`, tensors(new Map(piece), stored)] as const),
        ['/w/model.safetensors.index.json', json({ metadata: { total_size: 1 }, weight_map: Object.fromEntries(pieces.flatMap((piece, k) => piece.map(([name]) => [name, file(k)]))) })] as const,
      ]);
    const found = orFail(await load(config, content, '/w'));
    // with one stage there is no merging, by which alone the two layouts of timm differ
    expect(found.layout).toBe(layout === 'timm-older' && config.depths.length === 1 ? 'timm' : layout);
    expect([...found.weights]).toEqual([...weights]);
    expect(found.hash).toBe((await plain(config)).hash);
  }), { seed: 4, numRuns: 60 });
});

test('another number, another hash', async () => {
  await fc.assert(fc.asyncProperty(configs, fc.nat(), async (config, place) => {
    const weights = new Map([...weightsFor(config)].map(([name, w]) => [name, { ...w, data: Float32Array.from(w.data) }]));
    const [name] = [...weights.keys()].slice(place % weights.size);
    const data = weights.get(name ?? '')?.data;
    if (data !== undefined) data[place % data.length] = 77;
    const changed = orFail(await load(config, new Map([['/w/model.safetensors', tensors(weights)]])));
    expect(changed.hash).not.toBe((await plain(config)).hash);
  }), { seed: 5, numRuns: 10 });
});

test.each([
  ['timm', 'swinv2-large-w12-192', 'layers.1.downsample.reduction.weight', ['layers.1.downsample.reduction.weight']],
  ['timm-older', 'swinv2-large-w12-192', 'layers.1.downsample.reduction.weight', ['layers.0.downsample.reduction.weight']],
  ['transformers-swinv2', 'swinv2-large-w12-192', 'layers.3.downsample.norm.bias', ['encoder.layers.2.downsample.norm.bias']],
  ['transformers-swinv2', 'swinv2-large-w12-192', 'layers.2.blocks.17.attn.q_bias', ['encoder.layers.2.blocks.17.attention.self.query.bias']],
  ['transformers-swinv2', 'swinv2-large-w12-192', 'layers.0.blocks.1.attn.qkv.weight', ['query', 'key', 'value'].map((x) => `encoder.layers.0.blocks.1.attention.self.${x}.weight`)],
  ['transformers-swinv2', 'swinv2-large-w12-192', 'patch_embed.proj.weight', ['embeddings.patch_embeddings.projection.weight']],
  ['htsat', 'htsat', 'layers.0.downsample.reduction.weight', ['layers.0.downsample.reduction.weight']],
  ['transformers-clap', 'htsat', 'layers.2.blocks.5.attn.qkv.bias', ['query', 'key', 'value'].map((x) => `layers.2.blocks.5.attention.self.${x}.bias`)],
  ['transformers-clap', 'htsat', 'bn0.running_var', ['batch_norm.running_var']],
  ['transformers-clap', 'htsat', 'layers.0.blocks.0.mlp.fc2.weight', ['layers.0.blocks.0.output.dense.weight']],
] as const)('%s holds %s’s %s as %s', (layout, backbone, name, wanted) => {
  const parts = orFail(recognise('w', backboneConfigs[backbone], [...storedAs(layouts[layout], new Map([...weightsOf(backboneConfigs[backbone])].map(([key, { sizes }]) => [key, { sizes, dtype: 'f32', data: new Float32Array(0) }]))).keys()])).parts;
  expect(parts.get(name)?.map((part) => part.name)).toEqual(wanted);
});

const keysOf = (layout: LayoutName, config: BackboneConfig, prefix: string): readonly string[] => [...storedAs(layouts[layout], weightsFor(config), prefix).keys()];
const tinySwin: BackboneConfig = { kind: 'swinv2', image: 16, patch: 4, channels: 8, depths: [1, 2], heads: [2, 2], window: 2 };
const tinyHtsat: BackboneConfig = { kind: 'htsat', spectrogram: 16, mels: 8, patch: 4, channels: 8, depths: [1, 2], heads: [2, 2], window: 2 };

test('a file of two trunks: the one that is asked for', () => {
  const keys = [...keysOf('timm', tinySwin, 'swin.'), ...keysOf('htsat', tinyHtsat, 'htsat.')];
  expect(orFail(recognise('w', tinySwin, keys))).toMatchObject({ layout: 'timm', prefix: 'swin.' });
  expect(orFail(recognise('w', tinyHtsat, keys))).toMatchObject({ layout: 'htsat', prefix: 'htsat.' });
});

test('two trunks of one kind, the other kind, and nothing known are refused', () => {
  const refused = (config: BackboneConfig, keys: readonly string[]) => { const found = recognise('w', config, keys); return isLeft(found) ? found.left : undefined; };
  expect(refused(tinySwin, [...keysOf('timm', tinySwin, 'model.'), ...keysOf('timm', tinySwin, 'ema.')])).toMatchObject({ _tag: 'Name', given: ['2 trunks, under "model." and "ema."'] });
  expect(refused(tinySwin, keysOf('transformers-clap', tinyHtsat, 'audio_encoder.'))).toMatchObject({ _tag: 'Name', given: ["weights of HTS-AT in transformers' names (ClapAudioModel)"], needed: 'weights of Swin-V2' });
  expect(refused(tinyHtsat, ['a', 'b', 'c', 'd', 'e'])).toMatchObject({ _tag: 'Name', given: ['5 names: a, b, c and 2 more'] });
  // a part of a second copy does not hide the whole one
  expect(orFail(recognise('w', tinySwin, [...keysOf('timm', tinySwin, ''), 'ema.layers.0.blocks.0.attn.q_bias']))).toMatchObject({ prefix: '' });
});
