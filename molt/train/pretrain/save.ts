/**
 * Save: a pre-trained trunk as a weights file and, beside it, the record of the run that made it.
 */
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../../shapes/fault.ts';
import { backboneConfigs } from '../../backbones/config.ts';
import { writeAtomic } from '../../io/files.ts';
import { writeSafetensors } from '../../io/safetensors.ts';
import type { Recipe } from './recipe.ts';
import { lossEvery, type Pretrained } from './run.ts';

export interface Circumstances {
  readonly backend: string;
  readonly seconds: number;
}

const rounded = (x: number): number => Math.round(x * 1e4) / 1e4;

/** The record of a run: recipe, sizes, losses, accuracies, circumstances. */
export const recordOf = (recipe: Recipe, { losses, accuracy, classes }: Pretrained, { backend, seconds }: Circumstances) => ({
  schemaVersion: 1,
  config: backboneConfigs[recipe.backbone],
  recipe, classes, backend,
  seconds: Math.round(seconds),
  accuracy: { train: rounded(accuracy.train), held: rounded(accuracy.held), chance: rounded(1 / classes) },
  losses: { every: lossEvery, mean: losses.map(rounded) },
});

/** Writes `<backbone>.safetensors` and `<backbone>.json`. errors: Storage */
export const savePretrained = (folder: string, recipe: Recipe, made: Pretrained, circumstances: Circumstances): TE.TaskEither<Fault, void> =>
  pipe(
    writeSafetensors(join(folder, `${recipe.backbone}.safetensors`), made.weights, new Map([['format', 'pt']])),
    TE.chain(() => writeAtomic(join(folder, `${recipe.backbone}.json`), new TextEncoder().encode(`${JSON.stringify(recordOf(recipe, made, circumstances), null, 2)}\n`))),
  );
