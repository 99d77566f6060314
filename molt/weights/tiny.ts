/**
 * Tiny: the committed weights of the tiny trunks.
 * idea:  the files lie beside molt/backbones in the sources and are copied along into the built package, so one relative path finds them in both.
 * laws:  test/molt/weights/tiny.test.ts: exactly the names and sizes that the configuration declares, all finite
 */
import { fileURLToPath } from 'node:url';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../shapes/fault.ts';
import { backboneConfigs, type TinyBackbone } from '../backbones/config.ts';
import { type LoadedBackbone, loadWeights } from './load.ts';

/** The file of a tiny trunk. */
export const weightsFile = (name: TinyBackbone): string => fileURLToPath(new URL(`../backbones/weights/${name}.safetensors`, import.meta.url));

/** A tiny trunk with its committed weights. errors: those of `loadWeights` */
export const loadBackbone = (name: TinyBackbone): TaskEither<Fault, LoadedBackbone> => loadWeights(weightsFile(name), backboneConfigs[name]);
