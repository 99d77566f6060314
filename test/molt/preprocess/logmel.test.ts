/** Sound to HTS-AT's log-mel: librosa's numbers, the shortcut over repetitions, edges and refusals. */
import * as fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { backboneConfigs, type HtsatConfig } from '../../../molt/backbones/config.ts';
import { htsatFrontEnd, logMel } from '../../../molt/data/audio/logmel.ts';
import { repeatedLogMel } from '../../../molt/preprocess/logmel.ts';
import { type FrontEndName, logmelOf, secondOf, type Setting, settings, tiled } from '../../../molt/preprocess/index.ts';
import { printFault } from '../../../shapes/index.ts';
import { apart, family, isWave, wave } from './golden.ts';

const hear = (setting: Setting, samples: Float32Array, config: HtsatConfig = backboneConfigs.htsat, frontEnd?: FrontEndName) => {
  const heard = logmelOf(setting, config, frontEnd)(samples);
  return isRight(heard) ? heard.right : { sizes: [], data: new Float32Array(0) };
};

test.each(family('logmel'))("$key equals librosa's within 1e-4 dB", ({ parts, data }) => {
  const [kind = '', n = '', segments = '', length = '', second = ''] = parts;
  const setting = Number(segments) === 5 ? settings.avs : settings.ave;
  expect(setting.waveform.tiled).toBe(Number(length));
  const { sizes, data: ours } = hear(setting, isWave(kind) ? wave(kind, Number(n), 32000) : new Float32Array(0));
  const count = Number(length) / 320 + 1;
  expect(sizes).toEqual([Number(segments), 1, count, 64]);
  const kept = [0, 1, 2, 3, 50, 98, 99, 100, 101, 102, 103, 257, count - 102, count - 101, count - 3, count - 2, count - 1];
  const start = Number(second) * count * 64;
  expect(apart(kept.flatMap((t) => [...ours.subarray(start + t * 64, start + (t + 1) * 64)]), data)).toBeLessThan(1e-4);
});

test('law: the spectrogram of a repeated second is that of the whole tile, bit for bit', () => {
  const whole = logMel(htsatFrontEnd);
  for (const length of [320000, 160000, 96000, 64000, 100000, 32000, 20000]) {
    const second = wave('rough', 32000, 32000);
    expect(apart(repeatedLogMel(htsatFrontEnd, whole)(second, length), whole(tiled(second, length)))).toBe(0);
  }
  const odd = wave('rough', 31999, 32000); // no whole number of hops: no shortcut
  expect(apart(repeatedLogMel(htsatFrontEnd, whole)(odd, 96000), whole(tiled(odd, 96000)))).toBe(0);
});

test('law: a tile repeats its piece and is cut to its length, as doubling and cutting does', () => {
  const doubled = (piece: Float32Array, length: number): number[] => {
    let out = [...piece];
    while (out.length < length) out = [...out, ...out];
    return out.slice(0, length);
  };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 70 }), (n, length) => {
      const piece = Float32Array.from({ length: n }, (_, i) => i + 1);
      const out = tiled(piece, length);
      expect([...out]).toEqual(doubled(piece, length));
      out.forEach((value, i) => expect(value).toBe(piece[i % n]));
    }),
    { seed: 3, numRuns: 200 },
  );
});

test('law: the seconds of a sound put together are the sound, then silence', () => {
  const samples = wave('rough', 25, 10);
  expect([0, 1, 2, 3].flatMap((k) => [...secondOf(samples, 10, k)])).toEqual([...samples, ...new Array<number>(15).fill(0)]);
});

test('silence is −100 dB, before and after the end of a sound', () => {
  const { sizes, data } = hear(settings.avs, wave('full', 48000, 32000)); // 1.5 s of five
  expect(sizes).toEqual([5, 1, 501, 64]);
  expect(new Set(data.subarray(2 * 501 * 64))).toEqual(new Set([-100]));
  expect(Math.max(...data.subarray(501 * 64, 2 * 501 * 64))).toBeGreaterThan(0); // the second half is filled up with silence, then repeated
});

test('a trunk whose picture is small gets the first frames that it holds; the embedded front end fills it with one second', () => {
  const tiny = backboneConfigs['htsat-tiny64'];
  const samples = wave('chirp', 320000, 32000);
  const [whole, cut] = [hear(settings.ave, samples), hear(settings.ave, samples, tiny)];
  expect(cut.sizes).toEqual([10, 1, 64, 64]);
  expect(apart(cut.data.subarray(64 * 64, 2 * 64 * 64), whole.data.subarray(1001 * 64, 1001 * 64 + 64 * 64))).toBe(0);
  expect(hear(settings.ave, samples.subarray(0, 160000), tiny, 'embedded').sizes).toEqual([10, 1, 64, 64]);
});

test('sounds that cannot be heard are refused in words', () => {
  const refuse = (samples: Float32Array): string => {
    const result = logmelOf(settings.ave, backboneConfigs.htsat)(samples);
    return isLeft(result) ? printFault(result.left) : 'heard';
  };
  expect(refuse(new Float32Array(16000))).toBe('shapes do not fit: sound\n  given:  16000 samples at 32000 Hz: 0.50 s\n  needed: at least one second\n  try:    leave this item out, or repeat its sound');
  expect(refuse(new Float32Array(0))).toContain('0 samples');
  expect(refuse(new Float32Array(32000).fill(Number.NaN, 5, 6))).toContain('sample 5 is NaN');
  expect(refuse(new Float32Array(32000))).toBe('heard');
});
