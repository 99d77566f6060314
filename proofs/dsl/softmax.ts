/**
 * Laws of softmax, and of any function that should be one along its last axis.
 *   1. on the simplex: rows are ≥ 0 and sum to 1          (proofs/families/simplex.ts)
 *   2. shift: softmax(x + c) = softmax(x)
 *   3. monotone: the order within a row is kept
 *   4. finite for inputs of magnitude 10 000
 * source: Bridle, Probabilistic interpretation of feedforward classification network outputs, 1990
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { node, nodes, type Node } from '../../dsl/index.ts';
import { huge } from '../arbitraries/domains.ts';
import { several } from '../arbitraries/sizes.ts';
import { close, every, finite, must } from '../counter.ts';
import { type Engine, meaning, nth, valuesOf } from '../engine.ts';
import { aboutSubjects, answeringWith, feeding, nothing } from '../families/about.ts';
import { onSimplex, rowsOf } from '../families/simplex.ts';
import { type Law, under } from '../law.ts';
import { bindSubject, given, inputsOf, rootsOf, type Subject, type Subjects } from '../subject.ts';

/** A function of one tensor along its last axis, on drawn sizes of rank 2. */
export const alongLast = (f: (x: Node) => Node): Subjects => fc.tuple(several, fc.constantFrom(1, 2, 3, 7)).map(([n, d]) => ({ inputs: [given([n, d])], apply: (x) => (x === undefined ? [] : [f(x)]) }));

const swapLast = (x: Node): Node => nodes.permute(x, [1, 0]);
const firstOf = (subject: Subject): Node => nth(rootsOf(subject), 0);

const shift = (engine: Engine) =>
  aboutSubjects({
    id: 'shift',
    statement: 'softmax(x + c) = softmax(x)',
    tier: 'numerical',
    draw: fc.integer({ min: -8, max: 8 }).map((k) => k / 4),
    holds: (subject, seed, c) => {
      const [x] = inputsOf(subject);
      const moved = x === undefined ? [] : subject.apply(nodes.shift(x, c));
      return pipe(valuesOf(engine, [...moved, firstOf(subject)], bindSubject(subject, seed)), TE.chainEitherK((v) => close(`softmax(x + ${c})`, nth(v, 0), nth(v, 1), 10 * engine.tolerance)));
    },
    mutants: [feeding('softmax of x³', ([x]) => (x === undefined ? [] : [nodes.mul(x, nodes.mul(x, x))])), answeringWith('times the mean of x', (y, [x]) => (x === undefined ? y : nodes.mul(y, nodes.meanLast(x))))],
  });

const monotone = (engine: Engine) =>
  aboutSubjects({
    id: 'monotone',
    statement: 'x_i < x_j implies softmax(x)_i ≤ softmax(x)_j',
    tier: 'required',
    draw: nothing,
    holds: (subject, seed) =>
      pipe(
        valuesOf(engine, [...inputsOf(subject), firstOf(subject)], bindSubject(subject, seed)),
        TE.chainEitherK((v) => {
          const [xs, ys] = [rowsOf(nth(v, 0)), rowsOf(nth(v, 1))];
          return every(
            xs.flatMap((x, r) => {
              const y = nth(ys, r);
              return x.flatMap((a, i) => x.map((b, j) => must(!(a < b) || nth(y, i) <= nth(y, j) + engine.tolerance, () => `row ${r}: x_${i} = ${a} < x_${j} = ${b}, but ${y[i]} > ${y[j]}`)));
            }),
          );
        }),
      ),
    mutants: [feeding('of −x', (xs) => xs.map(nodes.neg)), answeringWith('1 − softmax', (y) => nodes.shift(nodes.neg(y), 1))],
  });

const bounded = (engine: Engine) =>
  aboutSubjects({
    id: 'finite',
    statement: 'finite for inputs of ±10 000',
    tier: 'required',
    draw: nothing,
    holds: (subject, seed) => {
      const large: Subject = { ...subject, inputs: subject.inputs.map((input) => ({ ...input, domain: huge })) };
      return pipe(valuesOf(engine, [firstOf(large)], bindSubject(large, seed)), TE.chainEitherK((v) => finite('softmax', nth(v, 0))));
    },
    mutants: [
      { name: 'without subtracting the maximum', mutate: (s) => ({ ...s, apply: (x) => (x === undefined ? [] : [nodes.div(nodes.map('exp', x), nodes.sumLast(nodes.map('exp', x)))]) }) },
      { name: 'through the logarithm', mutate: (s) => ({ ...s, apply: (...xs) => s.apply(...xs).map((y) => nodes.map('log', y)) }) },
    ],
  });

/** The laws of softmax along the last axis, about a function of one tensor of rank 2. */
export const softmaxLaws = (f: (x: Node) => Node, engine: Engine = meaning): readonly Law[] => {
  const subjects = alongLast(f);
  const overRows: readonly Law[] = onSimplex(subjects, { engine, more: [{ name: 'over the wrong axis', mutate: (s) => ({ ...s, apply: (...xs) => s.apply(...xs.map(swapLast)).map(swapLast) }) }] });
  return under('softmax')([...overRows, shift(engine)(subjects), monotone(engine)(subjects), bounded(engine)(subjects)]);
};

/** Those laws about the language's own primitive. */
export const ownSoftmaxLaws = (engine: Engine = meaning): readonly Law[] => softmaxLaws((x) => node('softmax', {}, [x]), engine);

