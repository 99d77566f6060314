/**
 * Agreement: a backend means what the reference means, within a stated tolerance for each primitive.
 *   1. primitives: each one alone, on random sizes, within its own tolerance
 *   2. graphs: random programs over all primitives
 * idea:  indices and truth values must be equal; f32 may differ by rounding, relative to the greatest magnitude (or to 1).
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Backend, type ElementType, type Primitive, print, type Program, type Value } from '../../dsl/index.ts';
import { close, every } from '../counter.ts';
import { engineOf, meaning, nth, valuesOf } from '../engine.ts';
import { law, type Law, type Mutant, under } from '../law.ts';
import { bindSubject, rootsOf, seeds, type Subject, type Subjects } from '../subject.ts';
import { graphSubjects } from './lower.ts';
import { primitives, primitiveSubjects } from './primitives.ts';

/** What rounding to single precision may change in one application of a primitive; 0: nothing, values are moved or chosen. */
export const tolerances = {
  input: 0, parameter: 0, constant: 0, fill: 0,
  einsum: 2e-6, map: 4e-6, zip: 2e-6, compare: 0, logic: 0, select: 0,
  max: 0, argmax: 0, topk: 0,
  reshape: 0, permute: 0, broadcast: 0, slice: 0, pad: 0, concat: 0,
  gather: 0, scatterAdd: 1e-6, oneHot: 0, cast: 0, stopGradient: 0,
  softmax: 2e-6, layerNorm: 1e-5, gelu: 2e-6,
} as const satisfies { readonly [P in Primitive]: number };

interface Sample {
  readonly subject: Subject;
  readonly seed: number;
}

/** A backend whose values are changed on the way out. */
const altering = (name: string, change: (value: Value, i: number) => Value): Mutant<Backend> => ({
  name,
  mutate: (backend) => ({ ...backend, compile: (plan, resident) => TE.map((program: Program): Program => ({ ...program, run: (bindings) => TE.map((vs: readonly Value[]) => vs.map(change))(program.run(bindings)) }))(backend.compile(plan, resident)) }),
});
const off = { f32: (x: number) => 1.001 * x + 0.001, i32: (x: number) => x + 1, bool: (x: number) => 1 - x } as const satisfies { readonly [T in ElementType]: (x: number) => number };
const mutants: readonly Mutant<Backend>[] = [
  altering('a little off', (v) => ({ ...v, data: v.data.map(off[v.dtype]) })),
  altering('the last number is wrong', (v) => ({ ...v, data: v.data.map((x, i) => (i === v.data.length - 1 ? off[v.dtype](x) : x)) })),
  altering('another axis more', (v) => ({ ...v, sizes: [1, ...v.sizes] })),
];

const agree = (subjects: Subjects, tolerance: number) =>
  law<Backend, Sample>({
    id: 'agrees',
    statement: `the values of the reference within ${tolerance}`,
    tier: 'numerical',
    arbitrary: fc.record({ subject: subjects, seed: seeds }),
    show: ({ subject, seed }) => `${print(rootsOf(subject))}\nseed ${seed}`,
    mutants,
    holds: (backend) => ({ subject, seed }) => {
      const roots = rootsOf(subject);
      const bindings = bindSubject(subject, seed);
      return pipe(
        TE.Do,
        TE.bind('found', () => valuesOf(engineOf(backend), roots, bindings)),
        TE.bind('wanted', () => valuesOf(meaning, roots, bindings)),
        TE.chainEitherK(({ found, wanted }) => every(wanted.map((v, i) => close(`root ${i}`, nth(found, i), v, tolerance)))),
      );
    },
  });

/** A backend agrees with the reference on subjects of any kind. */
export const agrees = (backend: Backend, subjects: Subjects, tolerance: number): Law => agree(subjects, tolerance)(backend);

/** The laws of a backend: each primitive, contractions, and whole graphs within `whole`. */
export const agreementLaws = (backend: Backend, whole = 1e-4): readonly Law[] =>
  under(backend.name)([
    ...primitives.flatMap((p) => under(p)([agrees(backend, primitiveSubjects[p], tolerances[p])])),
    ...under('graph')([agrees(backend, graphSubjects(), whole)]),
  ]);
