/**
 * ort-web: plans run by ONNX Runtime's WebAssembly kernels: SIMD and threads, in Node and in browsers.
 * idea:  the plan becomes one ONNX graph; weights that stay are part of the session, packed once. Arrays in the engine's own memory are
 *        bound and written without copying.
 * laws:  agrees with the reference within 1e-5 relative to the reduction; nothing of a run is left after it
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../../../shapes/fault.ts';
import type { Backend } from '../../../backend.ts';
import { target } from '../../../onnx/index.ts';
import { type Engine, engineOf, faulted } from './engine.ts';
import { load, type Loaded, type OrtWebOptions } from './module.ts';
import { compile } from './program.ts';

export type { OrtWebOptions } from './module.ts';

/** The engine's memory, for arrays that live longer than a run. */
export interface EngineMemory {
  /** shared between threads; other WebAssembly modules may work on it */
  readonly memory: WebAssembly.Memory;
  /** Zeros in this memory; its `byteOffset` is its address. As input or destination of a run it is not copied. errors: Memory */
  readonly floats: (length: number) => E.Either<Fault, Float32Array>;
  /** Lets an array of `floats` go; it must not be used any more. */
  readonly give: (array: Float32Array) => void;
}

export interface OrtWeb extends Backend {
  readonly memory: EngineMemory;
}

const memoryOf = ({ heap, room }: Engine, memory: WebAssembly.Memory): EngineMemory => ({
  memory,
  floats: (length) => pipe(room(4 * length), E.chain(() => E.tryCatch(() => heap.floats(heap.take(4 * length), length).fill(0), faulted))),
  give: (array) => heap.give(array.byteOffset),
});

/**
 * The backend `ort-web`, with a WebAssembly memory of its own (at most 4 GiB).
 * errors: Unsupported, with what to install or to serve, where onnxruntime-web is not there; Usage (threads)
 */
export const ortWeb = (options: OrtWebOptions = {}): TE.TaskEither<Fault, OrtWeb> =>
  TE.map((loaded: Loaded): OrtWeb => {
    const engine = engineOf(loaded);
    return { name: 'ort-web', target, memory: memoryOf(engine, loaded.memory), compile: (plan, resident = new Map()) => compile(engine, plan, resident) };
  })(load(options));
