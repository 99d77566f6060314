/** A whole sound as one spectrogram: published lengths, cut and short sounds. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { backboneConfigs, type HtsatConfig } from '../../../molt/backbones/config.ts';
import { embeddedFrontEnd, htsatFrontEnd, logMel } from '../../../molt/data/audio/logmel.ts';
import { wholeSound } from '../../../molt/preprocess/whole.ts';
import { must } from '../../dsl/onnx/cases.ts';

/** Bytes compare faster than numbers. */
const same = (a: Float32Array, b: Float32Array): boolean => Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

const sweep = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => 0.4 * Math.sin(i * (0.02 + i * 2e-7)));

test('10 s at 32 kHz are 1001 frames of 64 bands; the picture holds 10.24 s', () => {
  const { rate, held, seconds, logmel } = wholeSound(backboneConfigs.htsat);
  expect([rate, held]).toEqual([32000, 10.24]);
  expect(seconds).toBeGreaterThan(held);
  const found = must(logmel(sweep(320_000)));
  expect([found.frames, found.data.length]).toEqual([1001, 1001 * 64]);
  expect(same(found.data, logMel(htsatFrontEnd)(sweep(320_000)))).toBe(true);
});

test('of a longer sound, the first frames of the whole spectrogram', () => {
  const config: HtsatConfig = { kind: 'htsat', spectrogram: 32, mels: 16, patch: 4, channels: 8, depths: [1], heads: [2], window: 4 };
  const all = logMel({ ...htsatFrontEnd, mels: 16 })(sweep(100_000));
  const { logmel, seconds, rate } = wholeSound(config);
  for (const length of [seconds * rate, 100_000]) {
    const { frames, data } = must(logmel(sweep(length)));
    expect(frames).toBe(64);
    expect(same(data, all.subarray(0, 64 * 16))).toBe(true);
  }
});

test('the front end of the committed trunk', () => {
  const { rate, held, logmel } = wholeSound(backboneConfigs['htsat-tiny64'], 'embedded');
  expect([rate, held]).toEqual([16000, 1]);
  expect(same(must(logmel(sweep(16_000))).data, logMel(embeddedFrontEnd)(sweep(16_000)))).toBe(true);
});

test('what cannot be heard', () => {
  const { logmel } = wholeSound(backboneConfigs.htsat);
  const short = logmel(sweep(1000));
  expect(isLeft(short) && short.left).toMatchObject({ _tag: 'Shape', given: ['1000 samples at 32000 Hz'] });
  expect(logmel(sweep(2000).fill(Number.NaN, 7, 8))).toMatchObject({ left: { _tag: 'NotFinite', given: ['sample 7 is NaN'] } });
});
