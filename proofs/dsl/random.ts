/**
 * Laws of the random generator: a key is a value.
 *   1. deterministic: equal keys give equal numbers; more numbers begin with the same ones
 *   2. distinct: children of a key differ from it, from each other, and by name
 *   3. uniform: in [0, 1), with the mean and variance of the uniform distribution
 *   4. normal: mean 0, variance 1, skewness 0, kurtosis 3
 *   5. permutation: every number below n once
 *   6. published: Threefry-2x32-20 gives the values of its reference implementation
 * source: Salmon, Moraes, Dror & Shaw, SC 2011, and the known answers of their library Random123
 */
import fc from 'fast-check';
import { random as own } from '../../dsl/index.ts';
import { every, must } from '../counter.ts';
import { law, type Law } from '../law.ts';
import { seeds } from '../subject.ts';

/** What a generator offers. */
export type Random = Pick<typeof own, 'key' | 'child' | 'named' | 'uniform' | 'normal' | 'permutation' | 'threefry'>;

const equal = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => a.length === b.length && Array.from(a).every((x, i) => x === b[i]);
const mean = (xs: Float64Array, f: (x: number) => number): number => xs.reduce((sum, x) => sum + f(x), 0) / xs.length;

const deterministic = law<Random, { readonly seed: number; readonly n: number; readonly more: number }>({
  id: 'random.deterministic',
  statement: 'the same key gives the same numbers; asking for more begins with the same',
  tier: 'required',
  arbitrary: fc.record({ seed: seeds, n: fc.nat({ max: 9 }), more: fc.nat({ max: 9 }) }),
  holds: (r) => ({ seed, n, more }) =>
    every([r.uniform, r.normal].map((draw, i) => must(equal(draw(r.key(seed), n), draw(r.key(seed), n + more).subarray(0, n)), () => `${i === 0 ? 'uniform' : 'normal'} numbers depend on how many are asked for, or on the day`))),
  mutants: [
    { name: 'depends on the count', mutate: (r) => ({ ...r, uniform: (k, n) => r.uniform(r.child(k, n), n) }) },
    { name: 'from the end', mutate: (r) => ({ ...r, normal: (k, n) => r.normal(k, n).toReversed() }) },
  ],
});

const distinct = law<Random, { readonly seed: number; readonly i: number; readonly j: number }>({
  id: 'random.distinct',
  statement: 'a key, its children and its named children are all different',
  tier: 'required',
  arbitrary: fc.record({ seed: seeds, i: fc.nat({ max: 999 }), j: fc.nat({ max: 999 }) }).map((s) => ({ ...s, j: s.j === s.i ? s.i + 1 : s.j })),
  holds: (r) => ({ seed, i, j }) => {
    const key = r.key(seed);
    const all = [key, r.key(seed + 1), r.child(key, i), r.child(key, j), r.named(key, `w${i}`), r.named(key, `w${j}`), r.named(key, `${j}`), r.child(r.child(key, i), j), r.child(r.child(key, j), i)];
    return must(new Set(all.map(String)).size === all.length, () => `equal keys among ${all.map(String).join(' ')}`);
  },
  mutants: [
    { name: 'children are all the same', mutate: (r) => ({ ...r, child: (k) => r.child(k, 0) }) },
    { name: 'only the length of a name counts', mutate: (r) => ({ ...r, named: (k, name) => r.child(k, name.length) }) },
    { name: 'children commute', mutate: (r) => ({ ...r, child: ([a, b], i) => [a, (b + 7 * i + 1) >>> 0] }) },
  ],
});

const count = 4096;
/** Six standard deviations of a mean of `count` numbers of this variance. */
const sixSigma = (variance: number): number => 6 * Math.sqrt(variance / count);

const uniform = law<Random, number>({
  id: 'random.uniform',
  statement: 'uniform in [0, 1): mean 1/2, variance 1/12, no correlation of neighbours',
  tier: 'numerical',
  arbitrary: seeds,
  holds: (r) => (seed) => {
    const xs = r.uniform(r.key(seed), count);
    const [m, v] = [mean(xs, (x) => x), mean(xs, (x) => (x - 0.5) ** 2)];
    const lag = xs.reduce((sum, x, i) => sum + (x - 0.5) * ((xs[(i + 1) % count] ?? NaN) - 0.5), 0) / count;
    return every([
      must(xs.every((x) => x >= 0 && x < 1), () => 'a number outside [0, 1)'),
      must(Math.abs(m - 0.5) < sixSigma(1 / 12), () => `mean ${m}`),
      must(Math.abs(v - 1 / 12) < sixSigma(1 / 180), () => `variance ${v}`),
      must(Math.abs(lag) < sixSigma(1 / 144), () => `covariance of neighbours ${lag}`),
    ]);
  },
  mutants: [
    { name: '1 is possible', mutate: (r) => ({ ...r, uniform: (k, n) => r.uniform(k, n).map((u, i) => (i === 0 ? 1 : u)) }) },
    { name: 'squared', mutate: (r) => ({ ...r, uniform: (k, n) => r.uniform(k, n).map((u) => u * u) }) },
    { name: 'half the range', mutate: (r) => ({ ...r, uniform: (k, n) => r.uniform(k, n).map((u) => 0.25 + u / 2) }) },
    { name: 'each twice', mutate: (r) => ({ ...r, uniform: (k, n) => { const u = r.uniform(k, n); return u.map((_, i) => u[i >> 1] ?? NaN); } }) },
  ],
});

const normal = law<Random, number>({
  id: 'random.normal',
  statement: 'normal: mean 0, variance 1, third moment 0, fourth moment 3, no correlation of neighbours',
  tier: 'numerical',
  arbitrary: seeds,
  holds: (r) => (seed) => {
    const xs = r.normal(r.key(seed), count);
    const lag = xs.reduce((sum, x, i) => sum + x * (xs[(i + 1) % count] ?? NaN), 0) / count;
    return every([
      ...([[1, 0, 1], [2, 1, 2], [3, 0, 15], [4, 3, 96]] as const).map(([power, wanted, variance]) => must(Math.abs(mean(xs, (x) => x ** power) - wanted) < sixSigma(variance), () => `moment ${power} is ${mean(xs, (x) => x ** power)}, wanted ${wanted}`)),
      must(Math.abs(lag) < sixSigma(1), () => `covariance of neighbours ${lag}`),
    ]);
  },
  mutants: [
    { name: 'uniform of the same variance', mutate: (r) => ({ ...r, normal: (k, n) => r.uniform(k, n).map((u) => (u - 0.5) * Math.sqrt(12)) }) },
    { name: 'positive', mutate: (r) => ({ ...r, normal: (k, n) => r.normal(k, n).map(Math.abs) }) },
    { name: 'a tenth too wide', mutate: (r) => ({ ...r, normal: (k, n) => r.normal(k, n).map((x) => 1.1 * x) }) },
  ],
});

const permutation = law<Random, { readonly seed: number; readonly n: number }>({
  id: 'random.permutation',
  statement: 'every number below n once',
  tier: 'required',
  arbitrary: fc.record({ seed: seeds, n: fc.nat({ max: 20 }) }),
  holds: (r) => ({ seed, n }) => must(equal(r.permutation(r.key(seed), n).toSorted(), Array.from({ length: n }, (_, i) => i)), () => Array.from(r.permutation(r.key(seed), n)).join(' ')),
  mutants: [{ name: 'with replacement', mutate: (r) => ({ ...r, permutation: (k, n) => Int32Array.from(r.uniform(k, n), (u) => Math.floor(u * n)) }) }, { name: 'from 1', mutate: (r) => ({ ...r, permutation: (k, n) => r.permutation(k, n).map((i) => i + 1) }) }],
});

const answers = [
  [[0, 0], [0, 0], [0x6b200159, 0x99ba4efe]],
  [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x1cb996fc, 0xbb002be7]],
  [[0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3], [0xc4923a9c, 0x483df7a0]],
] as const;

const published = law<Random, (typeof answers)[number]>({
  id: 'random.published',
  statement: 'Threefry-2x32-20 has its published values',
  source: 'Random123, kat_vectors',
  tier: 'required',
  arbitrary: fc.constantFrom(...answers),
  holds: (r) => ([key, counter, wanted]) => must(equal(r.threefry(key, counter), wanted), () => `${r.threefry(key, counter).join(', ')}, wanted ${wanted.join(', ')}`),
  mutants: [{ name: 'key and counter exchanged', mutate: (r) => ({ ...r, threefry: (k, c) => r.threefry(c, k) }) }, { name: 'words exchanged', mutate: (r) => ({ ...r, threefry: (k, c) => { const [a, b] = r.threefry(k, c); return [b, a]; } }) }],
});

/** The laws of a splittable generator. */
export const randomLaws = (random: Random = own): readonly Law[] => [deterministic(random), distinct(random), uniform(random), normal(random), permutation(random), published(random)];
