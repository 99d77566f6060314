/**
 * Trunks: the committed weights of the demo's two frozen backbones, checked name by name, and what their pre-training said.
 */
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Fault, fault } from '../../shapes/fault.ts';
import type { Value } from '../../dsl/index.ts';
import { countWeights, weightsOf } from '../backbones/backbone.ts';
import { backboneConfigs, type TinyBackbone } from '../backbones/config.ts';
import { checkFinite, matchNames } from '../io/bindings.ts';
import { readJson } from '../io/files.ts';
import { readSafetensors } from '../io/safetensors.ts';
import { both } from '../modality.ts';
import type { TrunkWeights } from './features.ts';
import type { Measured, TrunkFacts } from './record.ts';
import { trunks } from './settings.ts';

const fileOf = (name: TinyBackbone, ending: string): string => fileURLToPath(new URL(`../backbones/weights/${name}.${ending}`, import.meta.url));

/** The accuracy on held-out items in a run record. */
const heldAccuracy = (path: string, record: unknown): E.Either<Fault, number> => {
  if (typeof record === 'object' && record !== null && 'accuracy' in record) {
    const { accuracy } = record;
    if (typeof accuracy === 'object' && accuracy !== null && 'held' in accuracy && typeof accuracy.held === 'number') return E.right(accuracy.held);
  }
  return E.left(fault('Decode', path, ['no accuracy.held'], 'a run record of molt pretrain'));
};

const load = (name: TinyBackbone): TE.TaskEither<Fault, { readonly weights: ReadonlyMap<string, Value>; readonly facts: TrunkFacts }> => {
  const config = backboneConfigs[name];
  const needed = new Map([...weightsOf(config)].map(([key, { sizes }]) => [key, { sizes, dtype: 'f32' as const }]));
  const path = fileOf(name, 'safetensors');
  return pipe(
    TE.Do,
    TE.bind('file', () => readSafetensors(path)),
    TE.bind('weights', ({ file }) => TE.fromEither(pipe(matchNames(path, file.tensors, needed), E.chain((w) => checkFinite(path, w))))),
    TE.bind('accuracy', () => pipe(readJson(fileOf(name, 'json')), TE.chainEitherK((json) => heldAccuracy(fileOf(name, 'json'), json)))),
    TE.map(({ weights, accuracy }) => ({ weights, facts: { name, parameters: countWeights(config).total, pretrainAccuracy: accuracy } })),
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
