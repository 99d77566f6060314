/**
 * Tfjs: plans run by the forward kernels of TensorFlow.js.
 * idea:  our graph has the gradients and the lifetimes; tfjs is a library of kernels and nothing more.
 * laws:  agrees with the reference within 1e-5 relative to the reduction; nothing is left on the device after a run
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../../shapes/fault.ts';
import type { Backend } from '../../backend.ts';
import { load, type DeviceName, type TfjsOptions } from './devices.ts';
import { compile } from './program.ts';

export type { DeviceName, TfjsOptions } from './devices.ts';

/**
 * A backend on one of tfjs' engines, named `tfjs-wasm`, `tfjs-cpu` ….
 * errors: Unsupported, with the package to install, for an engine that is not there
 */
export const tfjs = (device: DeviceName = 'wasm', options: TfjsOptions = {}): TE.TaskEither<Fault, Backend> =>
  TE.map((loaded: Parameters<typeof compile>[0]): Backend => ({
    name: loaded.name,
    compile: (plan, resident = new Map()) => TE.fromIOEither(() => compile(loaded, plan, resident)),
  }))(load(device, options));
