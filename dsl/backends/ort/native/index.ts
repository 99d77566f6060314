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
import type { Backend, Bindings, Program, Value } from '../../../backend.ts';
import type { Plan } from '../../../schedule.ts';
import { folded, once } from '../folded.ts';
import { modelOf } from '../model.ts';
import { nothing } from '../nothing.ts';
import { sessions } from '../sessions.ts';
import { load } from './api.ts';
import { available, names } from './devices.ts';
import { type Engine, engineOf, type OrtNodeOptions } from './engine.ts';
import { libraryPath } from './library.ts';
import { type ProfileOptions, profileOn, type Timing } from './profile.ts';
import { programOf } from './program.ts';
import { type ModelKey, type Session, sessionOf } from './session.ts';

export type { Device } from './devices.ts';
export type { OrtNodeOptions } from './engine.ts';
export type { ProfileOptions, Timing } from './profile.ts';

/** Compiling, with sessions shared by equal models. */
const backendOf = (engine: Engine): Backend => {
  const shared = sessions<Session, ModelKey>((key) => TE.tryCatch(() => sessionOf(engine, key), (thrown) => faultOf(engine.name, thrown)), (session) => session.release());
  const direct = (plan: Plan, resident: ReadonlyMap<string, Value>): TE.TaskEither<Fault, Program> =>
    pipe(
      TE.fromEither(modelOf(plan, resident)),
      TE.bindTo('model'),
      TE.bind('held', ({ model: { onnx } }) => shared.hold({ onnx, bytes: onnx.bytes, residents: onnx.external.map(({ data }) => data) })),
      TE.map(({ model, held }) => programOf(engine, model, held)),
    );
  const settle = folded(once(direct));
  return {
    name: engine.name,
    // a transposition beside a product becomes part of it
    target: { transposed: true },
    compile: (plan, resident = new Map()) => (plan.outputs.length === 0 ? TE.right(nothing) : pipe(settle(plan, resident), TE.chain((made) => direct(made.plan, made.resident)))),
  };
};

const started = (options: OrtNodeOptions): TE.TaskEither<Fault, Engine> => {
  const { device = 'cpu' } = options;
  return pipe(
    TE.fromIOEither(() => libraryPath()),
    TE.chain(load),
    TE.chainEitherK((api) => available(api, device)),
    TE.chainEitherK((api) => E.tryCatch(() => engineOf(api, options), (thrown) => faultOf(names[device], thrown))),
  );
};

/**
 * The backend `ort-node`, or `ort-node-cuda`.
 * Arrays given as resident stay in use until the program is disposed: they must not change meanwhile. Those bound are in use while it runs.
 * errors: Unsupported, with what to install, where a package, the platform's library or the device is absent; Usage (threads)
 */
export const ortNode = (options: OrtNodeOptions = {}): TE.TaskEither<Fault, Backend> => TE.map(backendOf)(started(options));

/**
 * Where the time of a plan goes on this engine: each operation's, longest first.
 * units:  microseconds of wall time in one run
 * errors: those of `ortNode`, of compiling and of running
 */
export const profileOrtNode = (plan: Plan, bindings: Bindings, options: OrtNodeOptions & ProfileOptions = {}): TE.TaskEither<Fault, readonly Timing[]> =>
  TE.chain((engine: Engine) => profileOn(engine)(plan, bindings, options))(started(options));
