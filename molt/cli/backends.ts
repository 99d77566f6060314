/**
 * Backends by name on the command line: the engines and their short names.
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { didYouMean } from '../../shapes/nearest.ts';
import { type EngineName, engines, isEngine } from '../train/engine.ts';
import type { Flag } from './flags.ts';

/** Every backend, and how it is loaded. */
export const backends = engines;
export type BackendName = EngineName;

/** Shorter names. */
const aliases = { wasm: 'tfjs-wasm', cpu: 'tfjs-cpu', node: 'tfjs-node', webgpu: 'tfjs-webgpu', auto: 'tfjs-wasm' } as const satisfies { readonly [alias: string]: BackendName };

const isAlias = (name: string): name is keyof typeof aliases => Object.hasOwn(aliases, name);

/** The backend of a name or alias; otherwise what was needed. */
export const backendNamed = (name: string): Either<string, BackendName> => {
  if (isEngine(name)) return right(name);
  if (isAlias(name)) return right(aliases[name]);
  return left(`one of ${[...Object.keys(backends), ...Object.keys(aliases)].join(', ')}${didYouMean(name, [...Object.keys(backends), ...Object.keys(aliases)])}`);
};

/** `--backend NAME` */
export const backendFlag: Flag<BackendName> = {
  about: 'the engine, as `molt doctor` lists them; wasm, cpu and auto are short for some',
  placeholder: 'NAME',
  read: backendNamed,
  absent: { value: aliases.auto },
};
