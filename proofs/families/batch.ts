/**
 * Batch: each sample's result is its own. Axis 0 is the batch axis of the inputs named and of every output.
 *   1. neighbours: other samples may be anything
 *   2. alone: a sample by itself gives the same row
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Bindings, elements, nodes, type Node, type Value } from '../../dsl/index.ts';
import { close, every } from '../counter.ts';
import { type Engine, meaning, nth, valuesOf } from '../engine.ts';
import type { Law, Mutant } from '../law.ts';
import { bindSubject, rootsOf, type Subject } from '../subject.ts';
import { aboutSubjects, answeringWith } from './about.ts';

const rowOf = (value: Value, b: number): Value => {
  const sizes = value.sizes.slice(1);
  const n = elements(sizes);
  return { ...value, sizes: [1, ...sizes], data: value.data.slice(b * n, (b + 1) * n) };
};

/** Row b of `kept`, all other rows of `other`. */
const withRow = (kept: Value, other: Value, b: number): Value => {
  const n = elements(kept.sizes.slice(1));
  const data = other.data.slice();
  for (let i = b * n; i < (b + 1) * n; i += 1) data[i] = kept.data[i] ?? NaN;
  return { ...other, data };
};

const inputsWith = (bindings: Bindings, batched: readonly number[], change: (value: Value, name: string) => Value): Bindings => ({
  ...bindings,
  inputs: new Map([...bindings.inputs].map(([name, value]) => [name, batched.includes(Number(name.slice(1))) ? change(value, name) : value])),
});

const averaged = <S extends Subject>(): Mutant<S> => answeringWith('adds the mean of the batch', (y) => nodes.add(y, nodes.broadcast(nodes.reshape(nodes.scale(nodes.sumAxes(y, [0]), 1 / (y.sizes[0] ?? 1)), [1, ...y.sizes.slice(1)]), y.sizes)));
const rolled = <S extends Subject>(): Mutant<S> => answeringWith('answers with the neighbour', (y) => {
  const [n = 1, ...rest] = y.sizes;
  const part = (from: number, size: number): Node => nodes.slice(y, [from, ...rest.map(() => 0)], [size, ...rest]);
  return n < 2 ? y : nodes.concat(0, [part(1, n - 1), part(0, 1)]);
});
const counting = <S extends Subject>(): Mutant<S> => answeringWith('depends on how many there are', (y) => nodes.scale(y, y.sizes[0] ?? 1));

const batchOf = (subject: Subject, batched: readonly number[]): number => subject.inputs[batched[0] ?? 0]?.sizes[0] ?? 1;
const drawRow = fc.nat({ max: 5 });

const neighbours = <S extends Subject>(engine: Engine, batched: readonly number[], more: readonly Mutant<S>[]) =>
  aboutSubjects<S, number>({
    id: 'batch.neighbours',
    statement: 'the result of a sample does not depend on the other samples of the batch',
    tier: 'required',
    draw: drawRow,
    mutants: [averaged(), rolled(), ...more],
    holds: (subject, seed, drawnRow) => {
      const roots = rootsOf(subject);
      const b = drawnRow % batchOf(subject, batched);
      const plain = bindSubject(subject, seed);
      const others = bindSubject(subject, seed + 1);
      const mixed = inputsWith(plain, batched, (value, name) => withRow(value, others.inputs.get(name) ?? value, b));
      return pipe(
        TE.Do,
        TE.bind('alone', () => valuesOf(engine, roots, plain)),
        TE.bind('among', () => valuesOf(engine, roots, mixed)),
        TE.chainEitherK(({ alone, among }) => every(alone.map((value, i) => close(`sample ${b} of output ${i} among other neighbours`, rowOf(nth(among, i), b), rowOf(value, b), engine.tolerance)))),
      );
    },
  });

const alone = <S extends Subject>(engine: Engine, batched: readonly number[], more: readonly Mutant<S>[]) =>
  aboutSubjects<S, number>({
    id: 'batch.alone',
    statement: 'a sample by itself gives the row that it gives in a batch',
    tier: 'required',
    draw: drawRow,
    mutants: [averaged(), counting(), ...more],
    holds: (subject, seed, drawnRow) => {
      const b = drawnRow % batchOf(subject, batched);
      const single: Subject = { ...subject, inputs: subject.inputs.map((input, i) => (batched.includes(i) ? { ...input, sizes: [1, ...input.sizes.slice(1)] } : input)) };
      const plain = bindSubject(subject, seed);
      return pipe(
        TE.Do,
        TE.bind('many', () => valuesOf(engine, rootsOf(subject), plain)),
        TE.bind('one', () => valuesOf(engine, rootsOf(single), inputsWith(plain, batched, (value) => rowOf(value, b)))),
        TE.chainEitherK(({ many, one }) => every(one.map((value, i) => close(`sample ${b} of output ${i} by itself`, value, rowOf(nth(many, i), b), engine.tolerance)))),
      );
    },
  });

/** The laws of a function that maps over a batch; `batched` are the inputs with a batch axis, by default the first; `more` mutants. */
export const batchIndependence = <S extends Subject>(subjects: fc.Arbitrary<S>, batched: readonly number[] = [0], engine: Engine = meaning, more: readonly Mutant<S>[] = []): readonly Law[] =>
  [neighbours(engine, batched, more)(subjects), alone(engine, batched, more)(subjects)];
