/** A trunk over an item's segments: how many run together, and that this changes nothing. */
import { expect, test } from 'vitest';
import { initialise, random } from '../../../dsl/index.ts';
import { reference } from '../../../dsl/backends/reference/index.ts';
import { weightsOf } from '../../../molt/backbones/backbone.ts';
import { backboneConfigs, type BackboneConfig } from '../../../molt/backbones/config.ts';
import { placesAt } from '../../../molt/variants/backbones.ts';
import { batchOf, tensorsOf, trunkOn } from '../../../molt/extract/trunk.ts';
import type { Inputs } from '../../../molt/preprocess/index.ts';
import { good } from '../media/clips.ts';

test('as many segments together as fit', () => {
  const of = (config: BackboneConfig) => [10, 5, 7, 1].map((segments) => batchOf(config, segments));
  expect(of(backboneConfigs['swinv2-large-w12-192'])).toEqual([5, 5, 7, 1]);
  expect(of(backboneConfigs.htsat)).toEqual([10, 5, 7, 1]);
  expect(of(backboneConfigs['swinv2-tiny64'])).toEqual([10, 5, 7, 1]);
  expect(of({ ...backboneConfigs['swinv2-large-w12-192'], image: 384, window: 24 })).toEqual([2, 1, 1, 1]);
  expect(of({ ...backboneConfigs['swinv2-large-w12-192'], image: 3072, window: 12 })).toEqual([1, 1, 1, 1]);
});

test('the features of a segment do not depend on those that run beside it', async () => {
  const config: BackboneConfig = { kind: 'swinv2', image: 8, patch: 4, channels: 4, depths: [2], heads: [2], window: 2 };
  const weights = initialise(weightsOf(config), random.key(1));
  const selection = { kind: 'blocks', blocks: placesAt(config, ['late']) } as const;
  const inputs: Inputs = { id: '', modality: 'visual', input: 'pixels', sizes: [3, 8, 8], segments: 6, seconds: 1, framesPerSecond: 1 };
  const pixels = Float32Array.from(random.normal(random.key(2), 6 * 192));
  const runs = await Promise.all([6, 3, 2, 1].map(async (batch) => {
    const trunk = good(await trunkOn(reference, config, weights, selection, inputs, batch)());
    return good(await trunk.run(pixels)());
  }));
  expect(runs[0]?.map(({ sizes }) => sizes)).toEqual(tensorsOf(config, selection, 'visual').map(({ sizes }) => [6, ...sizes]));
  for (const run of runs) expect(run).toEqual(runs[0]);
  const trunk = good(await trunkOn(reference, config, weights, selection, inputs)());
  expect(await trunk.run(pixels.subarray(1))()).toMatchObject({ left: { _tag: 'Defect', needed: '1 times [6, 3, 8, 8]' } });
});
