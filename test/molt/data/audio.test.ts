/** The audio front end, resampling and pitch: golden values and laws. */
import { readFileSync } from 'node:fs';
import { isRight } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { decode } from '../../../dsl/safetensors/index.ts';
import { embeddedFrontEnd, frameCount, htsatFrontEnd, logMel, melByte, melValue } from '../../../molt/data/audio/logmel.ts';
import { filterBank } from '../../../molt/data/audio/mel.ts';
import { pitchOf } from '../../../molt/data/audio/pitch.ts';
import { resampler } from '../../../molt/data/audio/resample.ts';

const sine = (hertz: number, rate: number, seconds: number, amplitude = 0.5): Float32Array =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / rate));

const rms = (x: Float32Array): number => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);

const golden = (): ReadonlyMap<string, ArrayLike<number>> => {
  const path = new URL('../../golden/logmel.safetensors', import.meta.url);
  const file = decode('logmel.safetensors', readFileSync(path));
  return new Map(isRight(file) ? [...file.right.tensors].map(([name, { data }]) => [name, data]) : []);
};

test("HTS-AT's front end equals librosa's within 2e-3 dB", () => {
  const values = golden();
  const wave = Float32Array.from(values.get('wave') ?? []);
  const expected = Array.from(values.get('logmel') ?? []);
  const ours = logMel(htsatFrontEnd)(wave);
  expect(wave.length).toBe(6500);
  expect(ours.length).toBe(21 * 64);
  expect(Math.max(...expected.map((value, i) => Math.abs(value - (ours[i] ?? Number.NaN))))).toBeLessThan(2e-3);
});

test("Slaney's filter bank equals librosa's", () => {
  const expected = Array.from(golden().get('filters') ?? []);
  const dense = filterBank(htsatFrontEnd).flatMap(({ first, weights }) => Array.from({ length: 513 }, (_, k) => weights[k - first] ?? 0));
  expect(Math.max(...expected.map((value, i) => Math.abs(value - (dense[i] ?? Number.NaN))))).toBeLessThan(1e-7);
});

test('every band of both front ends meets a bin', () => {
  for (const config of [embeddedFrontEnd, htsatFrontEnd]) {
    const bands = filterBank(config);
    expect(bands.length).toBe(64);
    expect(bands.every(({ weights }) => weights.some((weight) => weight > 0))).toBe(true);
  }
});

test('frames: 64 a second for the embedded set, 1 + n/320 for HTS-AT, none for silence of no length', () => {
  expect(frameCount(embeddedFrontEnd, 160000)).toBe(640);
  expect(frameCount(htsatFrontEnd, 320000)).toBe(1001);
  expect(logMel(embeddedFrontEnd)(new Float32Array(16000)).length).toBe(64 * 64);
  expect(logMel(embeddedFrontEnd)(new Float32Array(0)).length).toBe(0);
});

test('silence is the floor of the logarithm', () => {
  expect([...new Set(logMel(embeddedFrontEnd)(new Float32Array(4000)))]).toEqual([Math.fround(Math.log(1e-4))]);
  expect([...new Set(logMel(htsatFrontEnd)(new Float32Array(4000)))]).toEqual([-100]);
});

test('ten times the amplitude adds 20 dB', () => {
  const front = logMel(htsatFrontEnd);
  const [quiet, loud] = [front(sine(440, 32000, 0.3, 0.05)), front(sine(440, 32000, 0.3, 0.5))];
  const band = quiet.subarray(10 * 64, 11 * 64);
  const peak = band.indexOf(Math.max(...band));
  expect((loud[10 * 64 + peak] ?? 0) - (quiet[10 * 64 + peak] ?? 0)).toBeCloseTo(20, 3);
});

test.each([200, 440, 1000, 3000, 6000])('a sine of %i Hz peaks in the band that holds it', (hertz) => {
  const mel = logMel(embeddedFrontEnd)(sine(hertz, 16000, 1));
  const frame = mel.subarray(32 * 64, 33 * 64);
  const band = filterBank(embeddedFrontEnd)[frame.indexOf(Math.max(...frame))];
  const centre = band === undefined ? 0 : (band.first + band.weights.indexOf(Math.max(...band.weights))) * (16000 / 512);
  expect(Math.abs(centre - hertz)).toBeLessThan(Math.max(40, hertz * 0.06));
});

test('a byte keeps a log-mel value to 1/32', () => {
  for (const value of [-9.21, -3.3, 0, 2.71, 6.4]) expect(Math.abs(melValue(melByte(value)) - value)).toBeLessThanOrEqual(1 / 32);
});

test.each([
  [44100, 16000],
  [22050, 16000],
  [48000, 16000],
  [32000, 16000],
  [11025, 16000],
])('resampling %i to %i Hz keeps a tone and a constant', (from, to) => {
  const convert = resampler(from, to);
  const tone = convert(sine(1000, from, 0.5));
  expect(tone.length).toBe(Math.ceil((Math.round(from * 0.5) * to) / from));
  const middle = tone.subarray(1000, 7000);
  const expected = sine(1000, to, 0.5).subarray(1000, 7000);
  expect(Math.max(...middle.map((value, i) => Math.abs(value - (expected[i] ?? 0))))).toBeLessThan(2e-3);
  expect(convert(new Float32Array(4000).fill(0.5)).subarray(200, 600).every((value) => Math.abs(value - 0.5) < 1e-5)).toBe(true);
});

test('resampling removes what the new rate cannot hold', () => {
  expect(rms(resampler(44100, 16000)(sine(10000, 44100, 0.5)).subarray(500, 7500))).toBeLessThan(1e-4);
});

test.each([33, 58, 69, 81])('the pitch of a sawtooth at MIDI %i is found', (midi) => {
  const hertz = 440 * 2 ** ((midi - 69) / 12);
  const saw = Float32Array.from({ length: 16000 }, (_, i) => [1, 2, 3, 4].reduce((sum, k) => sum + Math.sin((2 * Math.PI * k * hertz * i) / 16000) / k, 0));
  expect(pitchOf(saw, 16000)?.midi).toBeCloseTo(midi, 0);
});

test('noise has no pitch', () => {
  let state = 1;
  const noise = Float32Array.from({ length: 16000 }, () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647 - 0.5;
  });
  expect(pitchOf(noise, 16000)).toBeUndefined();
});
