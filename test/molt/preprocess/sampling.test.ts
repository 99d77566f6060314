/** Which frames, seconds and windows stand for the segments: numpy's numbers and laws. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { chosenFrames, chosenSeconds, integersBetween, type Setting, settings, windowsOf } from '../../../molt/preprocess/index.ts';
import { values } from './golden.ts';

test('ten of n frames are those of numpy, n = 1 … 300', () => {
  const ours = Array.from({ length: 300 }, (_, i) => chosenFrames(settings.ave, i + 1).map((one) => one + 1)).flat();
  expect(ours).toEqual(values('frames'));
});

test('windows of a sound start where numpy puts them', () => {
  const starts = (setting: Setting, from: number, to: number, step: number): readonly number[] =>
    Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => windowsOf(setting, from + i * step).map((one) => one.from)).flat();
  expect(starts(settings.ave, 17601, 170000, 1511)).toEqual(values('windows.ave'));
  expect(starts(settings.avs, 32801, 90000, 571)).toEqual(values('windows.avs'));
});

test('the windows are as long as the setting says and stay inside; short sounds are whole windows', () => {
  for (const n of [32001, 40000, 160000]) {
    for (const { from, to } of windowsOf(settings.ave, n)) expect([to - from, to <= n]).toEqual([16000, true]);
  }
  for (const { from, to } of windowsOf(settings.avs, 80000)) expect([to - from, to <= 80000]).toEqual([31200, true]);
  expect(windowsOf(settings.ave, 17600)).toEqual(Array.from({ length: 10 }, () => ({ from: 0, to: 17600 })));
  expect(windowsOf(settings.avs, 20000)).toEqual(Array.from({ length: 5 }, () => ({ from: 0, to: 20000 })));
});

test('AVS takes five pictures as they are, and of a video the last frame of each second', () => {
  expect(chosenFrames(settings.avs, 5)).toEqual([0, 1, 2, 3, 4]);
  expect(chosenFrames(settings.avs, 80)).toEqual([15, 31, 47, 63, 79]);
  expect(chosenFrames(settings.avqa, 60)).toEqual([0, 6, 13, 19, 26, 32, 39, 45, 52, 59]);
});

test('law: chosen frames are in range, never fall, and are the whole of T frames', () => {
  fc.assert(
    fc.property(fc.constantFrom(settings.ave, settings.avs), fc.integer({ min: 0, max: 5000 }), (setting, count) => {
      const chosen = chosenFrames(setting, count);
      expect(chosen.length).toBe(count === 0 ? 0 : setting.segments);
      expect(chosen.every((one, i) => Number.isInteger(one) && one >= 0 && one < count && one >= (chosen[i - 1] ?? 0))).toBe(true);
      if (count === setting.segments) expect(chosen).toEqual(Array.from({ length: count }, (_, i) => i));
      if (count > 0) expect(chosen.at(-1)).toBe(count - 1);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('numpy: one value is the start, none are none, the end is rounded down', () => {
  expect(integersBetween(3, 9, 1)).toEqual([3]);
  expect(integersBetween(3, 9, 0)).toEqual([]);
  expect(integersBetween(0, 9.9, 2)).toEqual([0, 9]);
  expect(integersBetween(5, 5, 3)).toEqual([5, 5, 5]);
});

test('HTS-AT hears the first ten seconds of AVE, those of the chosen frames of AVQA, or every sixth', () => {
  expect(chosenSeconds(settings.ave, 320000)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(chosenSeconds(settings.avqa, 60 * 32000 + 700)).toEqual(chosenFrames(settings.avqa, 60));
  for (const more of [-9000, 0, 9000]) expect(chosenSeconds(settings.avqa, 30 * 32000 + more)).toEqual(chosenFrames(settings.avqa, 30));
  const stride: Setting = { ...settings.avqa, waveform: { ...settings.avqa.waveform, choice: 'stride' } };
  expect(chosenSeconds(stride, 60 * 32000)).toEqual([0, 6, 12, 18, 24, 30, 36, 42, 48, 54]);
  expect(chosenSeconds(stride, 4 * 32000)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
