/** What a trunk gets, and the text that names it. */
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { backboneConfigs } from '../../../molt/backbones/config.ts';
import { type Inputs, inputsOf, type Setting, settingNames, settings } from '../../../molt/preprocess/index.ts';

const large = backboneConfigs['swinv2-large-w12-192'];
const get = (...given: Parameters<typeof inputsOf>): Inputs | undefined => {
  const inputs = inputsOf(...given);
  return isRight(inputs) ? inputs.right : undefined;
};
const id = (...given: Parameters<typeof inputsOf>): string => get(...given)?.id ?? '';

test('sizes, rates and counts of each setting', () => {
  expect(get(settings.ave, large, 'visual')).toMatchObject({ input: 'pixels', sizes: [3, 192, 192], segments: 10, seconds: 10, framesPerSecond: 3 });
  expect(get(settings.avqa, large, 'visual')).toMatchObject({ segments: 10, seconds: 60, framesPerSecond: 1 });
  expect(get(settings.avs, large, 'visual')).toMatchObject({ segments: 5, seconds: 5, framesPerSecond: 16 });
  expect(get(settings.ave, large, 'audio')).toMatchObject({ input: 'pixels', recipe: 'fbank', sizes: [3, 192, 192], rate: 16000 });
  expect(get(settings.avqa, backboneConfigs.htsat, 'audio')).toMatchObject({ input: 'logmel', recipe: 'logmel', sizes: [1, 1001, 64], rate: 32000 });
  expect(get(settings.avs, backboneConfigs.htsat, 'audio')).toMatchObject({ sizes: [1, 501, 64] });
  expect(get(settings.ave, backboneConfigs['htsat-tiny64'], 'audio', 'embedded')).toMatchObject({ sizes: [1, 64, 64], rate: 16000 });
});

test('HTS-AT has no eyes', () => {
  const refused = inputsOf(settings.ave, backboneConfigs.htsat, 'visual');
  expect(isLeft(refused) && refused.left._tag).toBe('Usage');
});

test('law: a change of any number that matters changes the text, and nothing else does', () => {
  const { ave } = settings;
  const changed: readonly Setting[] = [{ ...ave, segments: 9 }, { ...ave, seconds: 9 }, { ...ave, framesPerSecond: 4 }, { ...ave, frames: 'last-of-second' }, { ...ave, order: 'normalise, resize' }];
  const visual = [ave, ...changed].map((setting) => id(setting, large, 'visual'));
  expect(new Set(visual).size).toBe(changed.length + 1);
  const sounds: readonly Setting[] = [{ ...ave, segments: 9 }, { ...ave, seconds: 9 }, { ...ave, waveform: { ...ave.waveform, tiled: 160000 } }, { ...ave, waveform: { ...ave.waveform, choice: 'stride' } }];
  expect(new Set([ave, ...sounds].map((setting) => id(setting, backboneConfigs.htsat, 'audio'))).size).toBe(sounds.length + 1);
  const banks: readonly Setting[] = (['rate', 'window', 'hop', 'mean', 'deviation'] as const).map((key) => ({ ...ave, fbank: { ...ave.fbank, [key]: 2 * ave.fbank[key] } }));
  expect(new Set([ave, ...banks].map((setting) => id(setting, large, 'audio'))).size).toBe(banks.length + 1);
  expect(id({ ...ave, name: 'mine', waveform: settings.avs.waveform }, large, 'visual')).toBe(id(ave, large, 'visual'));
  expect(id(ave, { ...large, image: 256 }, 'visual')).not.toBe(id(ave, large, 'visual'));
  expect(id(ave, { ...large, depths: [2, 2, 6, 2] }, 'visual')).toBe(id(ave, large, 'visual'));
});

test('all texts of the published settings differ, and are canonical', () => {
  const texts = settingNames.flatMap((name) => [id(settings[name], large, 'visual'), id(settings[name], large, 'audio'), id(settings[name], backboneConfigs.htsat, 'audio')]);
  expect(new Set(texts).size).toBe(9);
  expect(texts[0]).toBe(
    'pixels/1 {"frames":"linspace","framesPerSecond":3,"imagenet":{"deviation":[0.229,0.224,0.225],"mean":[0.485,0.456,0.406]},"order":"resize, normalise","resize":"bicubic -0.75","seconds":10,"segments":10,"side":192}',
  );
});
