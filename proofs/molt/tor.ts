/**
 * Laws of TOR, equation (8): tokens [B, n, D] → [B], the sum over pairs of squared cosines.
 *   1. ≥ 0
 *   2. 0 for tokens that are orthogonal, whatever their lengths; and only for those
 *   3. ≤ n(n−1), which n parallel tokens reach
 *   4. invariant to permuting tokens, to scaling any token by a number of either sign, to rotations of the channels
 *   5. the gradient with respect to a token is orthogonal to it
 *   6. a zero token gives a finite value and a finite gradient
 *   7. each sample by itself; gradient against differences
 * source: MoLT, arXiv 2512.00115, equation (8), as the squared Frobenius norm (reading A11)
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Bindings, nodes, type Node, type Value } from '../../dsl/index.ts';
import { close, type Counter, every, finite, must, type Verdict } from '../counter.ts';
import { type Engine, meaning, nth, valuesOf } from '../engine.ts';
import { aboutSubjects, answeringWith, nothing } from '../families/about.ts';
import { batchIndependence } from '../families/batch.ts';
import { gradientMatchesDifferences, ours } from '../families/differences.ts';
import { permutation } from '../families/permutation.ts';
import { rowsOf } from '../families/simplex.ts';
import { type Law, type Mutant, under } from '../law.ts';
import { bindSubject, inputsOf, rootsOf, type Subject, type Subjects } from '../subject.ts';
import { orthogonal, product, rotated, scaledTokens, tokenSizes, withTokens } from './tokens.ts';
import { tors } from './subjects.ts';

const sumPairs = (x: Node): Node => nodes.sumAxes(x, [1, 2]);
const unit = (x: Node): Node => nodes.mul(x, nodes.map('rsqrt', nodes.sumLast(nodes.map('square', x))));
const gram = (x: Node): Node => nodes.einsum([[0, 1, 3], [0, 2, 3]], [0, 1, 2], [x, x]);
const offDiagonal = (c: Node): Node => nodes.sub(c, nodes.reshape(nodes.eye(c.sizes[1] ?? 1), [1, c.sizes[1] ?? 1, c.sizes[1] ?? 1]));
const squares = (x: Node): Node => sumPairs(nodes.map('square', x));

const instead = (name: string, f: (x: Node) => Node): Mutant<Subject> => answeringWith(name, (y, [x]) => (x === undefined ? y : f(x)));
/** ‖X Xᵀ − I‖², of tokens as they are */
const unscaled = instead('tokens of any length', (x) => squares(offDiagonal(gram(x))));
const withDiagonal = instead('the diagonal counted', (x) => squares(gram(unit(x))));
const signed = instead('cosines not squared', (x) => sumPairs(offDiagonal(gram(unit(x)))));
const guarded = instead('lengths from 0.1 on', (x) => squares(offDiagonal(gram(nodes.mul(x, nodes.map('rsqrt', nodes.shift(nodes.sumLast(nodes.map('square', x)), 0.01)))))));
const unguarded = instead('divided by the length', (x) => squares(offDiagonal(gram(unit(x)))));
const skewed = instead('the first channel counts more', (x) => squares(offDiagonal(gram(unit(nodes.add(x, nodes.pad(nodes.slice(x, x.sizes.map(() => 0), x.sizes.map((n, i) => (i === 2 ? 1 : n))), [0, 0, 0], [0, 0, (x.sizes[2] ?? 1) - 1])))))));
const averaged = answeringWith<Subject>('the mean, not the sum', (y, [x]) => nodes.scale(y, 1 / ((x?.sizes[1] ?? 1) + 1)));
const plusOne = answeringWith<Subject>('one more', (y) => nodes.shift(y, 1));
const part = (c: Node, from: readonly number[], size: readonly number[]): Node => nodes.slice(c, [0, ...from], [c.sizes[0] ?? 1, ...size]);
/** only cosines of tokens i and i + 1 */
const neighbours = instead('neighbours only', (x) => {
  const n = x.sizes[1] ?? 1;
  const c = nodes.map('square', gram(unit(x)));
  return Array.from({ length: n - 1 }, (_, i) => sumPairs(part(c, [i, i + 1], [1, 1]))).reduce((a, b) => nodes.add(a, b), nodes.scale(sumPairs(c), 0));
});
const firstPair = instead('the first token only', (x) => sumPairs(part(nodes.map('square', gram(unit(x))), [0, 0], [1, x.sizes[1] ?? 1])));
const nothingSaid = instead('always 0', (x) => nodes.scale(sumPairs(gram(x)), 0));

/** A law about the values for one batch of tokens. */
const aboutTokens = (words: { readonly id: string; readonly statement: string }, engine: Engine, change: (tokens: Value, seed: number) => Value, says: (tor: Value, tokens: Value) => Verdict, mutants: readonly Mutant<Subject>[]) =>
  aboutSubjects<Subject, undefined>({
    ...words,
    tier: 'required',
    draw: nothing,
    mutants,
    holds: (subject, seed) => {
      const bindings = withTokens(bindSubject(subject, seed), (tokens) => change(tokens, seed));
      return pipe(valuesOf(engine, rootsOf(subject), bindings), TE.chainEitherK((v) => says(nth(v, 0), tokensOf(bindings))));
    },
  });
const tokensOf = (bindings: Bindings): Value => bindings.inputs.get('x0') ?? { sizes: [], dtype: 'f32', data: new Float64Array() };
const same = (tokens: Value): Value => tokens;
const rounding = (engine: Engine, n: number): number => 10 * engine.tolerance * n * n;
const each = (tor: Value, holds: (t: number) => boolean, wanted: string): Verdict => every(Array.from(tor.data, (t, b) => must(holds(t), () => `sample ${b}: ${t}, wanted ${wanted}`)));
const constantOf = (tor: Value, x: number): Value => ({ ...tor, data: new Float64Array(tor.data.length).fill(x) });

/** The greatest |cosine| of two tokens of each sample, computed here. */
const greatestCosines = (tokens: Value): readonly number[] => {
  const { b, n } = tokenSizes(tokens);
  const rows = rowsOf(tokens);
  return Array.from({ length: b }, (_, s) => {
    const own = rows.slice(s * n, (s + 1) * n);
    return Math.max(0, ...own.flatMap((x, i) => own.slice(i + 1).map((y) => Math.abs(product(x, y)) / Math.sqrt(product(x, x) * product(y, y)))));
  });
};

const values = (engine: Engine) => [
  aboutTokens({ id: 'nonNegative', statement: 'TOR ≥ 0' }, engine, same, (t) => each(t, (x) => x >= -engine.tolerance, '≥ 0'), [signed, answeringWith('one less', (y) => nodes.shift(y, -1))]),
  aboutTokens({ id: 'zero', statement: 'TOR = 0 for orthogonal tokens of any length' }, engine, (x, seed) => scaledTokens(orthogonal(x), seed), (t, x) => {
    const { n, d } = tokenSizes(x);
    return n > d ? every([]) : each(t, (y) => Math.abs(y) <= rounding(engine, n), '0');
  }, [withDiagonal, unscaled, plusOne]),
  aboutTokens({ id: 'positive', statement: 'TOR ≥ 2 cos² of any two tokens: 0 only for orthogonal ones' }, engine, same, (t, x) => {
    const cosines = greatestCosines(x);
    return every(Array.from(t.data, (y, b) => must(y >= 2 * (cosines[b] ?? 0) ** 2 - rounding(engine, tokenSizes(x).n), () => `sample ${b}: ${y} for a cosine of ${cosines[b] ?? 0}`)));
  }, [nothingSaid, signed, averaged]),
  aboutTokens({ id: 'bound', statement: 'TOR ≤ n(n−1)' }, engine, same, (t, x) => {
    const { n } = tokenSizes(x);
    return each(t, (y) => y <= n * (n - 1) + rounding(engine, n), `≤ ${n * (n - 1)}`);
  }, [withDiagonal, unscaled, plusOne]),
  aboutTokens({ id: 'parallel', statement: 'n parallel tokens give n(n−1)' }, engine, (x, seed) => scaledTokens(repeated(x), seed), (t, x) => {
    const { n } = tokenSizes(x);
    return close('TOR of parallel tokens', t, constantOf(t, n * (n - 1)), 10 * engine.tolerance);
  }, [withDiagonal, averaged, signed]),
];

/** Every token the first of its sample. */
const repeated = (tokens: Value): Value => {
  const { n, d } = tokenSizes(tokens);
  return { ...tokens, data: tokens.data.map((_, i) => tokens.data[Math.floor(i / (n * d)) * n * d + (i % d)] ?? NaN) };
};

/** A change of the tokens that changes nothing. */
const unmoved = (words: { readonly id: string; readonly statement: string }, engine: Engine, change: (tokens: Value, seed: number) => Value, mutants: readonly Mutant<Subject>[]) =>
  aboutSubjects<Subject, undefined>({
    ...words,
    tier: 'required',
    draw: nothing,
    mutants,
    holds: (subject, seed) => {
      const plain = bindSubject(subject, seed);
      return pipe(
        TE.Do,
        TE.bind('before', () => valuesOf(engine, rootsOf(subject), plain)),
        TE.bind('after', () => valuesOf(engine, rootsOf(subject), withTokens(plain, (tokens) => change(tokens, seed)))),
        TE.chainEitherK(({ before, after }) => close('TOR', nth(after, 0), nth(before, 0), 10 * engine.tolerance)),
      );
    },
  });

/** The gradient of the sum over samples, and the tokens. */
const slopes = (subject: Subject): readonly Node[] => {
  const [x] = inputsOf(subject);
  const [t] = rootsOf(subject);
  return x === undefined || t === undefined ? [] : [...ours(nodes.sumAxes(t, t.sizes.map((_, i) => i)), [x]), x, t];
};

const gradientOrthogonal = (engine: Engine) =>
  aboutSubjects<Subject, undefined>({
    id: 'gradient.orthogonal',
    statement: 'the gradient with respect to a token is orthogonal to it',
    tier: 'numerical',
    draw: nothing,
    mutants: [unscaled, guarded],
    holds: (subject, seed): TE.TaskEither<Counter, void> =>
      pipe(
        valuesOf(engine, slopes(subject), bindSubject(subject, seed)),
        TE.chainEitherK((v) => {
          const [gs, xs] = [rowsOf(nth(v, 0)), rowsOf(nth(v, 1))];
          return every(xs.map((x, i) => {
            const g = nth(gs, i);
            const allowed = 100 * engine.tolerance * (1 + Math.sqrt(product(g, g) * product(x, x)));
            return must(Math.abs(product(g, x)) <= allowed, () => `token ${i}: gradient · token = ${product(g, x)}, tolerance ${allowed}`);
          }));
        }),
      ),
  });

/** One token of each sample set to zero. */
const emptied = (tokens: Value, which: number): Value => {
  const { n, d } = tokenSizes(tokens);
  return { ...tokens, data: tokens.data.map((x, i) => (Math.floor(i / d) % n === which % n ? 0 : x)) };
};

const zeroToken = (engine: Engine) =>
  aboutSubjects<Subject, number>({
    id: 'zeroToken',
    statement: 'a zero token gives a finite value and a finite gradient',
    tier: 'required',
    draw: fc.nat({ max: 5 }),
    mutants: [unguarded, withDiagonal],
    holds: (subject, seed, which) =>
      pipe(
        valuesOf(engine, slopes(subject), withTokens(bindSubject(subject, seed), (tokens) => emptied(tokens, which))),
        TE.chainEitherK((v) => every([finite('TOR', nth(v, 2)), finite('gradient', nth(v, 0))])),
      ),
  });

/** About a penalty of tokens [B, n, D] → [B]. */
export const torLaws = (penalty: Subjects, engine: Engine = meaning): readonly Law[] =>
  under('tor')([
    ...values(engine).map((one) => one(penalty)),
    permutation(penalty, { id: 'permutation', statement: 'permuting the tokens changes nothing', symmetry: { inputs: [[0, 1]] }, engine, mutants: [neighbours, firstPair] }),
    unmoved({ id: 'scaling', statement: 'multiplying any token by a number of either sign changes nothing' }, engine, scaledTokens, [unscaled, signed, guarded])(penalty),
    unmoved({ id: 'rotation', statement: 'rotating the channels changes nothing' }, engine, rotated, [skewed])(penalty),
    gradientOrthogonal(engine)(penalty),
    zeroToken(engine)(penalty),
    ...batchIndependence(penalty, [0], engine),
    gradientMatchesDifferences(penalty),
  ]);

export const ownTorLaws = (engine: Engine = meaning): readonly Law[] => torLaws(tors, engine);
