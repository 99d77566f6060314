/** Trunks against golden values, on the reference backend and on tfjs. */
import { expect, test } from 'vitest';
import { reference } from '../../../dsl/backends/reference/index.ts';
import { tfjs } from '../../../dsl/backends/tfjs/index.ts';
import { countWeights, weightsOf } from '../../../molt/backbones/backbone.ts';
import { backboneConfigs } from '../../../molt/backbones/config.ts';
import { compare, golden, orFail } from './golden.ts';

const cases = ['swinv2', 'swinv2-clamped', 'htsat', 'htsat-full-window'] as const;

test.each(cases)('%s has exactly the published names and sizes', (name) => {
  const g = golden(name);
  const sizes = (entries: Iterable<readonly [string, { readonly sizes: readonly number[] }]>): Record<string, readonly number[]> => Object.fromEntries([...entries].map(([k, v]) => [k, v.sizes]));
  expect(sizes(weightsOf(g.config))).toEqual(sizes(g.weights));
});

test.each(cases)('%s on the reference backend', async (name) => {
  expect(await compare(reference, golden(name))).toBeLessThan(0.05);
});

test.each(cases)('%s on tfjs-wasm', async (name) => {
  expect(await compare(orFail(await tfjs('wasm')()), golden(name))).toBeLessThan(1);
});

test('numbers of weights at the published sizes', () => {
  expect(countWeights(backboneConfigs['swinv2-large-w12-192'])).toEqual({ total: 195_202_932, trainable: 195_202_932, frozen: 0 });
  // running mean and variance of bn0 (128) are no parameters in the published count
  expect(countWeights(backboneConfigs.htsat).trainable).toBe(27_534_488);
});
