/**
 * Runs: every method of a suite from every seed, as jobs, and what is known of a method before it is trained.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fault } from '../../shapes/fault.ts';
import { countDeclared, type Value } from '../../dsl/index.ts';
import { modalities } from '../modality.ts';
import type { TrainingRecord } from '../report/record.ts';
import { savedBytesPerSample } from '../train/loop.ts';
import type { MoltVariant } from '../variants/variant.ts';
import { type BySplit, type Data, type Material, segmentsOfClip, splitsFor } from './data.ts';
import type { TrunkWeights } from './features.ts';
import type { TrainJob, TrainSettings } from './jobs.ts';
import type { Method } from './methods.ts';
import { learnerOf, type Model, type Place, placeOf } from './models.ts';
import type { DemoSettings } from './settings.ts';
import type { Suite } from './suites.ts';

/** A method of a suite before it is trained. */
export interface Planned {
  readonly name: string;
  readonly label: string;
  readonly model: Model;
  readonly place: Place;
  readonly settings: TrainSettings;
  readonly trainableParameters: number;
  readonly savedBytesPerSample: number;
}

const settingsOf = ({ batch, epochs, points, rate, warmup, decay }: DemoSettings, method: Method): TrainSettings =>
  ({ batch, epochs: epochs * method.epochs, points, rate: rate * method.rate, headRate: rate * (method.headRate ?? method.rate), warmup, decay });

/** The methods of a suite, in its order. errors: those of a variant that cannot be built */
export const plannedOf = ({ methods }: Suite, settings: DemoSettings, molt: MoltVariant): E.Either<Fault, readonly Planned[]> =>
  pipe(Object.entries(methods), E.traverseArray(([name, method]) => {
    const model = method.model(molt);
    return pipe(learnerOf(model), E.map((learner): Planned => ({
      name, label: method.label, model, place: placeOf(model), settings: settingsOf(settings, method),
      trainableParameters: countDeclared(learner.declared.values()).trainable,
      savedBytesPerSample: savedBytesPerSample(learner, settings.batch),
    })));
  }));

/** What all jobs share. */
export interface Common {
  readonly settings: DemoSettings;
  readonly seeds: readonly number[];
  readonly material: Material;
  readonly weights: TrunkWeights;
  /** of the checkpoints */
  readonly folder: string;
  readonly resume: boolean;
}

/** Weights of both trunks under the names that graphs around them use. */
const named = (weights: TrunkWeights): ReadonlyMap<string, Value> => new Map(modalities.flatMap((m) => [...weights[m]].map(([name, value]): [string, Value] => [`${m}.${name}`, value])));

/** Every method from every seed, the long ones first so that no thread waits at the end: what is kept for the gradients tells how long a step takes. */
export const jobsOf = (planned: readonly Planned[], { settings: all, seeds, material, weights, folder, resume }: Common): readonly TrainJob[] => {
  const given: { readonly [P in Place]: ReadonlyMap<string, Value> } = { beside: new Map(), inside: named(weights) };
  const made = new Map<Place, BySplit<Data>>();
  const dataFor = (place: Place): BySplit<Data> => {
    const data = made.get(place) ?? splitsFor[place](material);
    made.set(place, data);
    return data;
  };
  return planned.toSorted((a, b) => b.savedBytesPerSample - a.savedBytesPerSample).flatMap(({ name, label, model, place, settings }) => seeds.map((seed): TrainJob => ({
    kind: 'train', method: name, label, seed, model, settings, data: dataFor(place), given: given[place], checkpoint: join(folder, `${name}-${seed}.safetensors`), resume,
    run: `${label}, seed ${seed}, settings ${createHash('sha256').update(JSON.stringify([all, settings, model])).digest('hex').slice(0, 8)}`,
  })));
};

/** What the report says of a method's training. */
export const trainingOf = ({ place, settings: { batch, epochs, rate, headRate } }: Planned, { learn }: DemoSettings, secondsPerSegment: number): TrainingRecord =>
  ({ place, steps: Math.floor((learn * segmentsOfClip) / batch) * epochs, epochs, rate, headRate, secondsOfFeatures: place === 'beside' ? learn * segmentsOfClip * secondsPerSegment : 0 });
