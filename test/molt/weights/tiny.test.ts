/** The committed weights: complete, finite, small, and better than chance by their own record. */
import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadBackbone, loadWeights, weightsFile } from '../../../molt/weights/index.ts';
import { backboneConfigs, tinyBackbones } from '../../../molt/backbones/config.ts';
import { orFail } from '../backbones/golden.ts';

test.each(tinyBackbones)('%s has weights of its configuration and a record', async (name) => {
  const { config, weights } = orFail(await loadBackbone(name)());
  expect(config).toEqual(backboneConfigs[name]);
  expect(weights.size).toBeGreaterThan(50);
  expect(statSync(weightsFile(name)).size).toBeLessThan(2e6);
  const record = JSON.parse(readFileSync(weightsFile(name).replace(/safetensors$/, 'json'), 'utf8')) as { readonly config: unknown; readonly accuracy: { readonly held: number; readonly chance: number } };
  expect(record.config).toEqual(JSON.parse(JSON.stringify(config)));
  expect(record.accuracy.held).toBeGreaterThan(5 * record.accuracy.chance);
});

test('the hash of given weights stays: stores of features are kept under it', async () => {
  const { hash, layout } = orFail(await loadBackbone('swinv2-tiny64')());
  expect([layout, hash]).toEqual(['timm', '0da1fba17d3505bd278c4a5d103653799cc9a2ecc3c895df182cfb88c75a5da3']);
});

test('weights of another configuration are refused by name', async () => {
  const result = await loadWeights(weightsFile('swinv2-tiny64'), backboneConfigs['htsat-tiny64'])();
  expect(result).toMatchObject({ _tag: 'Left', left: { _tag: 'Name' } });
});
