/**
 * Devices: the engines behind tfjs, each loaded when it is first asked for.
 * idea:  wasm and cpu are dependencies; node, node-gpu and webgpu are optional packages, named when they are absent.
 *        Their specifiers are variables, so that neither the compiler nor a bundler needs them.
 * not:   tfjs' umbrella package, its gradients or its chained operations.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, faultOf, raise, type Fault } from '../../../shapes/fault.ts';
import type { Device } from './device.ts';
import { plain } from './plain.ts';
import { fastWasm } from './wasm.ts';

/** Engines: `wasm` and `cpu` run anywhere; the others need a package of their own. */
export type DeviceName = 'wasm' | 'cpu' | 'node' | 'node-gpu' | 'webgpu';

export interface TfjsOptions {
  /** Where the .wasm files of @tensorflow/tfjs-backend-wasm are: a folder (with its last slash), or file name to address. In Node they are found without. */
  readonly wasmPaths?: string | { readonly [file: string]: string };
}

interface Optional {
  readonly specifier: string;
  readonly engine: string;
  /** what has to be in place before the package is loaded */
  readonly prepare: () => Promise<void>;
  /** what is not as on any other engine */
  readonly own: Partial<Device>;
}

/** TensorFlow stretches five axes at most, and reshapes without copying. */
const tensorflow = { maxRank: 5, sharesUnseen: true } as const;

/** tfjs-node calls a helper of Node's util that Node 23 removed; it is put back if it is missing. */
const restoreUtil = async (): Promise<void> => {
  const specifier = 'node:util';
  const loaded: { readonly default: object } = await import(/* @vite-ignore */ specifier);
  if (!('isNullOrUndefined' in loaded.default)) Object.defineProperty(loaded.default, 'isNullOrUndefined', { value: (x: unknown) => x === null || x === undefined });
};

const optional = {
  node: { specifier: '@tensorflow/tfjs-node', engine: 'tensorflow', prepare: restoreUtil, own: tensorflow },
  'node-gpu': { specifier: '@tensorflow/tfjs-node-gpu', engine: 'tensorflow', prepare: restoreUtil, own: tensorflow },
  webgpu: { specifier: '@tensorflow/tfjs-backend-webgpu', engine: 'webgpu', prepare: () => Promise.resolve(), own: {} },
} as const satisfies { readonly [D in Exclude<DeviceName, 'wasm' | 'cpu'>]: Optional };

const said = (thrown: unknown): string => (thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown));

const select = async (name: string, engine: string): Promise<void> => {
  if (tf.getBackend() === engine) return;
  const obstacle = await tf.setBackend(engine).then((started) => (started ? undefined : 'the engine did not start'), said);
  if (obstacle !== undefined) raise(fault('Unsupported', `backend ${name}`, [obstacle], `a host that runs ${engine}`, engine === 'wasm' ? 'give wasmPaths: the folder that serves the .wasm files of @tensorflow/tfjs-backend-wasm' : 'use tfjs-wasm or tfjs-cpu'));
};

const loadOptional = async (device: keyof typeof optional): Promise<Device> => {
  const { specifier, engine, prepare, own } = optional[device];
  await prepare();
  await import(/* @vite-ignore */ specifier).catch((thrown: unknown) =>
    raise(fault('Unsupported', `backend tfjs-${device}`, [said(thrown)], `the optional package ${specifier}`, `npm install ${specifier}@4.22.0, or use tfjs-wasm`)),
  );
  await select(`tfjs-${device}`, engine);
  return { ...plain, ...own, name: `tfjs-${device}`, engine };
};

const loaders: { readonly [D in DeviceName]: (options: TfjsOptions) => Promise<Device> } = {
  wasm: async ({ wasmPaths }) => {
    const vendor = await import('@tensorflow/tfjs-backend-wasm');
    // Paths can't change once the engine has started; asking `findBackend` would start it.
    if (wasmPaths !== undefined && !Object.hasOwn(tf.engine().registry, 'wasm')) vendor.setWasmPaths(typeof wasmPaths === 'string' ? wasmPaths : { ...wasmPaths });
    await select('tfjs-wasm', 'wasm');
    const heap = tf.backend();
    return heap instanceof vendor.BackendWasm
      ? { ...fastWasm(heap), name: 'tfjs-wasm', engine: 'wasm' }
      : raise(fault('Defect', 'tfjs-wasm', ['another engine'], 'the WebAssembly engine', 'is @tensorflow/tfjs-core installed twice?'));
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    // The engine advertises tfjs-node on the console at its first use outside production mode.
    tf.env().set('PROD', true);
    await select('tfjs-cpu', 'cpu');
    return { ...plain, name: 'tfjs-cpu', engine: 'cpu' };
  },
  node: () => loadOptional('node'),
  'node-gpu': () => loadOptional('node-gpu'),
  webgpu: () => loadOptional('webgpu'),
};

/** Start an engine. Errors: Unsupported where it is not installed or does not run on this host. */
export const load = (device: DeviceName, options: TfjsOptions): TE.TaskEither<Fault, Device> =>
  TE.tryCatch(() => loaders[device](options), (thrown) => faultOf(`backend tfjs-${device}`, thrown));

/** Make the device current, at once; it was started by `load`. */
export const makeCurrent = (device: Device): E.Either<Fault, Device> => {
  // For a started engine the change happens before the promise is returned.
  if (tf.getBackend() !== device.engine) void tf.setBackend(device.engine);
  return tf.getBackend() === device.engine ? E.right(device) : E.left(fault('Defect', device.name, [`current engine: ${tf.getBackend()}`], `engine ${device.engine}`, 'was it removed from tfjs?'));
};
