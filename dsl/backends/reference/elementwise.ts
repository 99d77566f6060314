/**
 * Elementwise meanings: one number in, one number out.
 * not:  shapes; `rows.ts` walks the arrays.
 */
import type { CompareFn, LogicFn, MapFn, ZipFn } from '../../expr.ts';
import { erf } from './erf.ts';

export const maps = {
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  square: (x) => x * x,
  abs: Math.abs,
  sign: Math.sign,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  erf,
  relu: (x) => Math.max(x, 0),
  sin: Math.sin,
  cos: Math.cos,
  floor: Math.floor,
} as const satisfies { readonly [F in MapFn]: (x: number) => number };

export const zips = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  max: (x, y) => Math.max(x, y),
  min: (x, y) => Math.min(x, y),
  pow: (x, y) => x ** y,
} as const satisfies { readonly [F in ZipFn]: (x: number, y: number) => number };

export const compares = {
  less: (x, y) => x < y,
  lessEqual: (x, y) => x <= y,
  equal: (x, y) => x === y,
} as const satisfies { readonly [F in CompareFn]: (x: number, y: number) => boolean };

export const logics = {
  and: (x, y) => x !== 0 && y !== 0,
  or: (x, y) => x !== 0 || y !== 0,
  xor: (x, y) => (x !== 0) !== (y !== 0),
} as const satisfies { readonly [F in LogicFn]: (x: number, y: number) => boolean };

/** x Φ(x), Φ the normal distribution function. */
export const gelu = (x: number): number => 0.5 * x * (1 + erf(x * Math.SQRT1_2));
