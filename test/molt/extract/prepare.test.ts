/** The frames of a clip whose length is not known before it is read. */
import { left, right } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { chosenOf, type Frames } from '../../../molt/extract/prepare.ts';
import { chosenFrames, settings } from '../../../molt/preprocess/index.ts';
import { fault } from '../../../shapes/fault.ts';
import { good } from '../media/clips.ts';

const video = (count: number, readings: { n: number }): Frames => (use) => async () => {
  readings.n += 1;
  for (let i = 0; i < count; i += 1) use({ width: 1, height: 1, data: Uint8Array.of(i) }, i);
  return right(count);
};

test.each(['ave', 'avs', 'avqa'] as const)('%s: the right frames of clips of any length, read once if the length is the usual one', async (name) => {
  const setting = settings[name];
  const usual = setting.framesPerSecond * setting.seconds;
  for (const count of [1, 2, 5, 9, 10, 11, usual - 1, usual, usual + 1]) {
    const readings = { n: 0 };
    const scaled: number[] = [];
    const input = good(await chosenOf(setting, video(count, readings), ({ data: [i = 0] }) => (scaled.push(i), right(Float32Array.of(i))))());
    expect([...input]).toEqual(chosenFrames(setting, count));
    expect(readings.n).toBeLessThanOrEqual(count === usual ? 1 : 2);
  }
});

test('a picture that cannot be scaled', async () => {
  const small = left(fault('Shape', 'frame', ['1 × 1'], 'a side of 2'));
  expect(await chosenOf(settings.ave, video(30, { n: 0 }), () => small)()).toEqual(small);
});

test('no frames', async () => {
  expect(await chosenOf(settings.ave, video(0, { n: 0 }), () => right(new Float32Array(1)))()).toMatchObject(left({ _tag: 'Corrupt' }));
});
