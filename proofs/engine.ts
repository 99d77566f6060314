/**
 * Engine: how laws get numbers: a backend, the way roots become its plan, and how far its numbers may be off.
 * idea:  laws are written once; the same law runs in double precision on the reference and in single precision elsewhere.
 */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { reference } from '../dsl/backends/reference/index.ts';
import { type Backend, type Bindings, type Node, type Plan, planOf, type Program, schedule, type Value } from '../dsl/index.ts';
import { fault, raise } from '../shapes/index.ts';
import { type Counter, faults } from './counter.ts';

export interface Engine {
  readonly backend: Backend;
  readonly plan: (roots: readonly Node[]) => Plan;
  /** what rounding may change, relative to the greatest magnitude of a value (or to 1) */
  readonly tolerance: number;
}

/** The meaning of the language, in double precision and without lowering. */
export const meaning: Engine = { backend: reference, plan: schedule, tolerance: 1e-9 };

/** A backend in single precision. */
export const engineOf = (backend: Backend, tolerance = 5e-5): Engine => ({ backend, plan: planOf, tolerance });

/** A program for the roots. */
export const prepare = (engine: Engine, roots: readonly Node[]): TE.TaskEither<Counter, Program> => TE.mapLeft(faults)(engine.backend.compile(engine.plan(roots)));

/** Values of the roots. */
export const valuesOf = (engine: Engine, roots: readonly Node[], bindings: Bindings): TE.TaskEither<Counter, readonly Value[]> =>
  pipe(
    prepare(engine, roots),
    TE.chain((program) => async () => {
      try {
        return await TE.mapLeft(faults)(program.run(bindings))();
      } finally {
        program.dispose();
      }
    }),
  );

/** Item i, which is there by construction. */
export const nth = <T>(items: readonly T[], i: number): T => items[i] ?? raise(fault('Defect', 'laws', [`${items.length} items`], `item ${i}`));
