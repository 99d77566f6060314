/**
 * Laws of resident weights, on any backend.
 *   1. a program that keeps its weights gives what it gives with the same weights bound, at every run
 * idea:  a backend may compute at compile time whatever depends on resident weights alone; nobody may notice but by the clock.
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Backend, type Bindings, lower, type Plan, print, type Program as Compiled, schedule, type Value } from '../../dsl/index.ts';
import { programs, type Program } from '../arbitraries/graphs.ts';
import { close, type Counter, every, faults } from '../counter.ts';
import { nth } from '../engine.ts';
import { law, type Law, under } from '../law.ts';
import { bindAll, seeds } from '../subject.ts';

interface Sample {
  readonly program: Program;
  readonly seed: number;
}

/** Values of the first and of the second run. */
const twice = (backend: Backend, plan: Plan, resident: ReadonlyMap<string, Value>, bindings: Bindings): TE.TaskEither<Counter, readonly Value[]> =>
  pipe(
    backend.compile(plan, resident),
    TE.chain((program) => async () => {
      try {
        return await pipe(program.run(bindings), TE.chain((first) => TE.map((second: readonly Value[]) => [...first, ...second])(program.run(bindings))))();
      } finally {
        program.dispose();
      }
    }),
    TE.mapLeft(faults),
  );

const altered = (change: (value: Value) => Value): ((resident: ReadonlyMap<string, Value>) => ReadonlyMap<string, Value>) => (resident) => new Map([...resident].map(([name, value]) => [name, change(value)]));
const otherWeights = altered((v) => ({ ...v, data: v.data.map((x) => 1 - x) }));

/** A program whose values are wrong from its second run on. */
const wearing = (program: Compiled): Compiled => {
  let runs = 0;
  return {
    ...program,
    run: (bindings) => TE.map((values: readonly Value[]) => (runs++ === 0 ? values : values.map((v) => ({ ...v, data: v.data.map((x) => 1 - x) }))))(program.run(bindings)),
  };
};

const kept = (tolerance: number) =>
  law<Backend, Sample>({
    id: 'residents.kept',
    statement: 'weights kept on the device give what bound weights give, run after run',
    tier: 'required',
    arbitrary: fc.record({ program: programs(), seed: seeds }),
    show: ({ program, seed }) => `${print(program.build())}\nseed ${seed}`,
    holds: (backend) => ({ program, seed }) => {
      const roots = program.build();
      const plan = schedule(lower(roots));
      const all = bindAll(plan.steps, seed);
      return pipe(
        TE.Do,
        TE.bind('bound', () => twice(backend, plan, new Map(), all)),
        TE.bind('found', () => twice(backend, plan, all.parameters, { ...all, parameters: new Map() })),
        TE.chainEitherK(({ bound, found }) => every(bound.map((v, i) => close(`value ${i}`, nth(found, i), v, tolerance)))),
      );
    },
    mutants: [
      { name: 'other weights are kept', mutate: (backend) => ({ ...backend, compile: (plan, resident = new Map()) => backend.compile(plan, otherWeights(resident)) }) },
      { name: 'kept weights wear out', mutate: (backend) => ({ ...backend, compile: (plan, resident = new Map()) => TE.map((program: Compiled) => (resident.size === 0 ? program : wearing(program)))(backend.compile(plan, resident)) }) },
    ],
  });

/** The laws of a backend that keeps weights; values may differ by `tolerance`, where it computes them in another order. */
export const residentLaws = (backend: Backend, tolerance = 1e-5): readonly Law[] => under(backend.name)([kept(tolerance)(backend)]);
