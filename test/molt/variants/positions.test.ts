/** The twelve pairs of layers, and other depths. */
import { expect, test } from 'vitest';
import { backboneConfigs } from '../../../molt/backbones/config.ts';
import { layersOf } from '../../../molt/backbones/extract.ts';
import { featuresOf, placesAt, positions, positionText } from '../../../molt/variants/backbones.ts';
import type { Position } from '../../../molt/variants/variant.ts';

const sizes = (name: 'swinv2-large-w12-192' | 'htsat', asked: readonly Position[]) =>
  layersOf(backboneConfigs[name], { kind: 'blocks', blocks: placesAt(backboneConfigs[name], asked) }).map(({ tokens, channels }) => ({ tokens, channels }));

test('the blocks of the published trunks are those that variants name', () => {
  for (const position of [['early'], ['middle'], ['late'], ['late', 'early'], positions] as const) {
    const features = featuresOf({ visual: 'swinv2-large-w12-192', audio: 'htsat', position: positions.filter((p) => position.some((q) => p === q)) });
    expect(sizes('swinv2-large-w12-192', position)).toEqual(features.visual);
    expect(sizes('htsat', position)).toEqual(features.audio);
  }
});

test('every third block of eighteen', () => {
  expect(placesAt(backboneConfigs['swinv2-large-w12-192'], ['middle']).map(({ block }) => block)).toEqual([2, 5, 8, 11, 14, 17]);
});

test('other depths', () => {
  const tiny = backboneConfigs['swinv2-tiny64'];
  expect(placesAt(tiny, ['late'])).toEqual([{ stage: 2, block: 0 }, { stage: 2, block: 1 }]);
  expect(placesAt(tiny, positions)).toHaveLength(6);
  expect(placesAt({ ...tiny, depths: [3] }, ['late'])).toEqual([{ stage: 0, block: 1 }, { stage: 0, block: 2 }]);
  expect(placesAt({ ...tiny, depths: [3] }, ['early', 'middle'])).toEqual([]);
  expect(placesAt({ ...tiny, depths: [1, 4, 1] }, ['late', 'middle'])).toHaveLength(5);
});

test('text in layer order', () => {
  expect(positionText(['late', 'early'])).toBe('early+late');
});
