/**
 * Law: a statement about a subject as data, with what to try it on and with the liars that it must catch.
 * idea:  predicate and runner are apart: a law says when it holds on a sample, `run.ts` alone draws samples and counts. A law
 *        that no wrong implementation breaks says nothing, so each carries mutants of its subject.
 * not:   assertions, seeds, numbers of runs.
 * source: the layering of fp-ts-laws; QuickCheck, Claessen & Hughes 2000; mutation testing, DeMillo, Lipton & Sayward 1978
 */
import fc from 'fast-check';
import { isRight, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { faultOf } from '../shapes/index.ts';
import { type Counter, faults, type Verdict } from './counter.ts';

/** `required`: exact up to rounding; `numerical`: within a stated tolerance; `informative`: reported, never a failure. */
export type Tier = 'required' | 'numerical' | 'informative';

/** A wrong implementation made from a right one. */
export interface Mutant<S> {
  readonly name: string;
  readonly mutate: (subject: S) => S;
}

/** A law about S, tried on samples of A. */
export interface Claim<S, A> {
  /** `softmax.shift`: family, then law */
  readonly id: string;
  /** in words, with the letters of the equation */
  readonly statement: string;
  readonly source?: string;
  readonly tier: Tier;
  readonly arbitrary: fc.Arbitrary<A>;
  /** at once, or a task where an engine answers later */
  readonly holds: (subject: S) => (sample: A) => Verdict | TaskEither<Counter, void>;
  readonly mutants: readonly Mutant<S>[];
  /** how a sample is printed; default: fast-check's own */
  readonly show?: (sample: A) => string;
}

/** One sample and what the law says about it. */
export interface Trial {
  readonly sample: string;
  readonly verdict: TaskEither<Counter, void>;
}

/** A law about one subject: a claim whose types of subject and samples are hidden, so that laws form lists. */
export interface Law {
  readonly id: string;
  readonly statement: string;
  readonly source?: string;
  readonly tier: Tier;
  readonly trials: fc.Arbitrary<Trial>;
  /** the same law about each mutant: it must be broken */
  readonly mutants: readonly { readonly name: string; readonly trials: fc.Arbitrary<Trial> }[];
}

/** What a predicate answers, whether at once, later, or by throwing. */
const answered = (ask: () => Verdict | TaskEither<Counter, void>): TaskEither<Counter, void> => async (): Promise<Either<Counter, void>> => {
  try {
    const answer = ask();
    const verdict = typeof answer === 'function' ? await answer() : answer;
    return isRight(verdict) ? right(undefined) : verdict;
  } catch (thrown) {
    return left(faults(faultOf('law', thrown)));
  }
};

/** A claim about a subject, with its types hidden. */
export const law = <S, A>(claim: Claim<S, A>) => (subject: S): Law => {
  const { id, statement, source, tier, arbitrary, holds, mutants, show = fc.stringify } = claim;
  const trials = (s: S): fc.Arbitrary<Trial> => {
    const predicate = holds(s);
    return arbitrary.map((sample) => ({
      get sample(): string {
        return show(sample);
      },
      verdict: answered(() => predicate(sample)),
    }));
  };
  const words = source === undefined ? { id, statement, tier } : { id, statement, tier, source };
  return { ...words, trials: trials(subject), mutants: mutants.map(({ name, mutate }) => ({ name, trials: trials(mutate(subject)) })) };
};

/** Laws of one structure; those of a simpler structure are included by spreading its family: laws inherit. */
export type Family<S> = (subject: S) => readonly Law[];

/** The laws of several families about one subject. */
export const inherit = <S>(...families: readonly Family<S>[]): Family<S> => (subject) => families.flatMap((family) => family(subject));

/** The same laws under a longer name: `under('td')` turns `hull` into `td.hull`. */
export const under = (name: string) => (laws: readonly Law[]): readonly Law[] => laws.map((one) => ({ ...one, id: `${name}.${one.id}` }));
