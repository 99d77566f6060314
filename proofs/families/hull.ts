/**
 * Hull: weighted means stay among what they are means of.
 * idea:  a point p lies in the convex hull of points q_n iff u·p ≤ max_n u·q_n for every direction u; directions are drawn.
 * source: the supporting hyperplane theorem, Minkowski 1896
 */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { nodes, random, type Value } from '../../dsl/index.ts';
import { every, greatest, must, type Verdict } from '../counter.ts';
import { type Engine, meaning, nth, valuesOf } from '../engine.ts';
import type { Law } from '../law.ts';
import { bindSubject, rootsOf, seeds, type Subject, type Subjects } from '../subject.ts';
import { aboutSubjects, answeringWith } from './about.ts';
import { rowsOf } from './simplex.ts';

const dot = (a: readonly number[], b: ArrayLike<number>): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? NaN), 0);

/** The axes both ways, and a few random directions. */
const directions = (width: number, seed: number): readonly ArrayLike<number>[] => [
  ...Array.from({ length: 2 * width }, (_, i) => Array.from({ length: width }, (__, j) => (j === i >> 1 ? (i % 2 === 0 ? 1 : -1) : 0))),
  ...Array.from({ length: 8 }, (_, i) => random.normal(random.child(random.key(seed), i), width)),
];

const inside = (points: Value, corners: Value, seed: number, tolerance: number): Verdict => {
  const [k = 1, n = 1] = [points.sizes.at(-1), corners.sizes.at(-2)];
  const each = points.sizes.at(-2) ?? 1;
  const [ps, qs] = [rowsOf(points), rowsOf(corners)];
  const slack = 10 * tolerance * Math.max(1, greatest(corners.data));
  return every(
    ps.flatMap((p, i) => {
      const group = Math.floor(i / each);
      const own = qs.slice(group * n, (group + 1) * n);
      return directions(k, seed).map((u) => {
        const most = Math.max(...own.map((q) => dot(q, u)));
        return must(dot(p, u) <= most + slack, () => `point ${i} (${p.join(', ')}) lies ${dot(p, u) - most} outside the hull of its ${n} corners, along (${Array.from(u).join(', ')}); tolerance ${slack}`);
      });
    }),
  );
};

/** Output 0, points [...G, P, K], lies in the convex hull of output 1, corners [...G, N, K], group by group. */
export const convexHull = (subjects: Subjects, engine: Engine = meaning): Law =>
  aboutSubjects<Subject, number>({
    id: 'hull',
    statement: 'each result is a weighted mean: it lies in the convex hull of what it is made of',
    tier: 'required',
    draw: seeds,
    mutants: [
      answeringWith('one per cent too long', (p) => nodes.scale(p, 1.01)),
      answeringWith('a hundredth beside', (p) => nodes.shift(p, 0.01)),
      { name: 'the sum, not the mean', mutate: (s) => ({ ...s, apply: (...xs) => s.apply(...xs).map((y, i, all) => (i === 0 ? nodes.scale(y, all[1]?.sizes.at(-2) ?? 1) : y)) }) },
    ],
    holds: (subject, seed, towards) => pipe(valuesOf(engine, rootsOf(subject), bindSubject(subject, seed)), TE.chainEitherK((v) => inside(nth(v, 0), nth(v, 1), towards, engine.tolerance))),
  })(subjects);
