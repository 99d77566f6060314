/** Extraction plans: which layers, what they give, and that nothing else is computed. */
import { expect, test } from 'vitest';
import { reference } from '../../../dsl/backends/reference/index.ts';
import { initialise, random, type Value } from '../../../dsl/index.ts';
import { weightsOf } from '../../../molt/backbones/backbone.ts';
import { backboneConfigs, type HtsatConfig, type SwinV2Config } from '../../../molt/backbones/config.ts';
import { extraction } from '../../../molt/backbones/extract.ts';
import { chosen, late } from '../../../molt/backbones/taps.ts';
import { orFail } from './golden.ts';

const visual: SwinV2Config = { kind: 'swinv2', image: 16, patch: 4, channels: 8, depths: [1, 2], heads: [2, 2], window: 2 };
const audio: HtsatConfig = { kind: 'htsat', spectrogram: 16, mels: 8, patch: 4, channels: 8, depths: [1, 2], heads: [2, 2], window: 2 };
const noise = (sizes: readonly number[]): Value => ({ sizes, dtype: 'f32', data: Float32Array.from(random.normal(random.key(3), sizes.reduce((a, b) => a * b, 1)), (x) => 100 + 50 * x) });

test('late layers of the tiny trunks are two of 16 tokens with 96 channels', () => {
  for (const name of ['swinv2-tiny64', 'htsat-tiny64'] as const)
    expect(extraction(backboneConfigs[name], { batch: 2 }, late).layers).toEqual([{ stage: 2, block: 0, tokens: 16, channels: 96 }, { stage: 2, block: 1, tokens: 16, channels: 96 }]);
});

test('late layers of the published trunks', () => {
  expect(extraction(backboneConfigs['swinv2-large-w12-192'], { batch: 1 }, late).layers.map(({ tokens, channels }) => [tokens, channels])).toEqual([[36, 1536], [36, 1536]]);
  expect(extraction(backboneConfigs.htsat, { batch: 1, frames: 1001 }, late).layers.map(({ tokens, channels }) => [tokens, channels])).toEqual([[64, 768], [64, 768]]);
});

test.each([visual, audio])('a selection gives the same numbers as all taps: $kind', async (config) => {
  const run = async (selection: Parameters<typeof extraction>[2]) => {
    const e = extraction(config, { batch: 2 }, selection, { kind: 'all' });
    const program = orFail(await reference.compile(e.plan, initialise(weightsOf(config), random.key(1)))());
    return { e, values: orFail(await program.run({ inputs: new Map([['frames', noise(e.input.sizes)]]), parameters: new Map() })()) };
  };
  const [all, some] = [await run({ kind: 'all' }), await run(late)];
  expect(some.values.slice(0, 2).map((v) => v.data)).toEqual(all.values.slice(1, 3).map((v) => v.data));
  expect(some.values[0]?.sizes).toEqual([2, 4, 16]);
  const cosines = some.values.slice(some.e.layers.length).map((v) => v.data[0] ?? Number.NaN);
  expect(cosines).toHaveLength(3);
  for (const c of cosines) expect(Math.abs(c)).toBeLessThanOrEqual(1 + 1e-6);
});

test('what the taps do not need is not in the plan', () => {
  const names = (selection: Parameters<typeof extraction>[2]): readonly string[] =>
    extraction(visual, { batch: 1 }, selection).plan.steps.flatMap((n) => (n.primitive === 'parameter' && 'name' in n.params ? [n.params.name] : []));
  expect(names({ kind: 'stage', stage: 0 }).some((name) => name.startsWith('layers.1'))).toBe(false);
  expect(names(late)).not.toContain('norm.weight');
});

test('late picks the last blocks of the last stage', () => {
  const taps = [[0, 0], [0, 1], [1, 0], [1, 1], [1, 2]].map(([stage = 0, block = 0]) => ({ stage, block }));
  expect(chosen(late, taps)).toEqual([{ stage: 1, block: 1 }, { stage: 1, block: 2 }]);
  expect(chosen({ kind: 'stage', stage: 0 }, taps)).toHaveLength(2);
  expect(chosen({ kind: 'blocks', blocks: [{ stage: 1, block: 2 }, { stage: 0, block: 1 }] }, taps)).toEqual([{ stage: 0, block: 1 }, { stage: 1, block: 2 }]);
});

test.each([
  { config: visual, bytes: ['frames', [2, 16, 16, 3]], published: ['pixels', [2, 3, 16, 16]] },
  { config: audio, bytes: ['frames', [2, 32, 8]], published: ['logmel', [2, 1, 32, 8]] },
] as const)('both forms of the input give the same tokens: $config.kind', async ({ config, bytes, published }) => {
  const taken = (form: 'bytes' | 'published') => extraction(config, { batch: 2, form }, late).input;
  expect(taken('bytes')).toEqual({ name: bytes[0], sizes: bytes[1] });
  expect(taken('published')).toEqual({ name: published[0], sizes: published[1] });
  expect(extraction(config, { batch: 2 }, late).input).toEqual(taken('bytes'));
  const frames = noise(bytes[1]);
  const [mean, deviation] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];
  const pixels = Float32Array.from({ length: frames.data.length }, (_, i) => {
    const [b, c, at] = [Math.floor(i / 768), Math.floor(i / 256) % 3, i % 256];
    return ((frames.data[(b * 256 + at) * 3 + c] ?? 0) / 255 - (mean[c] ?? 0)) / (deviation[c] ?? 1);
  });
  const inputs = { bytes: frames, published: { sizes: published[1], dtype: 'f32', data: config.kind === 'swinv2' ? pixels : frames.data } } as const;
  const run = async (form: 'bytes' | 'published') => {
    const e = extraction(config, { batch: 2, form }, late);
    const program = orFail(await reference.compile(e.plan, initialise(weightsOf(config), random.key(1)))());
    return orFail(await program.run({ inputs: new Map([[e.input.name, inputs[form]]]), parameters: new Map() })());
  };
  const [a, b] = [await run('bytes'), await run('published')];
  a.forEach((value, i) => value.data.forEach((x, j) => expect(Math.abs(x - (b[i]?.data[j] ?? Number.NaN))).toBeLessThan(1e-5 * Math.max(1, Math.abs(x)))));
});
