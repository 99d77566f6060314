/** What a variant reads of a store: tensors that fit, and inputs that were made as its trunks want them. */
import { isRight, right } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { is } from '../../../dsl/index.ts';
import { closeGraph } from '../../../dsl/graph.ts';
import { backboneConfigs } from '../../../molt/backbones/config.ts';
import { both, type Both, type ModalityName } from '../../../molt/modality.ts';
import { inputsOf, settings } from '../../../molt/preprocess/index.ts';
import { meets, needsOf, readsOf } from '../../../molt/train/stored/needs.ts';
import { checkRecipes } from '../../../molt/train/stored/recipe.ts';
import type { Shelf } from '../../../molt/train/stored/split.ts';
import { decodeVariant } from '../../../molt/variants/codec.ts';
import { learnerFor } from '../../../molt/variants/whole.ts';
import { orFail } from '../backbones/golden.ts';

const lavish = (trunks: unknown) => orFail(decodeVariant('v', { schemaVersion: 1, name: 'v', backbones: trunks, adapter: { kind: 'lavish', reduction: 4 }, task: { kind: 'ave' } }));
const large = lavish({ visual: 'swinv2-large-w12-192', audio: 'htsat' });

test('beside the trunks: tokens; inside them: pictures, and a spectrogram of as many frames as there are', () => {
  expect(readsOf(large)).toBe('input');
  const { visual: [pixels], audio: [logmel] } = needsOf(large);
  expect([pixels?.name, logmel?.name, needsOf(lavish({ visual: 'swinv2-large-w12-192', shared: true })).audio[0]?.name]).toEqual(['visual.pixels', 'audio.logmel', 'audio.pixels']);
  if (pixels === undefined || logmel === undefined) throw new Error('needs');
  expect([[3, 192, 192], [3, 256, 256], [3, 192]].map((sizes) => meets(pixels, sizes))).toEqual([true, false, false]);
  expect([[1, 1001, 64], [1, 1024, 64], [1, 1025, 64], [1, 1001, 32]].map((sizes) => meets(logmel, sizes))).toEqual([true, true, false, false]);
});

test('a learner of adapters inside takes as many frames as the store has', () => {
  const tiny = lavish({ visual: 'swinv2-tiny64', audio: 'htsat-tiny64' });
  const logmel = (frames?: number) => closeGraph([orFail(learnerFor(tiny, frames)).train(3).loss]).nodes.find((node) => is('input', node) && node.params.name === 'audio.logmel')?.sizes;
  expect([logmel(), logmel(50)]).toEqual([[3, 1, 64, 64], [3, 1, 50, 64]]);
});

const shelf = (m: ModalityName, preprocessing: string): Shelf => ({ key: m, made: { backbone: m, weights: 'none', preprocessing, position: 'input', segments: 10, tensors: [] }, has: () => true });
const recipes = (setting: 'ave' | 'avs'): Both<string> => both(orFail(inputsOf(settings[setting], backboneConfigs['swinv2-large-w12-192'], 'visual')).id, orFail(inputsOf(settings[setting], backboneConfigs.htsat, 'audio')).id);
const shelves = ({ visual, audio }: Both<string>): Both<Shelf> => both(shelf('visual', visual), shelf('audio', audio));

test('inputs made by another recipe are refused, whichever trunk of equal sizes they were made with', () => {
  expect(checkRecipes('v', large, 'ave', shelves(recipes('ave')))).toEqual(right(undefined));
  expect(checkRecipes('v', large, 'ave', shelves(recipes('avs')))).toMatchObject({ left: { _tag: 'Decode', given: [expect.stringMatching(/^visual: /), expect.stringMatching(/^audio: /)] } });
  const base = lavish({ visual: 'swinv2-base-w12-192', audio: 'htsat' });
  expect(isRight(checkRecipes('v', base, 'ave', shelves(recipes('ave'))))).toBe(true);
});
