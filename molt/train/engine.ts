/**
 * Engine: every backend by name, loaded when it is asked for, so that work without one starts at once.
 */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Backend } from '../../dsl/backend.ts';
import type { DeviceName } from '../../dsl/backends/tfjs/index.ts';
import { fault, faultOf, type Fault } from '../../shapes/fault.ts';

const tfjs = (device: DeviceName): TE.TaskEither<Fault, Backend> =>
  pipe(
    TE.tryCatch(() => import('../../dsl/backends/tfjs/index.ts'), (thrown) => faultOf(`backend tfjs-${device}`, thrown)),
    TE.chain((module) => module.tfjs(device)),
  );

/** Every backend, and how it is loaded. errors: Unsupported where its engine is not installed or does not run here */
export const engines = {
  'tfjs-wasm': tfjs('wasm'),
  'tfjs-cpu': tfjs('cpu'),
  'tfjs-node': tfjs('node'),
  'tfjs-node-gpu': tfjs('node-gpu'),
  'tfjs-webgpu': tfjs('webgpu'),
  reference: TE.tryCatch(async () => (await import('../../dsl/backends/reference/index.ts')).reference, (thrown) => faultOf('backend reference', thrown)),
} as const satisfies { readonly [name: string]: TE.TaskEither<Fault, Backend> };

export type EngineName = keyof typeof engines;
export const isEngine = (name: string): name is EngineName => Object.hasOwn(engines, name);

/** errors: Name for an engine that does not exist */
export const engine = (name: string): TE.TaskEither<Fault, Backend> => (isEngine(name) ? engines[name] : TE.left(fault('Name', `backend ${name}`, [name], `one of ${Object.keys(engines).join(', ')}`)));
