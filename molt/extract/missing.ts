/**
 * Missing: what a store lacks of a run, made: trunks compiled, media decoded, shards written.
 * idea:  nothing is started that has nothing to do: no engine without missing items, or where inputs are kept as they are, no ffmpeg without videos or sounds among them.
 *        Held at most: three inputs for each worker (4 MB each for ten pictures of 192 × 192), one frame each, and the features of the open unit
 *        as float32 (`bounds` in plan.ts, twice that where float16 is stored); nothing grows with the number of items but their names and hashes.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Backend } from '../../dsl/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { Ffmpeg } from '../media/index.ts';
import type { SettingName } from '../preprocess/index.ts';
import type { Collection } from '../store/index.ts';
import type { LoadedBackbone } from '../weights/index.ts';
import type { ExtractOptions } from './options.ts';
import { lacking, type Ports, type Ran, runUnits } from './pipeline.ts';
import { sourceKey, type Unit } from './plan.ts';
import type { Pool } from './pool.ts';
import type { Stamps } from './stamps.ts';
import type { Target } from './target.ts';
import { named, type Trunk, trunkOn } from './trunk.ts';

/** Inputs decoded ahead, for each worker: one that it works at, and one more. */
const ahead = 2;

/** One run, planned. */
export interface Planned {
  readonly setting: SettingName;
  readonly targets: readonly Target[];
  /** of each target */
  readonly collections: readonly Collection[];
  readonly units: readonly Unit[];
  readonly stamps: Stamps;
  readonly pool: Pool;
  /** by backbone; let go once it is compiled */
  readonly loaded: Map<number, LoadedBackbone>;
}

const nothing: Ran = { done: [], failures: [], times: { backbone: 0, waiting: 0, writing: 0 } };

/** By backbone: those that have something to do. One that sees and hears is compiled once. errors: those of compiling */
const trunksOn = (backend: Backend, { targets, collections, units, loaded }: Planned): TE.TaskEither<Fault, ReadonlyMap<number, Trunk>> => async () => {
  const trunks = new Map<number, Trunk>();
  for (const [index, { backbone, keep, inputs }] of targets.entries()) {
    const weights = loaded.get(backbone);
    if (keep === 'input' || weights === undefined || lacking(units.filter(({ collection }) => collection === index), collections) === 0) continue;
    const trunk = await trunkOn(backend, weights.config, weights.weights, keep, inputs)();
    loaded.delete(backbone); // the engine has them
    if (isLeft(trunk)) {
      for (const one of trunks.values()) one.dispose();
      return trunk;
    }
    trunks.set(backbone, trunk.right);
  }
  loaded.clear();
  return right(trunks);
};

/** No engine is loaded where no tokens are asked for. */
const trunksFor = (planned: Planned, { backend }: ExtractOptions): TE.TaskEither<Fault, ReadonlyMap<number, Trunk>> =>
  planned.targets.every(({ keep }) => keep === 'input') ? TE.right(new Map()) : pipe(backend, TE.chain((loaded) => trunksOn(loaded, planned)));

const needsFfmpeg = ({ units, collections }: Planned): boolean =>
  units.some(({ collection, items }) => {
    const missing = new Set(collections[collection]?.missing(items.map(({ input }) => input)) ?? []);
    return items.some(({ input, source }) => missing.has(input) && (source.kind === 'video' || source.kind === 'sound'));
  });

/** Two digits at least. */
const speed = (perSecond: number): string => (perSecond < 10 ? perSecond.toPrecision(2) : perSecond.toFixed(0));

const defect = (given: string): Either<Fault, never> => left(fault('Defect', 'molt extract', [given], 'a plan that fits', 'please report this'));

/** In place of a trunk: what would enter it. */
const asItIs = ({ inputs: { segments, sizes } }: Target): Pick<Trunk, 'run'> => ({ run: (data) => TE.right([{ sizes: [segments, ...sizes], dtype: 'f32', data }]) });

const portsOf = (planned: Planned, trunks: ReadonlyMap<number, Trunk>, ffmpeg: Ffmpeg | undefined, { progress, interrupt, clock }: ExtractOptions, since: number): Ports => {
  const { setting, targets, collections, stamps, pool } = planned;
  return {
    shelves: collections, interrupt, clock, ahead: ahead * pool.workers,
    sleep: async (milliseconds) => void (await wait(milliseconds * (0.5 + Math.random()))), // two that step back from each other do not come together again
    prepare: async (collection, { source }) => {
      const target = targets[collection];
      const stamp = stamps.get(sourceKey(source));
      if (target === undefined || stamp === undefined || isLeft(stamp)) return defect('an input without a hash');
      const { config, modality, frontEnd } = target;
      const result = await pool.run({ kind: 'prepare', source, ffmpeg, times: stamp.right.times, recipe: { setting, config, modality, frontEnd } });
      if (isLeft(result)) return result;
      return result.right.kind === 'prepare' ? right(result.right.input) : defect('a hash where an input was asked for');
    },
    run: (index, { input }, data) => {
      const collection = collections[index];
      const target = targets[index];
      const trunk = target?.keep === 'input' ? asItIs(target) : trunks.get(target?.backbone ?? -1);
      if (collection === undefined || trunk === undefined) return TE.fromEither(defect('a backbone that was not compiled'));
      return pipe(trunk.run(data), TE.map((values) => named(collection.made.tensors, values)), TE.chainFirst((tensors) => TE.fromEither(collection.check({ input, tensors }))));
    },
    onItem: (inputs) => progress.update(inputs, `${speed(inputs / Math.max(1e-3, (clock() - since) / 1000))} inputs/s`),
  };
};

/** errors: those of the engine, of ffmpeg if it is needed and not there, and of the pipeline */
export const extractMissing = (planned: Planned, options: ExtractOptions): TE.TaskEither<Fault, Ran> => async () => {
  const total = lacking(planned.units, planned.collections);
  if (total === 0) return right(nothing);
  const ffmpeg = needsFfmpeg(planned) ? await options.ffmpeg() : right(undefined);
  if (isLeft(ffmpeg)) return ffmpeg;
  const trunks = await trunksFor(planned, options)();
  if (isLeft(trunks)) return trunks;
  try {
    options.progress.start('extracting', total);
    return await runUnits(planned.units, portsOf(planned, trunks.right, ffmpeg.right, options, options.clock()))();
  } finally {
    options.progress.stop();
    for (const trunk of trunks.right.values()) trunk.dispose();
  }
};
