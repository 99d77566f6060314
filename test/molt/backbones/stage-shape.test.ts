/** Stage shapes in the types are those of the graph. */
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { applied } from '../../../molt/backbones/applied.ts';
import { backboneConfigs, stagesOf } from '../../../molt/backbones/config.ts';
import { stageDims, type StageShape, stageTap } from '../../../molt/backbones/stage-shape.ts';
import type { Fault } from '../../../shapes/fault.ts';
import { orFail } from './golden.ts';

test('the dims of each stage have the sizes of its taps', () => {
  for (const name of ['swinv2-tiny64', 'htsat-tiny64'] as const) {
    const { taps } = applied(backboneConfigs[name], { batch: 1 }, false);
    for (const stage of [0, 1, 2] as const) {
      const { tokens, channels } = stageDims(backboneConfigs[name], stage);
      const tap = orFail(stageTap(backboneConfigs[name], stage, 1)(taps));
      expect(tap.sizes).toEqual([1, tokens.size, channels.size]);
    }
  }
});

test('the types have the numbers: a value for each of them', () => {
  type Large = (typeof backboneConfigs)['swinv2-large-w12-192'];
  const shapes: readonly [StageShape<Large, 0>, StageShape<Large, 1>, StageShape<Large, 2>, StageShape<Large, 3>] = [[2304, 192], [576, 384], [144, 768], [36, 1536]];
  expect(stagesOf(backboneConfigs['swinv2-large-w12-192']).map(({ side, channels }) => [side * side, channels])).toEqual(shapes);
});

test('taps of another trunk, and blocks that are not there, are refused', () => {
  const { taps } = applied(backboneConfigs['swinv2-tiny64'], { batch: 1 }, false);
  const refused = <A>(found: Either<Fault, A>) => (isLeft(found) ? found.left : undefined);
  expect(refused(stageTap({ ...backboneConfigs['swinv2-tiny64'], image: 128 }, 2, 0)(taps))).toMatchObject({ _tag: 'Shape' });
  expect(refused(stageTap(backboneConfigs['swinv2-tiny64'], 2, 2)(taps))).toMatchObject({ _tag: 'Name', needed: 'one of its 2 blocks, from 0' });
});
