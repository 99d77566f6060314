/**
 * Program: a plan in the module: compiled once, run many times.
 * idea:  what lies in the module's memory is bound and written in place; everything else is copied in before a run and out after it,
 *        and its place given back.
 * laws:  after a run no address and no tensor is left; an allocation that fails is a fault, and the next run works
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, raise, type Fault } from '../../../../shapes/fault.ts';
import type { Bindings, Destinations, Measured, Program, Value } from '../../../backend.ts';
import { byteSize, elements, type Node } from '../../../expr.ts';
import type { Plan } from '../../../schedule.ts';
import { checkDestinations, direct } from '../destinations.ts';
import { folded, once } from '../folded.ts';
import { inputValues, modelOf, type Model } from '../model.ts';
import { nothing } from '../nothing.ts';
import type { Held } from '../sessions.ts';
import { type Engine, faulted } from './engine.ts';
import { type Footprint, footprint } from './footprint.ts';
import type { Heap } from './heap.ts';
import type { Pointer } from './module.ts';
import type { Session, Tensor } from './session.ts';

const sum = (bytes: Iterable<number>): number => [...bytes].reduce((a, b) => a + b, 0);

/** Where outputs may be written while the inputs are read: the destinations in the module's memory that nothing else of the run touches. */
const addresses = (plan: Plan, heap: Heap, inputs: readonly Value[], into: Destinations): readonly (Pointer | undefined)[] => {
  // as the memory has grown, arrays of it have different buffers; as addresses they compare
  const now = into.map((to) => { const at = to === undefined ? undefined : heap.addressOf(to); return to === undefined || at === undefined ? to : heap.floats(at, to.length); });
  const seen = inputs.map((value) => { const at = heap.addressOf(value.data); return at === undefined ? value : { ...value, data: heap.view('bool', at, value.data.byteLength) }; });
  return direct(plan, seen, now).map((to) => (to === undefined ? undefined : heap.addressOf(to)));
};

/** An input's address: its own, or that of a copy. */
const place = (heap: Heap, value: Value, copies: Pointer[]): Pointer => {
  const own = value.data instanceof Float64Array ? undefined : heap.addressOf(value.data);
  if (own !== undefined) return own;
  const at = heap.take(byteSize(value));
  copies.push(at);
  heap.view(value.dtype, at, value.data.length).set(value.data);
  return at;
};

const fresh = {
  f32: (length: number) => new Float32Array(length),
  i32: (length: number) => new Int32Array(length),
  bool: (length: number) => new Uint8Array(length),
} as const;

/** What an output holds, in its destination or in an array outside the module. */
const deliver = (heap: Heap, { dtype, sizes }: Node, { data: at }: Tensor, to: Float32Array | undefined): Value => {
  const data = to ?? fresh[dtype](elements(sizes));
  if (to === undefined || heap.addressOf(to) !== at) data.set(heap.view(dtype, at, data.length));
  return { sizes, dtype, data };
};

interface Compiled {
  readonly engine: Engine;
  readonly model: Model;
  readonly bytes: Footprint;
  readonly session: Session;
}

const perform = ({ engine: { heap, room }, model, bytes, session }: Compiled, bindings: Bindings, into: Destinations): E.Either<Fault, readonly Value[]> => {
  const { plan } = model;
  const copied = (values: readonly Value[]): number => sum(values.map((value) => (heap.addressOf(value.data) === undefined ? byteSize(value) : 0)));
  return pipe(
    checkDestinations(plan, into),
    E.chain(() => inputValues(model, bindings)),
    E.chainFirst((values) => room(bytes.run + copied(values))),
    E.chain((values) =>
      E.tryCatch(() => {
        const copies: Pointer[] = [];
        let made: readonly Tensor[] = [];
        try {
          const inputs = values.map((value) => place(heap, value, copies));
          made = session.run(inputs, addresses(plan, heap, values, into));
          return plan.outputs.map((node, i) => deliver(heap, node, made[i] ?? raise(fault('Defect', 'ort-web', ['no output'], 'a tensor', 'please report this')), into[i]));
        } finally {
          session.drop(made);
          copies.forEach(heap.give);
        }
      }, faulted)),
  );
};

/** `peakBytes`: what is copied in and out, or the growth of the memory if that is more; what the engine takes and gives back inside can't be seen. */
const measured = (compiled: Compiled, bindings: Bindings): E.Either<Fault, { readonly values: readonly Value[]; readonly measured: Measured }> => {
  const { engine: { heap }, model, bytes } = compiled;
  const [size, live] = [heap.size(), heap.live()];
  const copied = sum(bytes.bound.values()) + sum(model.plan.outputs.map(byteSize));
  return E.map((values: readonly Value[]) => ({ values, measured: { peakBytes: Math.max(copied, heap.size() - size), leaked: heap.live() - live } }))(perform(compiled, bindings, []));
};

const disposed = fault('Defect', 'ort-web', ['a program that was disposed'], 'a program in use', 'compile it again');

const programOf = (compiled: Compiled, held: Held<Session>): Program => {
  let open = true;
  const whileOpen = <A>(f: () => E.Either<Fault, A>): TE.TaskEither<Fault, A> => TE.fromIOEither(() => (open ? f() : E.left(disposed)));
  return {
    run: (bindings, into = []) => whileOpen(() => perform(compiled, bindings, into)),
    measure: (bindings) => whileOpen(() => measured(compiled, bindings)),
    dispose: () => {
      if (open) held.release();
      open = false;
    },
  };
};

const unfolded = (engine: Engine) => (plan: Plan, resident: ReadonlyMap<string, Value>): TE.TaskEither<Fault, Program> =>
  pipe(
    TE.fromEither(modelOf(plan, resident)),
    TE.bindTo('model'),
    TE.let('bytes', ({ model }) => footprint(plan, model.residents)),
    TE.chainFirstEitherK(({ bytes }) => engine.room(bytes.kept + bytes.run)),
    TE.bind('held', ({ model, bytes }) => engine.sessions.hold({ bytes: model.onnx.bytes, residents: model.onnx.external.map(({ data }) => data), model, footprint: bytes })),
    TE.map(({ model, bytes, held }) => programOf({ engine, model, bytes, session: held.session }, held)),
  );

/** Errors: Unsupported (what ONNX or the engine lacks), Memory, and those of a resident parameter. */
export const compile = (engine: Engine, plan: Plan, resident: ReadonlyMap<string, Value>): TE.TaskEither<Fault, Program> =>
  plan.outputs.length === 0 ? TE.right(nothing) : pipe(folded(once(unfolded(engine)))(plan, resident), TE.chain((made) => unfolded(engine)(made.plan, made.resident)));
