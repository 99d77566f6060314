/** Taps in pieces: every item once, the same numbers whatever the piece size, one program at a time. */
import fc from 'fast-check';
import { right } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { expect, test } from 'vitest';
import { reference } from '../../../dsl/backends/reference/index.ts';
import type { Backend, Program, Value } from '../../../dsl/index.ts';
import { fault } from '../../../shapes/fault.ts';
import { weightsOf } from '../../../molt/backbones/backbone.ts';
import type { BackboneConfig } from '../../../molt/backbones/config.ts';
import { runTaps, stretchesOf, type Feed } from '../../../molt/taps/run.ts';
import { must } from '../../dsl/onnx/cases.ts';

test('pieces cover the items once, in at most two sizes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 30 }), (count, batch) => {
      const stretches = stretchesOf(count, batch);
      const items = stretches.flatMap(({ from, size, pieces }) => Array.from({ length: size * pieces }, (_, i) => from + i));
      expect(items).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(stretches.length).toBeLessThanOrEqual(2);
      expect(stretches.every(({ size }) => size <= batch)).toBe(true);
    }),
    { seed: 7 },
  );
});

const config: BackboneConfig = { kind: 'swinv2', image: 8, patch: 2, channels: 4, depths: [1, 1], heads: [1, 2], window: 2 };
const wave = (sizes: readonly number[], phase: number): Value => ({ sizes, dtype: 'f32', data: Float32Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(0.7 * i + phase)) });
const weights = new Map([...weightsOf(config)].map(([name, { sizes }], i): [string, Value] => [name, wave(sizes, i)]));
const feed: Feed = { count: 5, items: (from, count) => TE.right({ sizes: [count, 3, 8, 8], dtype: 'f32', data: wave([5, 3, 8, 8], 0).data.slice(from * 192, (from + count) * 192) }) };

/** Counts programs that are compiled and not yet given back. */
const counting = (): { readonly backend: Backend; readonly most: () => number; readonly now: () => number } => {
  const programs = { now: 0, most: 0 };
  const backend: Backend = {
    ...reference,
    compile: (plan, residents) =>
      TE.map((program: Program) => {
        programs.most = Math.max(programs.most, (programs.now += 1));
        return { ...program, dispose: () => { programs.now -= 1; program.dispose(); } };
      })(reference.compile(plan, residents)),
  };
  return { backend, most: () => programs.most, now: () => programs.now };
};

const run = async (batch: number) => {
  const { backend, most, now } = counting();
  const pieces: ReadonlyMap<string, Value>[] = [];
  const steps: number[] = [];
  const similarities = must(await runTaps({ config, weights, feed, batch, asked: { tokens: true, cosines: true } }, { backend, take: (piece) => async () => right(void pieces.push(piece)), step: (done) => void steps.push(done), interrupted: () => false })());
  const norm = pieces.flatMap((piece) => [...(piece.get('norm')?.data ?? [])]);
  return { cosines: similarities.map(({ cosine }) => cosine), norm, names: [...(pieces[0] ?? new Map()).keys()], steps, most: most(), now: now() };
};

test('the piece size changes nothing', async () => {
  const whole = await run(5);
  expect(whole.names).toEqual(['layers.0.blocks.0', 'layers.1.blocks.0', 'norm']);
  expect(whole).toMatchObject({ steps: [5], most: 1, now: 0 });
  for (const [batch, steps] of [[1, [1, 2, 3, 4, 5]], [2, [2, 4, 5]], [9, [5]]] as const) {
    const found = await run(batch);
    expect(found).toMatchObject({ steps, most: 1, now: 0 });
    found.norm.forEach((x, i) => expect(x).toBeCloseTo(whole.norm[i] ?? Number.NaN, 5));
    found.cosines.forEach((x, i) => expect(x).toBeCloseTo(whole.cosines[i] ?? Number.NaN, 6));
  }
});

test('a failing item or a full disk ends the run, with its program given back', async () => {
  const stopped = fault('Storage', 'disk', ['full'], 'room');
  const asked = { tokens: true, cosines: false };
  for (const [items, take] of [[() => TE.left(stopped), () => TE.right(undefined)], [feed.items, () => TE.left(stopped)]] as const) {
    const { backend, now } = counting();
    expect(await runTaps({ config, weights, feed: { count: 5, items }, batch: 2, asked }, { backend, take, step: () => undefined, interrupted: () => false })()).toEqual({ _tag: 'Left', left: stopped });
    expect(now()).toBe(0);
  }
});

test('an interrupt is heard between pieces', async () => {
  const { backend, now } = counting();
  const steps: number[] = [];
  const found = await runTaps({ config, weights, feed, batch: 2, asked: { tokens: false, cosines: true } }, { backend, take: () => TE.right(undefined), step: (done) => void steps.push(done), interrupted: () => steps.length > 0 })();
  expect(found).toMatchObject({ left: { _tag: 'Interrupted', given: ['2 of 5 items'] } });
  expect([steps, now()]).toEqual([[2], 0]);
});
