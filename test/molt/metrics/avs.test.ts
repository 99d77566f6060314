/**
 * Metrics of segmentation: hand-made frames, and numpy's counts (test/golden/avs_reference.py).
 */
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Value } from '../../../dsl/index.ts';
import { readSafetensors } from '../../../molt/io/safetensors.ts';
import { type Frames, fScore, jaccard, meanFScore, meanJaccard, score, thresholds } from '../../../molt/metrics/avs.ts';
import { printFault } from '../../../shapes/fault.ts';

const frames = (logits: readonly number[], masks: readonly number[], pixels: number): Frames => ({ logits, masks, pixels });

describe('M_J', () => {
  test('no mask and nothing predicted is 1', () => {
    expect(jaccard(frames([-3, -1, -2, -9], [0, 0, 0, 0], 4))).toBeCloseTo(1, 7);
  });
  test('no mask: the share of pixels predicted 0', () => {
    expect(jaccard(frames([3, -1, -2, -9], [0, 0, 0, 0], 4))).toBeCloseTo(0.75, 7);
  });
  test('intersection over union; a score of exactly 0.5 is not predicted', () => {
    expect(jaccard(frames([3, 1, -2, 0], [1, 0, 1, 0], 4))).toBeCloseTo(1 / 3, 7);
    expect(score(0)).toBe(0.5);
  });
  test('frames weigh alike within a clip, clips alike among clips', () => {
    const whole = frames([1, 1], [1, 1], 2);
    const half = frames([1, -1, -1, -1], [1, 1, 0, 1], 2);
    expect(jaccard(half)).toBeCloseTo(0.25, 7);
    expect(meanJaccard([whole, half])).toBeCloseTo(0.625, 7);
    expect(meanJaccard([])).toBe(0);
  });
});

describe('M_F', () => {
  test('frames without a mask do not count, a batch of such frames is 0', () => {
    const seen = [5, -5, -5, -5];
    expect(fScore(frames(seen, [1, 0, 0, 0], 4))).toBeCloseTo(1, 7);
    expect(fScore(frames([...seen, 9, 9, 9, 9], [1, 0, 0, 0, 0, 0, 0, 0], 4))).toBeCloseTo(1, 7);
    expect(fScore(frames([9, -9], [0, 0], 2))).toBe(0);
  });
  test('everything predicted at the threshold 0: P is the share of the mask, R is 1', () => {
    expect(fScore(frames([-1, 1, 1, 1], [1, 0, 0, 0], 4))).toBeCloseTo((1.3 * 0.25) / (0.3 * 0.25 + 1), 12);
  });
  test('batches matter: the threshold is one for all frames of a batch', () => {
    const [a, b] = [frames([1, 0], [1, 0], 2), frames([-1, -2], [1, 0], 2)];
    expect(meanFScore([a, b])).toBeCloseTo(1, 7);
    expect(fScore(frames([1, 0, -1, -2], [1, 0, 1, 0], 2))).toBeLessThan(0.9);
  });
});

test('NaN predicts nothing, at any threshold', () => {
  const lost = frames([Number.NaN, Number.NaN], [1, 0], 2);
  expect([jaccard(lost), fScore(lost)]).toEqual([0, 0]);
});

test('logits and masks of other sizes are refused', () => {
  expect(() => jaccard(frames([1, 2, 3], [1, 0, 1], 2))).toThrow('whole frames');
  expect(() => fScore(frames([1, 2], [1], 1))).toThrow('one mask value per logit');
});

test('a mask as its own prediction is perfect, and every score lies in 0 … 1', () => {
  const bits = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
  fc.assert(fc.property(bits, fc.array(fc.float({ noNaN: true, min: -200, max: 200 }), { minLength: 6, maxLength: 6 }), (mask, logits) => {
    const masks = mask.map(Number);
    const ideal = frames(masks.map((m) => (m === 1 ? 4 : -4)), masks, 6);
    expect(jaccard(ideal)).toBeCloseTo(1, 6);
    if (masks.includes(1)) expect(fScore(ideal)).toBeCloseTo(1, 6);
    for (const value of [jaccard(frames(logits, masks, 3)), fScore(frames(logits, masks, 3))]) expect(value >= 0 && value <= 1).toBe(true);
  }), { seed: 7, numRuns: 200 });
});

describe('numpy', async () => {
  const read = await readSafetensors(new URL('../../golden/avs-metrics.safetensors', import.meta.url).pathname)();
  if (E.isLeft(read)) throw new Error(printFault(read.left));
  const numbers = (name: string): Value['data'] => read.right.tensors.get(name)?.data ?? new Float32Array();
  const [clips, pixels] = [6, 120];
  const batches = (size: number): readonly Frames[] => {
    const step = size * 5 * pixels;
    return Array.from({ length: Math.ceil(clips / size) }, (_, i) => ({ logits: numbers('logits').subarray(i * step, (i + 1) * step), masks: numbers('masks').subarray(i * step, (i + 1) * step), pixels }));
  };
  const expectNear = (given: readonly number[], wanted: Value['data']): void => {
    expect(given.length).toBe(wanted.length);
    given.forEach((x, i) => expect(x).toBeCloseTo(wanted[i] ?? Number.NaN, 6));
  };

  test('thresholds are torch.linspace(0, 1 - 1e-10, 255) to the bit', () => {
    expect(thresholds).toEqual(Array.from(numbers('thresholds')));
  });
  test('M_J of clips', () => expectNear(batches(1).map(jaccard), numbers('jaccard')));
  test('M_F of clips alone', () => expectNear(batches(1).map(fScore), numbers('f1')));
  test('M_F of four clips a batch, the last batch short', () => expectNear(batches(4).map(fScore), numbers('f4')));
});
