/** Sound to Kaldi's filter banks: an independent computation's numbers, padding, refusals. */
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { fbankOf, fbankPlan, kaldiBank, kaldiDefaults, kaldiFbank, kaldiFrames, settingNames, settings } from '../../../molt/preprocess/index.ts';
import { apart, family, isWave, values, wave } from './golden.ts';

const rows = [0, 1, 2, 60, 95, 130, 186, 187, 188, 190, 191];
const plane = 192 * 192;

const hear = (name: string, samples: Float32Array, side = 192) => {
  const setting = settings[settingNames.find((one) => one === name) ?? 'ave'];
  const heard = fbankOf(setting, side)(samples);
  return isRight(heard) ? heard.right : { sizes: [], data: new Float32Array(0) };
};

test.each(family('fbank'))('$key equals the independent values within 1e-5', ({ parts, data }) => {
  const [name = '', kind = '', n = '', k = ''] = parts;
  const { sizes, data: ours } = hear(name, isWave(kind) ? wave(kind, Number(n), 16000) : new Float32Array(0));
  expect(sizes).toEqual([name === 'avs' ? 5 : 10, 3, 192, 192]);
  for (const channel of [0, 1, 2]) {
    const start = (3 * Number(k) + channel) * plane;
    expect(apart(rows.flatMap((row) => [...ours.subarray(start + 192 * row, start + 192 * (row + 1))].filter((_, bin) => bin % 2 === 0)), data)).toBeLessThan(1e-5);
  }
});

test('AVE has 188 frames of 83 samples, AVQA and AVS 193 of 160', () => {
  expect([fbankPlan(settings.ave, 192).hop, kaldiFrames(fbankPlan(settings.ave, 192), 16000)]).toEqual([83, 188]);
  for (const setting of [settings.avqa, settings.avs]) expect([fbankPlan(setting, 192).hop, kaldiFrames(fbankPlan(setting, 192), 31200)]).toEqual([160, 193]);
});

test('the triangles equal those of the definition; those between two lines of the spectrum have no weight', () => {
  const bank = kaldiBank(fbankPlan(settings.ave, 192));
  const dense = Array.from({ length: 257 }, (_, k) => bank.filter((_band, b) => b % 16 === 0).map(({ first, weights }) => weights[k - first] ?? 0)).flat();
  expect(apart(dense, values('bank.192'))).toBeLessThan(1e-6);
  expect(bank.filter(({ weights }) => weights.length === 0).length).toBe(8);
});

test("povey's window", () => {
  const ours = kaldiFbank({ ...kaldiDefaults, hop: 160, bins: 40, window: 'povey' })(Float64Array.from(wave('rough', 4000, 16000)));
  expect(apart(ours, values('povey'))).toBeLessThan(1e-5);
});

test('rows beyond the window are zero after normalising, not before', () => {
  const { data } = hear('ave', wave('silence', 160000, 16000));
  const { mean, deviation } = settings.ave.fbank;
  expect(data[0]).toBeCloseTo((Math.log(kaldiDefaults.floor) - mean) / (2 * deviation), 5);
  expect(new Set(data.subarray(188 * 192, plane))).toEqual(new Set([0]));
});

test('a constant added to a sound changes nothing', () => {
  const samples = wave('chirp', 40000, 16000);
  expect(apart(hear('ave', samples).data, hear('ave', samples.map((sample) => sample + 0.25)).data)).toBeLessThan(1e-2);
});

test('another side keeps the span of time', () => {
  for (const side of [64, 256]) {
    const plan = fbankPlan(settings.ave, side);
    expect(plan.bins).toBe(side);
    expect(Math.abs(kaldiFrames(plan, 16000) / side - 188 / 192)).toBeLessThan(0.02);
    expect(hear('ave', wave('rough', 160000, 16000), side).sizes).toEqual([10, 3, side, side]);
  }
});

test('less than a second is refused', () => {
  const refused = fbankOf(settings.avs, 192)(new Float32Array(15999));
  expect(isLeft(refused) && refused.left._tag).toBe('Shape');
});
