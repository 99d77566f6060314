/**
 * Tools: what a recipe needs beside the media: tables of taps, filters and windows, made once on each thread.
 */
import { type Either, isLeft, map, right } from 'fp-ts/lib/Either.js';
import type { Fault } from '../../shapes/fault.ts';
import { pictureSide } from '../backbones/config.ts';
import type { Picture } from '../media/index.ts';
import { fbankOf, inputsOf, logmelOf, pixelsOf, type Setting, settings } from '../preprocess/index.ts';
import type { Recipe } from './recipe.ts';

export type Tools =
  | { readonly modality: 'visual'; readonly setting: Setting; /** shape: → [3, S, S] */ readonly scale: (picture: Picture) => Either<Fault, Float32Array> }
  | {
    readonly modality: 'audio'; readonly setting: Setting;
    /** Hz */
    readonly rate: number;
    readonly seconds: number;
    /** shape: [samples] → [T, …] */
    readonly segments: (samples: Float32Array) => Either<Fault, Float32Array>;
  };

/** errors: those of `inputsOf` */
export const toolsOf = ({ setting: name, config, modality, frontEnd }: Recipe): Either<Fault, Tools> => {
  const setting = settings[name];
  const inputs = inputsOf(setting, config, modality, frontEnd);
  if (isLeft(inputs)) return inputs;
  if (inputs.right.modality === 'visual') return right({ modality: 'visual', setting, scale: pixelsOf(setting, pictureSide(config)) });
  const { rate, seconds } = inputs.right;
  const segments = config.kind === 'htsat' ? logmelOf(setting, config, frontEnd) : fbankOf(setting, pictureSide(config));
  return right({ modality: 'audio', setting, rate, seconds, segments: (samples) => map(({ data }: { readonly data: Float32Array }) => data)(segments(samples)) });
};

/** The same, remembered by recipe. */
export const toolbox = (): ((recipe: Recipe) => Either<Fault, Tools>) => {
  const made = new Map<string, Either<Fault, Tools>>();
  return (recipe) => {
    const key = JSON.stringify(recipe);
    const tools = made.get(key) ?? toolsOf(recipe);
    made.set(key, tools);
    return tools;
  };
};
