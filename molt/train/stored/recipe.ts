/**
 * Recipe: whether stored inputs are what the variant's trunks take: pictures and spectrograms made as these trunks want them.
 * idea:  sizes may agree where the recipe does not, such as another window of the spectrogram; the store's own text of the recipe tells.
 */
import * as E from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { type Both, modalities } from '../../modality.ts';
import { type FrontEndName, frontEnds, inputsOf, type SettingName, settings } from '../../preprocess/index.ts';
import { configsOf } from '../../variants/backbones.ts';
import type { Variant } from '../../variants/variant.ts';
import { readsOf } from './needs.ts';
import type { Shelf } from './split.ts';

const isFrontEnd = (name: string): name is FrontEndName => Object.hasOwn(frontEnds, name);
const fronts: readonly FrontEndName[] = Object.keys(frontEnds).filter(isFrontEnd);

/** errors: Decode for inputs that were made by another recipe than that of the manifest's setting and the variant's trunks */
export const checkRecipes = (source: string, variant: Variant, setting: SettingName, shelves: Both<Shelf>): E.Either<Fault, void> => {
  if (readsOf(variant) === 'features' || variant.backbones === undefined) return E.right(undefined);
  const configs = configsOf(variant.backbones);
  const wrong = modalities.flatMap((m) => {
    const ids = fronts.flatMap((front) => { const inputs = inputsOf(settings[setting], configs[m], m, front); return E.isLeft(inputs) ? [] : [inputs.right.id]; });
    return ids.includes(shelves[m].made.preprocessing) ? [] : [`${m}: ${shelves[m].made.preprocessing}`];
  });
  return wrong.length === 0 ? E.right(undefined) : E.left(fault('Decode', `variant ${source} on this store`, wrong, `inputs made for ${variant.backbones.visual} and ${variant.backbones.audio} under the setting ${setting}`, 'molt extract … --position input'));
};
