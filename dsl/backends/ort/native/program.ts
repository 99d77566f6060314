/**
 * Program: a plan as a session, run on another thread.
 * idea:  inputs are read and outputs written where they lie; the event loop stays free, and runs of a program wait for each other.
 * laws:  after a run nothing of it is alive but the headers over the arrays bound last; disposing during a run waits for its end
 * not:   copies, but of double precision, and of outputs whose destination is also read
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, faultOf, type Fault } from '../../../../shapes/fault.ts';
import type { Bindings, Destinations, Measured, Program, Value } from '../../../backend.ts';
import { byteSize, type Data, type ElementType, elements, is } from '../../../expr.ts';
import { bufferOf, type Plan } from '../../../schedule.ts';
import { delivered } from '../../bindings.ts';
import { checkDestinations, direct } from '../destinations.ts';
import { inputValues, type Model } from '../model.ts';
import type { Held } from '../sessions.ts';
import type { Memory } from './api.ts';
import type { Engine } from './engine.ts';
import { row, type Session, texts } from './session.ts';
import { statistics } from './statistics.ts';
import { check } from './status.ts';
import { slotOf, tensorsOf } from './tensors.ts';

/** Work one after another. */
const queue = (): { readonly next: <A>(work: () => Promise<A>) => Promise<A> } => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    next: (work) => {
      const done = last.then(work, work);
      last = done.catch(() => undefined);
      return done;
    },
  };
};

const fresh = {
  f32: (length: number) => new Float32Array(length),
  i32: (length: number) => new Int32Array(length),
  bool: (length: number) => new Uint8Array(length),
} as const satisfies { readonly [T in ElementType]: (length: number) => Data };

const gone = (name: string): Fault => fault('Defect', name, ['a program that was disposed'], 'a program in use', 'compile the plan again');

/** Bytes of the leaves that lie outside the session's own memory, and of the outputs. */
const boundary = (plan: Plan): number =>
  plan.steps.reduce((sum, node) => sum + (is('input', node) || is('parameter', node) || is('constant', node) ? byteSize(node) : 0), 0) +
  [...new Set(plan.outputs.map(bufferOf))].reduce((sum, node) => sum + (node.operands.length > 0 || is('fill', node) ? byteSize(node) : 0), 0);

export const programOf = (engine: Engine, model: Model, held: Held<Session>): Program => {
  const { api, name } = engine;
  const tensors = tensorsOf(api, engine.info);
  const { session } = held;
  const { plan } = model;
  const inputs = model.onnx.inputs.map(({ leaf: { dtype }, sizes }) => slotOf(tensors, { dtype, sizes }));
  const outputs = plan.outputs.map(({ dtype, sizes }, i) => slotOf(tensors, { dtype, sizes: model.onnx.outputs[i]?.sizes ?? sizes }));
  const slots = [...inputs, ...outputs];
  const names = { inputs: texts(api, model.onnx.inputs.map((input) => input.name)), outputs: texts(api, model.outputs) };
  const [inputRow, outputRow] = [row(api, inputs.map(() => 0n)), row(api, outputs.map(() => 0n))];
  const singles = new Map<number, Float32Array>();
  const { next } = queue();
  let open = true;

  /** The array that the session reads: the value's own, or its numbers in single precision. */
  const readable = (value: Value, i: number): Memory => {
    if (!(value.dtype === 'f32' && value.data instanceof Float64Array)) return value.data;
    const own = singles.get(i) ?? new Float32Array(value.data.length);
    singles.set(i, own);
    own.set(value.data);
    return own;
  };

  const compute = async (values: readonly Value[], into: Destinations): Promise<E.Either<Fault, readonly Value[]>> => {
    const places = direct(plan, values, into);
    const written = plan.outputs.map((node, i) => places[i] ?? fresh[node.dtype](elements(node.sizes)));
    try {
      values.forEach((value, i) => { inputRow.memory[i] = inputs[i]?.bind(readable(value, i)) ?? 0n; });
      written.forEach((array, i) => { outputRow.memory[i] = outputs[i]?.bind(array) ?? 0n; });
      check(api, name, await api.later('Run', session.handle, null, names.inputs.at, inputRow.at, inputs.length, names.outputs.at, outputs.length, outputRow.at));
      return delivered(plan.outputs.map(({ sizes, dtype }, i): Value => ({ sizes, dtype, data: written[i] ?? new Float32Array(0) })), into);
    } catch (thrown) {
      return E.left(faultOf(name, thrown));
    } finally {
      // an array that nobody else holds is not kept
      outputs.forEach((slot, i) => { if (places[i] === undefined) slot.clear(); });
    }
  };

  /** A run in its turn, and what is made of its values before the next thing happens. */
  const run = <A>(bindings: Bindings, into: Destinations, finish: (values: readonly Value[]) => A): TE.TaskEither<Fault, A> => () =>
    open
      ? next(
          pipe(
            TE.fromEither(pipe(checkDestinations(plan, into), E.chain(() => inputValues(model, bindings)))),
            TE.chain((values) => () => compute(values, into)),
            TE.chainEitherK((values) => E.tryCatch(() => finish(values), (thrown) => faultOf(name, thrown))),
          ),
        )
      : Promise.resolve(E.left(gone(name)));

  const measured = (): Measured => ({
    peakBytes: boundary(plan) + statistics(api, session.allocator).mostInUse,
    leaked: tensors.alive() - slots.filter((slot) => slot.full()).length,
  });

  return {
    run: (bindings, into = []) => run(bindings, into, (values) => values),
    measure: (bindings) => run(bindings, [], (values) => ({ values, measured: measured() })),
    dispose: () => {
      if (!open) return;
      open = false;
      void next(async () => {
        for (const slot of slots) slot.clear();
        held.release();
      });
    },
  };
};
