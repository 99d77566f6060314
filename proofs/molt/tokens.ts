/**
 * Tokens: batches of tokens [B, n, D] as data, made orthogonal, scaled and rotated.
 * source: Gram 1883, Schmidt 1907 (orthogonalisation)
 */
import { type Bindings, random, type Value } from '../../dsl/index.ts';
import { rowsOf } from '../families/simplex.ts';

export interface TokenSizes {
  readonly b: number;
  readonly n: number;
  readonly d: number;
}
export const tokenSizes = ({ sizes: [b = 1, n = 1, d = 1] }: Value): TokenSizes => ({ b, n, d });

export const product = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? NaN), 0);

/** Other tokens under the first input. */
export const withTokens = (bindings: Bindings, change: (tokens: Value) => Value): Bindings => ({ ...bindings, inputs: new Map([...bindings.inputs].map(([name, value]) => [name, name === 'x0' ? change(value) : value])) });

const fromRows = (like: Value, rows: readonly (readonly number[])[]): Value => ({ ...like, data: Float64Array.from(rows.flat()) });

/** Each row without its parts along the rows before it, of length 1. Rows beyond the width stay as they are. */
const orthonormal = (rows: readonly (readonly number[])[]): readonly (readonly number[])[] =>
  rows.reduce<readonly (readonly number[])[]>((done, row) => {
    if (done.length >= row.length) return [...done, row];
    // twice, so that rounding of the first pass is taken off as well
    const pass = (x: readonly number[]): readonly number[] => done.reduce((y, q) => y.map((v, i) => v - product(x, q) * (q[i] ?? NaN)), x);
    const rest = pass(pass(row));
    const length = Math.sqrt(product(rest, rest));
    return [...done, rest.map((v) => v / length)];
  }, []);

/** The tokens of each sample made orthogonal, as far as there are channels. */
export const orthogonal = (tokens: Value): Value => {
  const { b, n } = tokenSizes(tokens);
  const rows = rowsOf(tokens);
  return fromRows(tokens, Array.from({ length: b }, (_, s) => orthonormal(rows.slice(s * n, (s + 1) * n))).flat());
};

/** Each token times a number of its own, of either sign, from 0.25 to 4. */
export const scaledTokens = (tokens: Value, seed: number): Value => {
  const rows = rowsOf(tokens);
  const u = random.uniform(random.child(random.key(seed), 77), 2 * rows.length);
  return fromRows(tokens, rows.map((row, i) => row.map((x) => ((u[2 * i] ?? 0) < 0.5 ? -1 : 1) * 4 ** (2 * (u[2 * i + 1] ?? 0) - 1) * x)));
};

/** All tokens in other coordinates: times a random orthogonal matrix. */
export const rotated = (tokens: Value, seed: number): Value => {
  const { d } = tokenSizes(tokens);
  const flat = random.normal(random.child(random.key(seed), 78), d * d);
  const matrix = orthonormal(Array.from({ length: d }, (_, i) => Array.from(flat.subarray(i * d, (i + 1) * d))));
  return fromRows(tokens, rowsOf(tokens).map((row) => matrix.map((q) => product(row, q))));
};
