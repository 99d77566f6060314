/**
 * Standard file: the statistics that a run's features were scaled by, beside its weights.
 * idea:  safetensors with `visual.0.mean` [D] and `visual.0.deviation` [D] in 32 bits, as they were used; the metadata name the data that
 *        they were taken of.
 */
import { pipe } from 'fp-ts/lib/function.js';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import type { Value } from '../../../dsl/index.ts';
import { checkFinite, matchNames, type Needed } from '../../io/bindings.ts';
import { readSafetensors, writeSafetensors } from '../../io/safetensors.ts';
import type { ChannelStatistics } from '../features.ts';

const vector = (data: Float64Array): Value => ({ sizes: [data.length], dtype: 'f32', data: Float32Array.from(data) });

/** Writes them whole or not at all. `data` is the hash of what they were taken of. errors: Storage */
export const writeStandard = (path: string, statistics: ChannelStatistics, data: string): TE.TaskEither<Fault, void> =>
  writeSafetensors(path, new Map([...statistics].flatMap(([name, { mean, deviation }]): [string, Value][] => [[`${name}.mean`, vector(mean)], [`${name}.deviation`, vector(deviation)]])), new Map([['molt.data', data]]));

/**
 * Reads them for the inputs of a variant. `data`, if given, is what they must have been taken of.
 * errors: Name, Shape, NotFinite; Decode for those of other data
 */
export const readStandard = (path: string, inputs: ReadonlyMap<string, readonly number[]>, data?: string): TE.TaskEither<Fault, ChannelStatistics> => {
  const needed = new Map([...inputs].flatMap(([name, sizes]): [string, Needed][] => ['mean', 'deviation'].map((part) => [`${name}.${part}`, { sizes: [sizes.at(-1) ?? 1], dtype: 'f32' }])));
  return pipe(
    readSafetensors(path),
    TE.chainEitherK(({ tensors, metadata }) =>
      data !== undefined && metadata.get('molt.data') !== data
        ? E.left(fault('Decode', path, [`statistics of other data: ${metadata.get('molt.data')?.slice(0, 12) ?? 'unknown'}`], `those of ${data.slice(0, 12)}`, 'choose another --out'))
        : pipe(matchNames(path, tensors, needed), E.chain((values) => checkFinite(path, values)))),
    TE.map((values) => {
      const part = (name: string): Float64Array => Float64Array.from(values.get(name)?.data ?? []);
      return new Map([...inputs.keys()].map((name) => [name, { mean: part(`${name}.mean`), deviation: part(`${name}.deviation`) }]));
    }),
  );
};
