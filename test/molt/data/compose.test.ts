/** Composition: determinism and the invariants of plans, stems, scenes and clips, on synthetic sounds and drawings. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { embeddedFrontEnd, logMel } from '../../../molt/data/audio/logmel.ts';
import { background, paint } from '../../../molt/data/compose/canvas.ts';
import { composeClip, type Studio } from '../../../molt/data/compose/clip.ts';
import { glyphOf } from '../../../molt/data/compose/glyph.ts';
import type { Drawing, Recorded } from '../../../molt/data/compose/materials.ts';
import { makeNoise } from '../../../molt/data/compose/noise.ts';
import { labelsOf, planClip } from '../../../molt/data/compose/plan.ts';
import { random, seedOf } from '../../../molt/data/compose/random.ts';
import { contrasts, groundFor, painted, places, tintOf } from '../../../molt/data/compose/scene.ts';
import { intervals, rmsOf, stem, type Playing } from '../../../molt/data/compose/sound.ts';
import { background as none, instruments, labelOf, perInstrument } from '../../../molt/data/labels.ts';

const disc = (colour: readonly [number, number, number]): Drawing => {
  const pixels = new Uint8Array(192 * 192 * 4);
  for (let y = 0; y < 192; y++) for (let x = 0; x < 192; x++) if (Math.hypot(x - 96, y - 96) < 60) pixels.set([...colour, 255], (y * 192 + x) * 4);
  const glyph = glyphOf({ width: 192, height: 192, pixels }, false);
  if (glyph === undefined) throw new Error('an empty disc');
  return { id: 'test/disc', style: 'test', glyph };
};

const tone = (hertz: number): Recorded => ({ id: `tone/${hertz}`, samples: Float32Array.from({ length: 32000 }, (_, i) => 0.14 * Math.sin((2 * Math.PI * hertz * i) / 16000)) });
const tones = [tone(220), tone(330), tone(440), tone(550), tone(660)];

const studio: Studio = {
  sounds: { instruments: perInstrument(() => tones), ambience: [tone(70)] },
  drawings: { instruments: perInstrument(() => [disc([250, 240, 20]), disc([10, 20, 40])]), distractors: [[disc([200, 30, 30])]] },
  noise: makeNoise(), frontEnd: logMel(embeddedFrontEnd), shift: 4, side: 64,
};

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const settings = { seed: 11, numRuns: 100 } as const;

test('streams: equal seeds agree, neighbours differ, values fill [0, 1)', () => {
  const draw = (seed: number): readonly number[] => {
    const source = random(seed);
    return Array.from({ length: 2000 }, () => source.uniform());
  };
  expect(draw(5)).toEqual(draw(5));
  expect(draw(seedOf(1, 0, 0))).not.toEqual(draw(seedOf(1, 0, 1)));
  const values = draw(seedOf(3, 1, 4));
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  expect(values.reduce((sum, v) => sum + v, 0) / values.length).toBeCloseTo(0.5, 1);
});

test('seeds of a grid of parts are distinct', () => {
  const grid = Array.from({ length: 20 }, (_, a) => Array.from({ length: 3 }, (__, b) => Array.from({ length: 100 }, (___, c) => seedOf(a, b, c)))).flat(2);
  expect(new Set(grid).size).toBe(grid.length);
});

test('a shuffle keeps the elements, a pick is one of them, an empty pick is refused', () => {
  fc.assert(
    fc.property(seeds, fc.array(fc.integer(), { minLength: 1, maxLength: 9 }), (seed, list) => {
      expect([...random(seed).shuffle(list)].sort((a, b) => a - b)).toEqual([...list].sort((a, b) => a - b));
      expect(list).toContain(random(seed).pick(list));
    }),
    settings,
  );
  expect(() => random(1).pick([])).toThrow('an empty list');
});

test('plans: label = event exactly where heard and seen; decoys are other instruments and never where the event is', () => {
  fc.assert(
    fc.property(seeds, fc.constantFrom(...instruments), (seed, event) => {
      const plan = planClip(random(seed), event);
      const both = plan.heard.map((on, t) => on && plan.seen[t] === true);
      expect([...labelsOf(plan)]).toEqual(both.map((on) => (on ? labelOf(event) : none)));
      expect(both.filter(Boolean).length).toBeGreaterThanOrEqual(2);
      expect(new Set([event, plan.decoyHeard.instrument, plan.decoySeen.instrument]).size).toBe(3);
      expect(plan.decoyHeard.active.some((on, t) => on && plan.heard[t] === true)).toBe(false);
      expect(plan.decoySeen.active.some((on, t) => on && plan.seen[t] === true)).toBe(false);
    }),
    settings,
  );
});

test('about 40 % of seconds are background', () => {
  const labels = Array.from({ length: 2000 }, (_, i) => [...labelsOf(planClip(random(seedOf(9, i)), instruments[i % 7] ?? 'violin'))]).flat();
  expect(Math.abs(labels.filter((label) => label === none).length / labels.length - 0.396)).toBeLessThan(0.02);
});

test('a stem is silent outside its active seconds and audible in each of them', () => {
  const activities = fc.array(fc.boolean(), { minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(seeds, activities, fc.constantFrom<Playing>('sustained', 'plucked', 'drum'), (seed, active, playing) => {
      const played = stem(random(seed), { playing, recordings: tones, active, gainDb: -5, shift: 4 });
      active.forEach((on, t) => {
        if (on) expect(rmsOf(played.samples, t)).toBeGreaterThan(0.01);
        else expect(rmsOf(played.samples, t)).toBe(0);
      });
      expect(played.recordings.length > 0).toBe(active.includes(true));
    }),
    { ...settings, numRuns: 40 },
  );
});

test('intervals are the runs of an activity', () => {
  expect(intervals([true, true, false, true, false, false, true])).toEqual([[0, 2], [3, 4], [6, 7]]);
  expect(intervals([false, false])).toEqual([]);
});

test('places stay inside the frame', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 4 }), (seed, count) => {
      const found = places(random(seed), 64, count, 0.32, 0.55);
      expect(found.length).toBe(count);
      for (const { x, y, size } of found) expect(Math.min(x, y, 64 - x, 64 - y)).toBeGreaterThanOrEqual(size / 2 - 1e-9);
    }),
    settings,
  );
});

test('marks cover what was painted, and only that', () => {
  const ground = background(random(4), 64);
  const item = { drawing: disc([255, 255, 255]), place: { x: 30, y: 34, size: 24, rotation: 0.4, flip: true, gain: [1, 1, 1] }, tint: [0, 0, 0] } as const;
  const marks = new Uint8Array(64 * 64);
  const canvas = painted(ground, [item], marks);
  const area = marks.filter((mark) => mark === 1).length;
  expect(Math.abs(area - Math.PI * 144)).toBeLessThan(40);
  for (let p = 0; p < 64 * 64; p++) {
    const changed = [0, 1, 2].some((k) => canvas.rgb[p * 3 + k] !== ground.rgb[p * 3 + k]);
    if (marks[p] === 1) expect(changed || ground.rgb[p * 3] === 1).toBe(true);
    if (Math.hypot((p % 64) + 0.5 - 30, Math.floor(p / 64) + 0.5 - 34) > 15) expect(changed).toBe(false);
  }
  expect(painted(ground, []).rgb).toEqual(ground.rgb);
});

test('a single-colour glyph takes the tint', () => {
  const glyph = { ...disc([0, 0, 0]).glyph, single: true };
  const canvas = { side: 64, rgb: new Float32Array(64 * 64 * 3) };
  paint(canvas, glyph, { x: 32, y: 32, size: 30, rotation: 0, flip: false, gain: [1, 1, 1] }, [0.2, 0.4, 0.6]);
  const centre = (32 * 64 + 32) * 3;
  expect([...canvas.rgb.subarray(centre, centre + 3)].map((v) => v.toFixed(2))).toEqual(['0.20', '0.40', '0.60']);
});

test('objects stand out from their background', () => {
  const dull = Array.from({ length: 60 }, (_, i) => {
    const source = random(seedOf(i));
    const items = places(source, 64, 2, 0.32, 0.5).map((place) => ({ drawing: disc([120, 120, 120]), place, tint: tintOf(source) }));
    return contrasts(groundFor(source, 64, items), items).some((contrast) => contrast <= 0.13);
  });
  expect(dull.filter(Boolean).length).toBeLessThan(12);
});

test('an empty drawing has no glyph', () => {
  expect(glyphOf({ width: 192, height: 192, pixels: new Uint8Array(192 * 192 * 4) }, false)).toBeUndefined();
});

test('clips: equal seeds give equal bytes, shapes are as promised, sound and picture follow the plan', () => {
  const make = (): ReturnType<typeof composeClip> => composeClip(random(77), studio, 'flute');
  const [clip, again] = [make(), make()];
  expect(again.frames).toEqual(clip.frames);
  expect(again.mel).toEqual(clip.mel);
  expect([clip.frames.length, clip.audio.length, clip.mel.length, clip.labels.length]).toEqual([122880, 160000, 40960, 10]);
  clip.plan.heard.forEach((on, t) => expect((clip.loudness.event[t] ?? 0) > 0.01).toBe(on));
  clip.plan.decoyHeard.active.forEach((on, t) => expect((clip.loudness.decoy[t] ?? 0) > 0.01).toBe(on));
  expect(composeClip(random(78), studio, 'flute').frames).not.toEqual(clip.frames);
});
