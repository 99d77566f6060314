/**
 * Checkpoint: everything that a run needs to go on to the same numbers, in one safetensors file.
 * idea:  weights and statistics under their names, moments under `adam.first.` and `adam.second.`, the rest as JSON in the metadata; the file is
 *        replaced atomically, so an interrupted or failed save leaves the earlier one.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Fault, fault } from '../../shapes/fault.ts';
import type { Declared, Value } from '../../dsl/index.ts';
import type { TrainState } from '../../dsl/optim/index.ts';
import { checkFinite, matchNames, type Needed } from '../io/bindings.ts';
import type { Files } from '../io/files.ts';
import { readSafetensors, writeSafetensors } from '../io/safetensors.ts';
import { nodeFiles } from '../io/system.ts';
import { buffersOf, type Statistics } from './precise.ts';

/** One point of a learning curve: means over the steps since the last point. */
export interface EpochRecord {
  /** epochs done, whole or not */
  readonly epoch: number;
  readonly loss: number;
  readonly task: number;
  readonly tor: number;
  readonly validation: number;
  /** of a whole epoch at this pace */
  readonly seconds: number;
}

export interface Checkpoint {
  readonly state: TrainState;
  /** since the last point of the curve: sums of loss, task, tor and seconds, and the number of steps */
  readonly partial: readonly [number, number, number, number, number];
  readonly curve: readonly EpochRecord[];
  /** of batch norms, as they were at the last point of the curve, by the names of their leaves */
  readonly statistics: Statistics;
  /** what run this is; a checkpoint of another run is refused */
  readonly run: string;
}

const moments = ['first', 'second'] as const;

/** Saves atomically. errors: Storage (exit 3); the earlier checkpoint stays */
export const saveCheckpoint = (path: string, { state, partial, curve, statistics, run }: Checkpoint, sizes: ReadonlyMap<string, Declared>, files: Files = nodeFiles): TE.TaskEither<Fault, void> => {
  const value = (name: string, data: Float32Array): Value => ({ sizes: sizes.get(name)?.sizes ?? [data.length], dtype: 'f32', data });
  const tensors = new Map<string, Value>([...state.weights, ...statistics].map(([name, data]): [string, Value] => [name, value(name, data)]));
  for (const moment of moments) for (const [name, data] of state[moment]) tensors.set(`adam.${moment}.${name}`, value(name, data));
  return writeSafetensors(path, tensors, new Map([['molt.run', run], ['molt.step', String(state.step)], ['molt.partial', JSON.stringify(partial)], ['molt.curve', JSON.stringify(curve)]]), {}, files);
};

const isNumbers = (x: unknown): x is readonly number[] => Array.isArray(x) && x.every((n) => typeof n === 'number');
const epochKeys = ['epoch', 'loss', 'task', 'tor', 'validation', 'seconds'] as const;
const isRecord = (x: unknown): x is EpochRecord => typeof x === 'object' && x !== null && epochKeys.every((k) => k in x && typeof Object.entries(x).find(([name]) => name === k)?.[1] === 'number');
const parsed = (path: string, key: string, text: string | undefined): E.Either<Fault, unknown> =>
  E.tryCatch((): unknown => JSON.parse(text ?? ''), () => fault('Decode', `${path} › metadata ${key}`, [text ?? 'nothing'], 'JSON written by molt'));

/** Loads and checks. errors: Name, Shape, Corrupt, NotFinite, or Decode if it belongs to another run */
export const loadCheckpoint = (path: string, run: string, declared: ReadonlyMap<string, Declared>, files: Files = nodeFiles): TE.TaskEither<Fault, Checkpoint> => {
  const trainable = [...declared.values()].filter((d) => d.trainable);
  const buffers = buffersOf({ declared });
  const needed = new Map<string, Needed>([
    ...trainable.flatMap((d) => ['', ...moments.map((m) => `adam.${m}.`)].map((prefix): [string, Needed] => [`${prefix}${d.name}`, { sizes: d.sizes, dtype: 'f32' }])),
    ...buffers.map((d): [string, Needed] => [d.name, { sizes: d.sizes, dtype: 'f32' }]),
  ]);
  return pipe(
    readSafetensors(path, files),
    TE.chainEitherK(({ tensors, metadata }) => {
      if (metadata.get('molt.run') !== run) return E.left(fault('Decode', path, [`run ${metadata.get('molt.run') ?? 'unknown'}`], `a checkpoint of run ${run}`, 'start again without --resume'));
      return pipe(
        E.Do,
        E.bind('values', () => pipe(matchNames(path, tensors, needed), E.chain((all) => checkFinite(path, all)))),
        E.bind('partial', () => parsed(path, 'molt.partial', metadata.get('molt.partial'))),
        E.bind('curve', () => parsed(path, 'molt.curve', metadata.get('molt.curve'))),
        E.chain(({ values, partial, curve }) => {
          if (!isNumbers(partial) || !Array.isArray(curve) || !curve.every(isRecord)) return E.left(fault('Decode', path, ['metadata of another form'], 'a checkpoint written by molt'));
          const part = (prefix: string, of: readonly Declared[] = trainable): ReadonlyMap<string, Float32Array> => new Map(of.map((d) => [d.name, Float32Array.from(values.get(`${prefix}${d.name}`)?.data ?? [])]));
          const [loss = 0, task = 0, tor = 0, seconds = 0, steps = 0] = partial;
          return E.right({ run, curve, statistics: part('', buffers), partial: [loss, task, tor, seconds, steps], state: { step: Number(metadata.get('molt.step')), weights: part(''), first: part('adam.first.'), second: part('adam.second.') } } satisfies Checkpoint);
        }),
      );
    }),
  );
};
