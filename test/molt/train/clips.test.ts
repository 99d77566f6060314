/** Targets and answers of heads that look at a whole clip. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Value } from '../../../dsl/index.ts';
import { clipAnswers, clipTargets, eventOf } from '../../../molt/train/stored/clips.ts';

const background = 3;

test('the event is that of most segments; background alone has none', () => {
  expect(eventOf([3, 2, 2, 3, 1], background)).toBe(2);
  expect(eventOf([1, 3, 0, 3], background)).toBe(0);
  expect(eventOf([3, 3, 3], background)).toBeUndefined();
});

test('targets: 1 where there is an event, and the clip\'s event; of background alone 0', () => {
  const targets = clipTargets(Int32Array.of(3, 2, 2, 3, 3, 3), 3, background);
  expect(targets.get('foreground')).toEqual({ sizes: [2, 3], dtype: 'f32', data: Float32Array.of(0, 1, 1, 0, 0, 0) });
  expect(targets.get('event')).toEqual({ sizes: [2], dtype: 'i32', data: Int32Array.of(2, 0) });
});

test('answers that are sure of the targets give the labels back, for clips of one event', () => {
  const clip = fc.tuple(fc.nat(background - 1), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }));
  fc.assert(fc.property(fc.array(clip, { minLength: 1, maxLength: 5 }), fc.float({ min: Math.fround(0.01), max: 9, noNaN: true }), (clips, sure) => {
    const labels = Int32Array.from(clips.flatMap(([event, shown]) => shown.map((on) => (on ? event : background))));
    const targets = clipTargets(labels, 4, background);
    const foreground: Value = { sizes: [clips.length, 4], dtype: 'f32', data: Float32Array.from(targets.get('foreground')?.data ?? [], (x) => (x === 1 ? sure : -sure)) };
    const event: Value = { sizes: [clips.length, background], dtype: 'f32', data: Float32Array.from(Array.from(targets.get('event')?.data ?? []).flatMap((c) => [0, 1, 2].map((i) => (i === c ? sure : 0)))) };
    expect(clipAnswers(background).labels(new Map([['foreground', foreground], ['event', event]]))).toEqual(labels);
  }), { seed: 3, numRuns: 50 });
});

test('σ = 0.5 is background', () => {
  const outputs = new Map<string, Value>([['foreground', { sizes: [1, 4], dtype: 'f32', data: Float32Array.of(0, 1e-6, -1e-6, 5) }], ['event', { sizes: [1, 3], dtype: 'f32', data: Float32Array.of(0, 2, 1) }]]);
  expect(Array.from(clipAnswers(background).labels(outputs))).toEqual([3, 1, 3, 1]);
});
