/**
 * Clips: what heads that look at a whole clip learn from the labels of its segments, and how they answer with labels again.
 * idea:   background is one label more than there are events; a clip has one event, that of most of its segments.
 * laws:   test/molt/train/clips.test.ts: answers that are sure of the targets give the labels back, for clips of one event
 * source: CMBS as DG-SCT and AVMoE run it: a segment is the clip's event if σ(foreground) > 0.5, background else
 */
import type { Value } from '../../../dsl/index.ts';
import type { Answers } from '../../tasks/learner.ts';
import { greatestOf } from '../infer.ts';

/** The event of most segments of a clip, the first of equals; undefined if all are background. */
export const eventOf = (labels: ArrayLike<number>, background: number): number | undefined => {
  const counts = new Int32Array(background);
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i] ?? background;
    if (label < background) counts[label] = (counts[label] ?? 0) + 1;
  }
  let best = 0;
  for (let event = 1; event < background; event += 1) if ((counts[event] ?? 0) > (counts[best] ?? 0)) best = event;
  return (counts[best] ?? 0) > 0 ? best : undefined;
};

/** `foreground` [B, T], 1 or 0, and `event` [B] of B clips of T segments. A clip of background alone names event 0. */
export const clipTargets = (labels: Int32Array, segments: number, background: number): ReadonlyMap<'foreground' | 'event', Value> => {
  const clips = labels.length / segments;
  const event = Int32Array.from({ length: clips }, (_, b) => eventOf(labels.subarray(b * segments, (b + 1) * segments), background) ?? 0);
  return new Map([
    ['foreground', { sizes: [clips, segments], dtype: 'f32', data: Float32Array.from(labels, (label) => (label === background ? 0 : 1)) }],
    ['event', { sizes: [clips], dtype: 'i32', data: event }],
  ]);
};

/** A label for every segment from `foreground` [B, T] and `event` [B, events], both logits. */
export const clipAnswers = (background: number): Answers => ({
  reads: ['foreground', 'event'],
  labels: (outputs) => {
    const [foreground, event] = [outputs.get('foreground'), outputs.get('event')];
    if (foreground === undefined || event === undefined) return new Int32Array();
    const segments = foreground.sizes.at(-1) ?? 1;
    const events = greatestOf(event);
    return Int32Array.from(foreground.data, (logit, i) => (logit > 0 ? (events[Math.floor(i / segments)] ?? background) : background)); // σ(x) > 0.5 where x > 0
  },
});
