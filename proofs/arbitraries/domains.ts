/**
 * Domains: where numbers are drawn from: anywhere, or away from the points where a function has a kink or a pole.
 * idea:  data are a key and a size; a sample holds the seed, not the numbers.
 */
import { random } from '../../dsl/index.ts';

/** n numbers from a key. */
export type Domain = (key: random.Key, n: number) => Float64Array;

const two = (f: (u: number, v: number, i: number) => number): Domain => (key, n) => {
  const v = random.uniform(random.child(key, 1), n);
  return random.uniform(random.child(key, 0), n).map((u, i) => f(u, v[i] ?? 0, i));
};

/** N(0, 1) */
export const normals: Domain = random.normal;
/** magnitude from 0.2 to 1.5, of either sign: away from the kink of relu, abs and sign */
export const awayFromZero: Domain = two((u, v) => (v < 0.5 ? -1 : 1) * (0.2 + 1.3 * u));
/** from 0.3 to 2: for log, roots and powers */
export const positive: Domain = two((u) => 0.3 + 1.7 * u);
/** at least 0.2 away from every integer: away from the steps of floor */
export const betweenIntegers: Domain = two((u, v) => Math.floor(6 * u) - 3 + 0.2 + 0.6 * v);
/** any two numbers differ by at least 0.2: away from equal maxima */
export const distinct: Domain = (key, n) => {
  const order = random.permutation(random.child(key, 0), n);
  return random.uniform(random.child(key, 1), n).map((u, i) => 0.3 * ((order[i] ?? 0) - n / 2) + 0.1 * u);
};
/** numbers of two sides, `side` 0 and 1, differ by at least 0.1: away from the ties of max and min */
export const side = (which: 0 | 1): Domain => two((u, v) => 0.4 * Math.floor(8 * u) - 1.6 + 0.2 * which + 0.1 * v);
/** odd multiples of 1/8 from -1.375 to 1.375: exact in single precision, so that comparisons are decided alike everywhere */
export const exact: Domain = two((u) => (Math.floor(12 * u) - 5.5) / 4);
/** magnitudes up to 10 000 */
export const huge: Domain = two((u) => 20000 * u - 10000);
