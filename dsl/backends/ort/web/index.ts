/**
 * ort-web: plans run by ONNX Runtime's WebAssembly kernels: SIMD and threads, in Node and in browsers.
 * idea:  the plan becomes one ONNX graph; weights that stay are part of the session, packed once. Arrays in the engine's own memory are
 *        bound and written without copying.
 * laws:  agrees with the reference within 1e-5 relative to the reduction; nothing of a run is left after it
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../../../shapes/fault.ts';
import type { Backend } from '../../../backend.ts';
import { engineOf } from './engine.ts';
import { load, type OrtWebOptions } from './module.ts';
import { compile } from './program.ts';

export type { OrtWebOptions } from './module.ts';

/**
 * The backend `ort-web`, with a WebAssembly memory of its own (at most 4 GiB).
 * errors: Unsupported, with what to install or to serve, where onnxruntime-web is not there; Usage (threads)
 */
export const ortWeb = (options: OrtWebOptions = {}): TE.TaskEither<Fault, Backend> =>
  TE.map((loaded: Parameters<typeof engineOf>[0]): Backend => {
    const engine = engineOf(loaded);
    return { name: 'ort-web', compile: (plan, resident = new Map()) => compile(engine, plan, resident) };
  })(load(options));
