/**
 * ort-node: plans run by ONNX Runtime's native kernels, called through its C interface.
 * idea:  inputs are read and outputs written where they lie, also in a WebAssembly.Memory, and the event loop stays free. What is resident
 *        is packed once, when the plan is compiled.
 * laws:  agrees with the reference within 1e-5 relative to the reduction; nothing of a program is left after it
 * source: https://onnxruntime.ai/docs/api/c/
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { faultOf, type Fault } from '../../../../shapes/fault.ts';
import type { Backend } from '../../../backend.ts';
import { modelOf } from '../model.ts';
import { sessions } from '../sessions.ts';
import { load } from './api.ts';
import { type Engine, engineOf } from './engine.ts';
import { libraryPath } from './library.ts';
import { programOf } from './program.ts';
import { type ModelKey, type Session, sessionOf } from './session.ts';

export interface OrtNodeOptions {
  /** of each run; as many as the machine has cores if nothing is said */
  readonly threads?: number;
}

/** Compiling, with sessions shared by equal models. */
const backendOf = (engine: Engine): Backend => {
  const shared = sessions<Session, ModelKey>((key) => TE.tryCatch(() => sessionOf(engine, key), (thrown) => faultOf(engine.name, thrown)), (session) => session.release());
  return {
    name: engine.name,
    compile: (plan, resident = new Map()) =>
      pipe(
        TE.fromEither(modelOf(plan, resident)),
        TE.bindTo('model'),
        TE.bind('held', ({ model: { onnx } }) => shared.hold({ onnx, bytes: onnx.bytes, residents: onnx.external.map(({ data }) => data) })),
        TE.map(({ model, held }) => programOf(engine, model, held)),
      ),
  };
};

/**
 * The backend `ort-node`.
 * Arrays given as resident stay in use until the program is disposed: they must not change meanwhile. Those bound are in use while it runs.
 * errors: Unsupported, with what to install, where a package or the platform's library is absent
 */
export const ortNode = (options: OrtNodeOptions = {}): TE.TaskEither<Fault, Backend> =>
  pipe(
    TE.fromIOEither(() => libraryPath()),
    TE.chain(load),
    TE.chainEitherK((api) => E.tryCatch(() => backendOf(engineOf(api, 'ort-node', options.threads)), (thrown) => faultOf('ort-node', thrown))),
  );
