/**
 * Load: the committed weights of the tiny trunks.
 * idea:  the file lies beside this one in the sources; the built package finds it from its own folder.
 * laws:  test/molt/backbones/load.test.ts: exactly the names and sizes that the configuration declares, all finite
 * not:   part of the portable core: this is the one file here that touches the disk.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pipe } from 'fp-ts/lib/function.js';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Value } from '../../dsl/index.ts';
import type { Fault } from '../../shapes/fault.ts';
import { checkFinite, matchNames, type Needed } from '../io/bindings.ts';
import { readSafetensors } from '../io/safetensors.ts';
import { weightsOf } from './backbone.ts';
import { type BackboneConfig, backboneConfigs, type TinyBackbone } from './config.ts';
import { publishedNames } from './names.ts';

export interface LoadedBackbone {
  readonly config: BackboneConfig;
  /** by published name; residents of an extraction's plan */
  readonly weights: ReadonlyMap<string, Value>;
}

/** Folders of the weights as seen from the sources and from dist/molt/backbones. */
const folders = ['./weights/', '../../../molt/backbones/weights/'] as const;

/** The file of a tiny trunk. */
export const weightsFile = (name: TinyBackbone): string => {
  const paths = folders.map((folder) => fileURLToPath(new URL(`${folder}${name}.safetensors`, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? paths[0] ?? name;
};

const neededBy = (config: BackboneConfig): ReadonlyMap<string, Needed> => new Map([...weightsOf(config)].map(([name, { sizes }]) => [name, { sizes, dtype: 'f32' }]));

/**
 * Weights of any configuration from a safetensors file: one of ours, or a published checkpoint saved in that format.
 * errors: those of the file; Name, Shape, Decode where it is not made for this configuration; NotFinite
 */
export const loadWeights = (path: string, config: BackboneConfig): TE.TaskEither<Fault, LoadedBackbone> =>
  pipe(
    readSafetensors(path),
    TE.chain(({ tensors }) => TE.fromEither(pipe(matchNames(path, publishedNames(config.kind, tensors), neededBy(config)), E.chain((weights) => checkFinite(path, weights))))),
    TE.map((weights) => ({ config, weights })),
  );

/** A tiny trunk with its committed weights. errors: those of `loadWeights` */
export const loadBackbone = (name: TinyBackbone): TE.TaskEither<Fault, LoadedBackbone> => loadWeights(weightsFile(name), backboneConfigs[name]);
