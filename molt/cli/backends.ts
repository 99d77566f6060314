/**
 * Backends by name: each engine is loaded when it is asked for, so that commands without one start at once.
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { chain, tryCatch, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Backend } from '../../dsl/backend.ts';
import type { DeviceName } from '../../dsl/backends/tfjs/index.ts';
import { faultOf, type Fault } from '../../shapes/fault.ts';
import { didYouMean } from '../../shapes/nearest.ts';
import type { Flag } from './flags.ts';

const tfjs = (device: DeviceName): TaskEither<Fault, Backend> =>
  pipe(
    tryCatch(() => import('../../dsl/backends/tfjs/index.ts'), (thrown) => faultOf(`backend tfjs-${device}`, thrown)),
    chain((module) => module.tfjs(device)),
  );

/** Every backend, and how it is loaded. errors: Unsupported where its engine is not installed or does not run here. */
export const backends = {
  'tfjs-wasm': tfjs('wasm'),
  'tfjs-cpu': tfjs('cpu'),
  'tfjs-node': tfjs('node'),
  'tfjs-node-gpu': tfjs('node-gpu'),
  'tfjs-webgpu': tfjs('webgpu'),
  reference: tryCatch(async () => (await import('../../dsl/backends/reference/index.ts')).reference, (thrown) => faultOf('backend reference', thrown)),
} as const satisfies { readonly [name: string]: TaskEither<Fault, Backend> };

export type BackendName = keyof typeof backends;

/** Shorter names. */
const aliases = { wasm: 'tfjs-wasm', cpu: 'tfjs-cpu', node: 'tfjs-node', webgpu: 'tfjs-webgpu', auto: 'tfjs-wasm' } as const satisfies { readonly [alias: string]: BackendName };

const isBackend = (name: string): name is BackendName => Object.hasOwn(backends, name);
const isAlias = (name: string): name is keyof typeof aliases => Object.hasOwn(aliases, name);

/** The backend of a name or alias; otherwise what was needed. */
export const backendNamed = (name: string): Either<string, BackendName> => {
  if (isBackend(name)) return right(name);
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
