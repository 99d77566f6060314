/**
 * Counter: why a law does not hold, as data with one printer; and the comparisons that produce it.
 * idea:  a failure names the first place that differs, both numbers, the greatest absolute and relative error, the tolerance.
 * not:   sampling (law.ts) or running (run.ts).
 */
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { coordinates, type Data, type ElementType, sameSizes, type Value } from '../dsl/index.ts';
import { type Fault, printFault } from '../shapes/index.ts';

export type Counter =
  /** two values that should be equal are not */
  | {
      readonly _tag: 'Differs';
      readonly what: string;
      /** flat index, and its coordinates, of the first place that differs */
      readonly index: number;
      readonly place: string;
      readonly found: number;
      readonly wanted: number;
      readonly maxAbs: number;
      readonly maxRel: number;
      readonly tolerance: number;
    }
  /** a statement about the values is false */
  | { readonly _tag: 'Breaks'; readonly what: string }
  /** nothing could be compared: the subject failed or threw */
  | { readonly _tag: 'Faults'; readonly fault: Fault };

/** Whether a law held on one sample, and if not, why. */
export type Verdict = Either<Counter, void>;

export const held: Verdict = right(undefined);
export const breaks = (what: string): Verdict => left({ _tag: 'Breaks', what });
export const faults = (fault: Fault): Counter => ({ _tag: 'Faults', fault });

/** Holds if the statement does. `what` says what is false. */
export const must = (holds: boolean, what: () => string): Verdict => (holds ? held : breaks(what()));

/** The first that does not hold. */
export const every = (verdicts: Iterable<Verdict>): Verdict => {
  for (const verdict of verdicts) if (isLeft(verdict)) return verdict;
  return held;
};

const show = ({ dtype, sizes }: Value): string => `${dtype} [${sizes.join(', ')}]`;
/** Whether the numbers are kept in the kind of array that the type says. */
const keeps = {
  f32: (data: Data) => data instanceof Float64Array || data instanceof Float32Array,
  i32: (data: Data) => data instanceof Int32Array,
  bool: (data: Data) => data instanceof Uint8Array,
} as const satisfies { readonly [T in ElementType]: (data: Data) => boolean };
export const wellKept = ({ dtype, data }: Value): boolean => keeps[dtype](data);


/** The greatest magnitude of a list of numbers, 0 for none. */
export const greatest = (data: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < data.length; i += 1) most = Math.max(most, Math.abs(data[i] ?? NaN));
  return most;
};

/**
 * Equal sizes and type; i32 and bool equal, f32 within `tolerance` of the greater of 1 and the greatest wanted magnitude.
 * NaN agrees with nothing.
 */
export const close = (what: string, found: Value, wanted: Value, tolerance: number): Verdict => {
  if (found.dtype !== wanted.dtype || !sameSizes(found.sizes, wanted.sizes)) return breaks(`${what}: ${show(found)}, wanted ${show(wanted)}`);
  if (found.data.length !== wanted.data.length) return breaks(`${what}: ${found.data.length} numbers, wanted ${wanted.data.length}`);
  if (!wellKept(found)) return breaks(`${what}: ${found.dtype} in ${Object.prototype.toString.call(found.data).slice(8, -1)}`);
  const allowed = wanted.dtype === 'f32' ? tolerance * Math.max(1, greatest(wanted.data)) : 0;
  let [index, maxAbs, maxRel] = [-1, 0, 0];
  for (let i = 0; i < wanted.data.length; i += 1) {
    const [x, y] = [found.data[i] ?? NaN, wanted.data[i] ?? NaN];
    if (x === y) continue;
    const error = Math.abs(x - y);
    maxAbs = Math.max(maxAbs, error);
    maxRel = Math.max(maxRel, error / Math.abs(y));
    if (index < 0 && !(error <= allowed)) index = i;
  }
  return index < 0
    ? held
    : left({ _tag: 'Differs', what, index, place: coordinates(wanted.sizes, index), found: found.data[index] ?? NaN, wanted: wanted.data[index] ?? NaN, maxAbs, maxRel, tolerance: allowed });
};

/** Every number is finite. */
export const finite = (what: string, value: Value): Verdict => {
  const at = value.data.findIndex((x) => !Number.isFinite(x));
  return must(at < 0, () => `${what}: ${String(value.data[at])} at ${coordinates(value.sizes, at)}`);
};

/** One line, or the fault's own lines. */
export const printCounter = (c: Counter): string =>
  c._tag === 'Faults'
    ? printFault(c.fault)
    : c._tag === 'Breaks'
      ? c.what
      : `${c.what}: first at ${c.place}: ${c.found}, wanted ${c.wanted}; max abs error ${c.maxAbs.toExponential(2)}, max rel error ${c.maxRel.toExponential(2)}, tolerance ${c.tolerance.toExponential(2)}`;
