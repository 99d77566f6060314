/**
 * Engine: a module at work: its heap, its sessions, and how much room there is.
 * idea:  a program that can't fit is refused before it runs; the module's own counters can't be read, so what is held is counted here.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, faultOf, type Fault } from '../../../../shapes/fault.ts';
import type { Model } from '../model.ts';
import { type Key, type Sessions, sessions } from '../sessions.ts';
import type { Footprint } from './footprint.ts';
import { addressable, type Heap, heapOf, mib } from './heap.ts';
import type { Loaded } from './module.ts';
import { type Session, sessionOf } from './session.ts';

export interface ModelKey extends Key {
  readonly model: Model;
  readonly footprint: Footprint;
}

export interface Engine {
  readonly heap: Heap;
  readonly sessions: Sessions<Session, ModelKey>;
  /** errors: Memory where so many more bytes don't fit beside what is held */
  readonly room: (bytes: number) => E.Either<Fault, void>;
}

/** Whatever was thrown in the module. */
export const faulted = (thrown: unknown): Fault => faultOf('ort-web', thrown);

export const engineOf = ({ module, memory }: Loaded): Engine => {
  const heap = heapOf({ module, memory });
  const kept = new Map<Session, number>();
  const held = (): number => [...kept.values()].reduce((sum, bytes) => sum + bytes, heap.taken());
  const room = (bytes: number): E.Either<Fault, void> =>
    bytes + held() <= addressable
      ? E.right(undefined)
      : E.left(fault('Memory', 'ort-web', [`${mib(bytes)} at the worst step, beside ${mib(held())} held before`], `at most ${mib(addressable)} of WebAssembly memory`, 'a smaller batch, or another backend'));
  const make = ({ model, footprint }: ModelKey): TE.TaskEither<Fault, Session> =>
    TE.fromIOEither(() =>
      E.tryCatch(() => {
        const session = sessionOf(module, heap, model.onnx, model.plan.outputs.map(({ dtype, sizes }, i) => ({ name: model.outputs[i] ?? '', dtype, sizes: model.onnx.outputs[i]?.sizes ?? sizes })));
        kept.set(session, footprint.kept);
        return session;
      }, faulted));
  const free = (session: Session): void => {
    kept.delete(session);
    session.release();
  };
  return { heap, room, sessions: sessions(make, free) };
};
