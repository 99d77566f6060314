/** Published checkpoints under the names of the trunks. */
import { expect, test } from 'vitest';
import { weightsOf } from '../../../molt/backbones/backbone.ts';
import { backboneConfigs } from '../../../molt/backbones/config.ts';
import { publishedNames } from '../../../molt/backbones/names.ts';

const own = (name: keyof typeof backboneConfigs): readonly string[] => [...weightsOf(backboneConfigs[name]).keys()];
const as = (names: readonly string[]): ReadonlyMap<string, string> => new Map(names.map((name) => [name, name]));

test('our own names stay', () => {
  expect([...publishedNames('swinv2', as(own('swinv2-large-w12-192'))).keys()]).toEqual(own('swinv2-large-w12-192'));
  expect([...publishedNames('htsat', as(own('htsat'))).keys()]).toEqual(own('htsat'));
});

test('the older layout of Swin-V2: mergings move to the next stage, buffers and head go', () => {
  const older = own('swinv2-large-w12-192').map((name) => name.replace(/^layers\.(\d)\.downsample/, (_, s: string) => `layers.${Number(s) - 1}.downsample`));
  const file = [...older, 'head.weight', 'head.bias', 'layers.0.blocks.1.attn_mask', 'layers.0.blocks.0.attn.relative_coords_table', 'layers.0.blocks.0.attn.relative_position_index', 'layers.0.blocks.0.attn.k_bias'];
  const mapped = publishedNames('swinv2', as(file));
  expect([...mapped.keys()].toSorted()).toEqual(own('swinv2-large-w12-192').toSorted());
  expect(mapped.get('layers.1.downsample.reduction.weight')).toBe('layers.0.downsample.reduction.weight');
});

test('the checkpoint of HTS-AT: prefix, front end, heads and counters go; its mergings stay', () => {
  const file = [...own('htsat'), 'spectrogram_extractor.stft.conv_real.weight', 'logmel_extractor.melW', 'bn0.num_batches_tracked', 'tscam_conv.weight', 'head.weight', 'layers.0.blocks.1.attn_mask'].map((name) => `sed_model.${name}`);
  expect([...publishedNames('htsat', as(file)).keys()]).toEqual(own('htsat'));
});
