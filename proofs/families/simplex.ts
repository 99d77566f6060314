/**
 * Simplex: weights that sum to one along the last axis and are not negative.
 */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { nodes, type Value } from '../../dsl/index.ts';
import { every, must, type Verdict } from '../counter.ts';
import { type Engine, meaning, nth, valuesOf } from '../engine.ts';
import type { Law, Mutant } from '../law.ts';
import { bindSubject, rootsOf, type Subject, type Subjects } from '../subject.ts';
import { aboutSubjects, answeringWith, nothing } from './about.ts';

/** The rows along the last axis. */
export const rowsOf = ({ sizes, data }: Value): readonly (readonly number[])[] => {
  const width = sizes.at(-1) ?? 1;
  return Array.from({ length: width === 0 ? 0 : data.length / width }, (_, r) => Array.from(data.subarray(r * width, (r + 1) * width)));
};

const simplex = (value: Value, tolerance: number): Verdict =>
  every(
    rowsOf(value).flatMap((row, r) => [
      must(row.every((w) => w >= -tolerance), () => `row ${r} has a negative weight: ${row.join(', ')}`),
      must(Math.abs(row.reduce((a, b) => a + b, 0) - 1) <= 10 * tolerance, () => `row ${r} sums to ${row.reduce((a, b) => a + b, 0)}, wanted 1 within ${10 * tolerance}`),
    ]),
  );

export interface SimplexOptions {
  readonly engine?: Engine;
  /** which output has the weights; default: the first */
  readonly output?: number;
  readonly more?: readonly Mutant<Subject>[];
}

/** Each row of an output along its last axis is ≥ 0 and sums to 1. */
export const onSimplex = (subjects: Subjects, { engine = meaning, output = 0, more = [] }: SimplexOptions = {}): readonly Law[] => [
  aboutSubjects<Subject, undefined>({
    id: 'simplex',
    statement: 'weights are ≥ 0 and sum to 1 along the last axis',
    tier: 'required',
    draw: nothing,
    holds: (subject, seed) => pipe(valuesOf(engine, rootsOf(subject), bindSubject(subject, seed)), TE.chainEitherK((v) => simplex(nth(v, output), engine.tolerance))),
    mutants: [
      answeringWith('one per cent too much', (w) => nodes.scale(w, 1.01), output),
      answeringWith('sums to 1 with negative weights', (w) => nodes.shift(nodes.scale(w, 5), -4 / (w.sizes.at(-1) ?? 1)), output),
      ...more,
    ],
  })(subjects),
];
