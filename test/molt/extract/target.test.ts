/** The collections of a run: their sizes and their addresses. */
import { isLeft, left } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { backboneConfigs } from '../../../molt/backbones/config.ts';
import { type Asked, type Frozen, targetsOf } from '../../../molt/extract/target.ts';
import { settings } from '../../../molt/preprocess/index.ts';
import { collectionKey } from '../../../molt/store/index.ts';
import { good } from '../media/clips.ts';

const frozen = (name: 'swinv2-large-w12-192' | 'htsat' | 'htsat-tiny64', committed = false): Frozen => ({ name, config: backboneConfigs[name], hash: `hash of ${name}`, committed });
const both = [frozen('htsat'), frozen('swinv2-large-w12-192')];
const asked: Asked = { setting: 'ave', keep: ['late'], dtype: 'f16', share: false };

test('pictures first, with the sizes of the late layers', () => {
  const [visual, audio] = good(targetsOf(both, asked));
  expect(visual).toMatchObject({ backbone: 1, modality: 'visual', itemBytes: 2 * 2 * 10 * 36 * 1536, inputs: { input: 'pixels', sizes: [3, 192, 192] } });
  expect(audio).toMatchObject({ backbone: 0, modality: 'audio', itemBytes: 2 * 2 * 10 * 64 * 768, frontEnd: 'htsat', inputs: { input: 'logmel', sizes: [1, 1001, 64] } });
  expect(visual?.made.tensors).toEqual([{ name: 'visual.0', sizes: [36, 1536] }, { name: 'visual.1', sizes: [36, 1536] }]);
});

test('one trunk for both', () => {
  expect(good(targetsOf([frozen('swinv2-large-w12-192')], { ...asked, share: true })).map(({ modality, backbone, inputs: { id } }) => [modality, backbone, id.split(' ')[0]])).toEqual([['visual', 0, 'pixels/1'], ['audio', 0, 'fbank/1']]);
});

test('the embedded trunk has its own front end, with its own weights only', () => {
  const front = (committed: boolean) => good(targetsOf([frozen('htsat-tiny64', committed)], asked))[0]?.frontEnd;
  expect([front(true), front(false)]).toEqual(['embedded', 'htsat']);
});

test('everything that changes a number changes the address', () => {
  const keys = (backbones: readonly Frozen[], more: Partial<Asked>): readonly string[] => good(targetsOf(backbones, { ...asked, ...more })).map(({ made }) => collectionKey(made));
  const all = [...keys(both, {}), ...keys(both, { setting: 'avqa' }), ...keys(both, { setting: 'avs' }), ...keys(both, { keep: ['early'] }), ...keys(both, { dtype: 'f32' }), ...keys(both.map((one) => ({ ...one, hash: 'other' })), {})];
  const fbanks = keys([frozen('swinv2-large-w12-192')], { share: true });
  expect(fbanks[0]).toBe(all[0]);
  expect(new Set([...all, ...fbanks]).size).toBe(all.length + 1);
  expect(Object.keys(settings)).toHaveLength(3);
});

test('a position at which a trunk has no blocks', () => {
  const shallow: Frozen = { ...frozen('htsat-tiny64'), config: { ...backboneConfigs['htsat-tiny64'], depths: [2], heads: [2] } };
  const targets = targetsOf([shallow], { ...asked, keep: ['early'] });
  expect(targets).toMatchObject(left({ _tag: 'Usage' }));
  expect(isLeft(targets) && targets.left.given).toEqual(['htsat-tiny64, which has one stage']);
});
