/**
 * Trunks: the committed weights of the demo's two frozen backbones, checked name by name, and what their pre-training said.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Fault, fault } from '../../shapes/fault.ts';
import { countWeights } from '../backbones/backbone.ts';
import type { TinyBackbone } from '../backbones/config.ts';
import { readJson } from '../io/files.ts';
import { both } from '../modality.ts';
import { loadBackbone, weightsFile } from '../weights/index.ts';
import type { TrunkWeights } from './features.ts';
import type { Measured, TrunkFacts } from './record.ts';
import { trunks } from './settings.ts';

/** The accuracy on held-out items in a run record. */
const heldAccuracy = (path: string, record: unknown): E.Either<Fault, number> => {
  if (typeof record === 'object' && record !== null && 'accuracy' in record) {
    const { accuracy } = record;
    if (typeof accuracy === 'object' && accuracy !== null && 'held' in accuracy && typeof accuracy.held === 'number') return E.right(accuracy.held);
  }
  return E.left(fault('Decode', path, ['no accuracy.held'], 'a run record of molt pretrain'));
};

const load = (name: TinyBackbone): TE.TaskEither<Fault, { readonly weights: TrunkWeights['visual']; readonly facts: TrunkFacts }> => {
  const record = weightsFile(name).replace(/safetensors$/, 'json');
  return pipe(
    TE.Do,
    TE.bind('loaded', () => loadBackbone(name)),
    TE.bind('accuracy', () => pipe(readJson(record), TE.chainEitherK((json) => heldAccuracy(record, json)))),
    TE.map(({ loaded, accuracy }) => ({ weights: loaded.weights, facts: { name, parameters: countWeights(loaded.config).total, pretrainAccuracy: accuracy } })),
  );
};

/** Both trunks. errors: Name, Shape, Corrupt, NotFinite */
export const loadTrunks = (): TE.TaskEither<Fault, { readonly weights: TrunkWeights; readonly facts: Measured['trunks'] }> =>
  pipe(
    TE.Do,
    TE.bind('visual', () => load(trunks.visual)),
    TE.bind('audio', () => load(trunks.audio)),
    TE.map(({ visual, audio }) => ({ weights: both(visual.weights, audio.weights), facts: both(visual.facts, audio.facts) })),
  );
