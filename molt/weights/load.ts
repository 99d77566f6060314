/**
 * Load: the weights of a trunk from a published file, under our names.
 * idea:  recognise the layout, compare all names and sizes with the configuration, and only then read, one tensor after the other in the
 *        order of their names: so the hash is made on the way, and no more than one tensor is held twice.
 * laws:  test/molt/weights/load.test.ts: the hash does not depend on layout, prefix, sharding or stored type that keeps the numbers
 */
import { createHash } from 'node:crypto';
import { type Either, isLeft, left, mapLeft, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { elements, type ElementType, sameSizes, type Sizes, type Value } from '../../dsl/index.ts';
import { readAs } from '../../dsl/safetensors/stored.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { fewLines } from '../../shapes/few.ts';
import { weightsOf } from '../backbones/backbone.ts';
import { type BackboneConfig, backboneConfigs } from '../backbones/config.ts';
import { checkFinite, matchNames } from '../io/bindings.ts';
import { type Files, nodeFiles } from '../io/system.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { type HubPorts, located } from './hub/index.ts';
import { type LayoutName, layouts } from './layouts.ts';
import { recognise, type Recognised } from './recognise.ts';

/** A trunk with its weights. */
export interface LoadedBackbone {
  readonly config: BackboneConfig;
  /** float32, by our names (those of timm 1.x and of HTS-AT's release), in the order of `weightsOf`; residents of an extraction's plan */
  readonly weights: ReadonlyMap<string, Value>;
  /** how the file held them */
  readonly layout: LayoutName;
  /** sha-256 over names, sizes and numbers, in hex: the same for the same weights in another layout */
  readonly hash: string;
}

/** What loading touches; left out, this process's disk, network and variables, without progress. */
export interface LoadPorts {
  readonly files?: Files;
  readonly hub?: HubPorts;
}


/** The named trunks whose every weight the file holds. */
const fitting = ({ where, entries }: Checkpoint): readonly string[] =>
  Object.entries(backboneConfigs).flatMap(([name, config]) => {
    const found = recognise(where, config, [...entries.keys()]);
    return isLeft(found) || [...found.right.parts.values()].flat().some((part) => !sameSizes(part.sizes, entries.get(part.name)?.sizes ?? [-1])) ? [] : [name];
  });

/** Where another trunk fits, that is what to try. */
const advised = (checkpoint: Checkpoint) => (refused: Fault): Fault => {
  const others = fitting(checkpoint);
  return others.length === 0 ? refused : { ...refused, hint: `these weights fit ${others.join(', ')}` };
};

/** Every name of the trunk against what the file holds, told in the file's own names. */
const compared = ({ where, entries }: Checkpoint, { layout, prefix, parts }: Recognised): Either<Fault, unknown> => {
  const needed = new Map([...parts.values()].flat().map(({ name, sizes }) => [name, { sizes, dtype: 'f32' as const }]));
  const { ignored } = layouts[layout];
  const given = [...entries].filter(([name]) => needed.has(name) || (name.startsWith(prefix) && !ignored.test(name.slice(prefix.length))));
  return matchNames(where, new Map(given.map(([name, { sizes, stored }]): [string, { readonly sizes: Sizes; readonly dtype: ElementType }] => [name, { sizes, dtype: readAs(stored) }])), needed);
};

/** Parts one after the other, as float32; a single float32 part is taken as it is. */
const joined = (sizes: Sizes, values: readonly Value[]): Value => {
  const [only] = values;
  if (values.length === 1 && only?.data instanceof Float32Array) return { sizes, dtype: 'f32', data: only.data };
  const data = new Float32Array(elements(sizes));
  values.reduce((at, value) => {
    data.set(value.data, at);
    return at + value.data.length;
  }, 0);
  return { sizes, dtype: 'f32', data };
};

/** Tensors with numbers that are not finite, told of in one fault. */
const mostLines = 12;

const read = (checkpoint: Checkpoint, config: BackboneConfig, { layout, parts }: Recognised): TE.TaskEither<Fault, LoadedBackbone> => async () => {
  const declared = weightsOf(config);
  const found = new Map<string, Value>();
  const hash = createHash('sha256');
  const bad: string[] = [];
  for (const [name, { sizes }] of [...declared].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const values: Value[] = [];
    for (const part of parts.get(name) ?? []) {
      const value = await checkpoint.tensor(part.name)();
      if (isLeft(value)) return value;
      const finite = checkFinite(checkpoint.where, new Map([[part.name, value.right]]));
      if (isLeft(finite)) bad.push(...finite.left.given);
      values.push(value.right);
    }
    const value = joined(sizes, values);
    hash.update(`${JSON.stringify([name, sizes])}\n`).update(new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength));
    found.set(name, value);
  }
  if (bad.length > 0) {
    return left(fault('NotFinite', checkpoint.where, fewLines(bad, mostLines, 'tensors'), 'finite numbers only', 'look where these values were made: a NaN spreads from there'));
  }
  const weights = new Map([...declared.keys()].flatMap((name) => { const value = found.get(name); return value === undefined ? [] : [[name, value] as const]; }));
  return right({ config, weights, layout, hash: hash.digest('hex') });
};

/**
 * The weights of a configuration from a safetensors file, an index of shards, a folder with either, or the hub (`hf:org/name[@revision]`), in
 * any layout of `layouts`.
 * errors: those of `located`, `openCheckpoint` and `recognise`; Name, Shape, Decode where the file was not made for this configuration: all missing,
 *         surplus and misshapen names at once, in the file's own names; NotFinite
 */
export const loadWeights = (source: string, config: BackboneConfig, { files = nodeFiles, hub }: LoadPorts = {}): TE.TaskEither<Fault, LoadedBackbone> =>
  TE.bracket(
    pipe(located(source, hub), TE.chain((path) => openCheckpoint(path, files))),
    (checkpoint) =>
      pipe(
        TE.fromEither(recognise(checkpoint.where, config, [...checkpoint.entries.keys()])),
        TE.chainFirst((recognised) => TE.fromEither(mapLeft(advised(checkpoint))(compared(checkpoint, recognised)))),
        TE.chain((recognised) => read(checkpoint, config, recognised)),
      ),
    (checkpoint) => TE.rightTask(() => checkpoint.close().catch(() => undefined)), // nothing was written: what was read stands
  );
