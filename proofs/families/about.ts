/**
 * About: laws about subjects of drawn sizes, and about equations between two ways of computing the same outputs.
 * idea:  a sample is a subject, a seed for its data, and what else the law draws; a mutant is a change of the subject.
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { nodes, type Node } from '../../dsl/index.ts';
import { close, type Counter, every, type Verdict } from '../counter.ts';
import { type Engine, nth, valuesOf } from '../engine.ts';
import { law, type Claim, type Law, type Mutant } from '../law.ts';
import { bindSubject, inputsOf, rootsOf, seeds, showInputs, showSubject, type Subject } from '../subject.ts';

/** A change of a subject, whatever its sizes. */
export type Change<S> = (subject: S) => S;

type Words = Pick<Claim<unknown, unknown>, 'id' | 'statement' | 'source' | 'tier'>;

export interface SubjectClaim<S, D> extends Words {
  readonly draw: fc.Arbitrary<D>;
  readonly holds: (subject: S, seed: number, draw: D) => Verdict | TE.TaskEither<Counter, void>;
  readonly mutants: readonly Mutant<S>[];
}

/** A law about every subject drawn. */
export const aboutSubjects = <S extends Subject, D>(claim: SubjectClaim<S, D>) => (subjects: fc.Arbitrary<S>): Law => {
  const { draw, holds, mutants, ...words } = claim;
  return law<Change<S>, { readonly subject: S; readonly seed: number; readonly draw: D }>({
    ...words,
    arbitrary: fc.record({ subject: subjects, seed: seeds, draw }),
    holds: (change) => ({ subject, seed, draw: d }) => holds(change(subject), seed, d),
    mutants: mutants.map(({ name, mutate }) => ({ name, mutate: (change) => (s) => mutate(change(s)) })),
    show: ({ subject, seed, draw: d }) => [`inputs ${showSubject(subject)}`, `seed ${seed}`, ...(d === undefined ? [] : [`drawn ${fc.stringify(d)}`]), ...(subject.letters === undefined ? [] : [showInputs(subject, seed)])].join('; '),
  })((s) => s);
};

/** Nothing more to draw. */
export const nothing: fc.Arbitrary<undefined> = fc.constant(undefined);

/** Changes what goes in. */
export const feeding = <S extends Subject>(name: string, f: (inputs: readonly Node[]) => readonly Node[]): Mutant<S> => ({ name, mutate: (s) => ({ ...s, apply: (...xs) => s.apply(...f(xs)) }) });
/** Changes what comes out. */
export const answering = <S extends Subject>(name: string, f: (outputs: readonly Node[], inputs: readonly Node[]) => readonly Node[]): Mutant<S> => ({ name, mutate: (s) => ({ ...s, apply: (...xs) => f(s.apply(...xs), xs) }) });
/** Changes one of the outputs, the first by default. */
export const answeringWith = <S extends Subject>(name: string, f: (output: Node, inputs: readonly Node[]) => Node, at = 0): Mutant<S> => answering(name, (ys, xs) => ys.map((y, i) => (i === at ? f(y, xs) : y)));

/** A thousandth off, everywhere. */
const nudged = (y: Node): Node => (y.dtype === 'f32' ? nodes.shift(nodes.scale(y, 1.001), 0.001) : y);

/** Two ways to compute the same outputs from the same inputs and weights. */
export interface Equation extends Subject {
  /** what `apply` should equal */
  readonly wanted: Subject['apply'];
}

export interface EquationClaim<E> extends Words {
  readonly mutants: readonly Mutant<E>[];
}

/** left = right on every engine; one more mutant is a left side that is a thousandth off. */
export const equation = <E extends Equation>(claim: EquationClaim<E>) => (equations: fc.Arbitrary<E>, engine: Engine): Law =>
  aboutSubjects<E, undefined>({
    ...claim,
    draw: nothing,
    mutants: [{ name: 'a thousandth off', mutate: (e) => ({ ...e, apply: (...xs) => e.apply(...xs).map(nudged) }) }, ...claim.mutants],
    holds: (e, seed) => {
      const left = rootsOf(e);
      const right = e.wanted(...inputsOf(e));
      return pipe(
        valuesOf(engine, [...left, ...right], bindSubject(e, seed, right)),
        TE.chainEitherK((values) => every(right.map((_, i) => close(`output ${i}`, nth(values, i), nth(values, left.length + i), engine.tolerance)))),
      );
    },
  })(equations);

/** A mutant of an equation: another left side. */
export const insteadOf = <E extends Equation>(name: string, apply: (e: E) => Subject['apply']): Mutant<E> => ({ name, mutate: (e) => ({ ...e, apply: apply(e) }) });
