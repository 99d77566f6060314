/** Trunks by name and from JSON files: what is accepted can be built, what is not is told at once. */
import { isLeft } from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countWeights } from '../../../molt/backbones/backbone.ts';
import { backboneConfigs } from '../../../molt/backbones/config.ts';
import { layersOf } from '../../../molt/backbones/extract.ts';
import { backboneNamed, decodeBackbone } from '../../../molt/weights/index.ts';
import { printFault } from '../../../shapes/fault.ts';
import { orFail } from '../backbones/golden.ts';
import { configs, json, memory } from './files.ts';

const told = (given: unknown): string => {
  const found = decodeBackbone('c.json', given);
  return isLeft(found) ? printFault(found.left) : 'accepted';
};
const swin = { kind: 'swinv2', image: 32, patch: 4, channels: 8, depths: [2, 2], heads: [2, 2], window: 4 };
const htsat = { kind: 'htsat', spectrogram: 32, mels: 8, patch: 4, channels: 8, depths: [2, 2], heads: [2, 2], window: 4 };

describe('what is accepted', () => {
  test.each(Object.entries(backboneConfigs))('%s, as it is', (_name, config) => {
    expect(orFail(decodeBackbone('c.json', JSON.parse(JSON.stringify(config))))).toEqual(config);
  });

  test('can be built: every grid, window and head divides', () => {
    fc.assert(fc.property(configs, (config) => {
      const layers = layersOf(config, { kind: 'all' });
      expect(layers).toHaveLength(config.depths.reduce((a, b) => a + b, 0));
    }), { seed: 6, numRuns: 40 });
  });

  test('by name, or by path', async () => {
    expect(orFail(await backboneNamed('htsat')())).toEqual({ name: 'htsat', config: backboneConfigs.htsat });
    expect(orFail(await backboneNamed('/w/c.json', memory(new Map([['/w/c.json', json(swin)]])))())).toEqual({ name: 'c.json', config: swin });
    expect(orFail(await backboneNamed('/w/htsat', memory(new Map([['/w/htsat', json(swin)]])))())).toEqual({ name: '/w/htsat', config: swin });
    expect(orFail(decodeBackbone('c.json', { ...swin, pretrainedWindows: [0, 0] }))).toEqual(swin);
  });
});

describe('what is refused', () => {
  test('a misspelt key: where, what, and the nearest known one', () => {
    const { window: _, ...rest } = swin;
    expect(told({ ...rest, windw: 4 })).toBe(`name mismatch: c.json
  given:  windw: no such key; did you mean 'window'?
          window: missing, needed a positive integer
  needed: a backbone configuration without these 2 problems`);
    expect(told({ ...swin, mels: 64 })).toContain('the key mels, which is not known');
  });

  test.each([
    [{ ...swin, kind: 'swnv2' }, "c.json at kind\n  given:  \"swnv2\"\n  needed: 'swinv2' or 'htsat'\n  try:    did you mean 'swinv2'?"],
    [{ ...swin, depths: [2, 0] }, 'c.json at depths[1]\n  given:  0\n  needed: a positive integer'],
    [{ ...swin, heads: '2' }, 'c.json at heads\n  given:  "2"'],
    [{ ...swin, heads: [2] }, 'c.json at heads\n  given:  1 entries\n  needed: 2, as many as depths'],
    [{ ...swin, image: 30 }, 'c.json at image\n  given:  30\n  needed: a multiple of the patch, 4'],
    [{ ...swin, depths: [1, 1, 1, 1, 1], heads: [1, 1, 1, 1, 1] }, 'c.json at image\n  given:  32, a grid of 8 patches a side\n  needed: a grid that 4 mergings can halve: a multiple of 64'],
    [{ ...swin, window: 3 }, 'window: 3, on the grid of 8 of stage 0, needed a window that divides the grid of every stage, or is not smaller than it'],
    [{ ...swin, heads: [3, 2] }, 'c.json at heads[0]\n  given:  3\n  needed: a divisor of the 8 channels of stage 0'],
    [{ ...htsat, mels: 5 }, 'c.json at spectrogram\n  given:  32\n  needed: a multiple of the 5 mels'],
    [{ ...swin, image: 1e9 }, 'needed: a side of at most 8192'],
    [{ ...swin, depths: [2, 1e8] }, 'needed: at most 1000 blocks'],
    [{ ...swin, pretrainedWindows: [12] }, 'c.json at pretrainedWindows\n  given:  1 entries\n  needed: 2, as many as depths'],
    [{ ...swin, pretrainedWindows: [12, 1] }, 'c.json at pretrainedWindows[1]\n  given:  1\n  needed: 0 (the window itself) or at least 2'],
    [[], 'needed: an object'],
    [null, 'needed: an object'],
  ])('%j', (given, wanted) => {
    expect(told(given)).toContain(wanted);
  });

  test('names that are not known, with the nearest one; files that are not there', async () => {
    const refused = async (text: string) => { const found = await backboneNamed(text, memory(new Map()))(); return isLeft(found) ? printFault(found.left) : 'accepted'; };
    expect(await refused('swinv2-large-w12-129')).toContain('no such name (did you mean swinv2-large-w12-192?)');
    expect(await refused('constructor')).toContain('one of swinv2-tiny-w8-256, ');
    expect(await refused('no/such.json')).toMatch(/^name mismatch: no\/such.json\n {2}given: {2}reading: ENOENT/);
  });
});

test.each([
  // the trunks of transformers' Swinv2Model (without pooling) and ClapAudioModel of these sizes have as many parameters
  ['swinv2-tiny-', 27_578_154], ['swinv2-small-', 48_959_418], ['swinv2-base-', 86_893_816], ['swinv2-large-', 195_202_932], ['htsat', 27_534_488],
] as const)('published numbers of weights: %s', (start, count) => {
  const published = Object.entries(backboneConfigs).filter(([name]) => name.startsWith(start) && !name.endsWith('64'));
  expect(published.length).toBeGreaterThan(0);
  for (const [name, config] of published) expect([name, countWeights(config).trainable]).toEqual([name, count]);
});
