/**
 * Rearrange, repeat and reduce at run time: sizes to a plan of reshapes and one permutation.
 * idea:  open the groups (expand), move the axes, close the groups (sizes). Axes of size 1 written '1' appear only in reshapes.
 * laws:  rearrange there and back is the identity; the number of elements is kept; reduce 'sum' of all axes is the total
 */
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { type Fault, fault } from './fault.ts';
import { checkLayout, type LayoutPattern } from './layout.ts';
import { atoms, atomSize, describe, type Known, knownSizes, match, type Sizes, substitute } from './substitute.ts';

/** reshape to expand, permute by axes (output axis i is operand axis axes[i]), reshape to sizes */
export interface RearrangePlan {
  readonly expand: readonly number[];
  readonly axes: readonly number[];
  readonly sizes: readonly number[];
}
/** reshape to expand, permute by axes, reshape to insert (1 for every new axis), broadcast to stretch, reshape to sizes */
export interface RepeatPlan extends RearrangePlan {
  readonly insert: readonly number[];
  readonly stretch: readonly number[];
}
/**
 * Two equal readings. Sums: reshape to expand, einsum(inputs: [input], output), reshape to sizes, divide by count for a mean.
 * Maxima: reshape to expand, permute by axes (kept axes first), reshape to flat ([kept …, count]), maximum along the last axis,
 * reshape to sizes.
 */
export interface ReducePlan extends RearrangePlan {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly flat: readonly number[];
  /** how many elements are combined into one */
  readonly count: number;
}

interface Matched {
  readonly known: Known;
  /** input axes, groups opened */
  readonly ins: readonly (string | number)[];
  readonly outs: readonly (string | number)[];
}
const matched = ({ op, pattern, input, output, given }: LayoutPattern, sizes: readonly number[]): Either<Fault, Matched> => {
  const known = match(knownSizes(given), 'x', input, sizes);
  if (isLeft(known)) {
    const withSizes = Object.entries(given).map(([axis, d]) => `${axis}=${d.size}`);
    return left(fault('Shape', `${op} '${pattern}'`, [describe('x', input, sizes), ...(withSizes.length > 0 ? [`sizes: ${withSizes.join(' ')}`] : [])], known.left));
  }
  const batch = known.right.batch ?? [];
  return right({ known: known.right, ins: atoms(input, batch), outs: atoms(output, batch) });
};

/** The plan of a checked rearrange pattern. errors: a Shape fault that names the axis */
export const planRearrange = (pattern: LayoutPattern, sizes: readonly number[]): Either<Fault, RearrangePlan> => {
  const m = matched(pattern, sizes);
  if (isLeft(m)) return m;
  const { known, ins, outs } = m.right;
  return right({ expand: ins.map((a) => atomSize(known, a)), axes: outs.map((a) => ins.indexOf(a)), sizes: substitute(known, pattern.output) });
};

export const planRepeat = (pattern: LayoutPattern, sizes: readonly number[]): Either<Fault, RepeatPlan> => {
  const m = matched(pattern, sizes);
  if (isLeft(m)) return m;
  const { known, ins, outs } = m.right;
  return right({
    expand: ins.map((a) => atomSize(known, a)),
    axes: outs.flatMap((a) => (ins.includes(a) ? [ins.indexOf(a)] : [])),
    insert: outs.map((a) => (ins.includes(a) ? atomSize(known, a) : 1)),
    stretch: outs.map((a) => atomSize(known, a)),
    sizes: substitute(known, pattern.output),
  });
};

export const planReduce = (pattern: LayoutPattern, sizes: readonly number[]): Either<Fault, ReducePlan> => {
  const m = matched(pattern, sizes);
  if (isLeft(m)) return m;
  const { known, ins, outs } = m.right;
  const output = outs.map((a) => ins.indexOf(a));
  const reduced = ins.filter((a) => !outs.includes(a));
  const count = reduced.reduce<number>((n, a) => n * atomSize(known, a), 1);
  return right({
    expand: ins.map((a) => atomSize(known, a)),
    input: ins.map((_, i) => i),
    output,
    axes: [...output, ...reduced.map((a) => ins.indexOf(a))],
    flat: [...outs.map((a) => atomSize(known, a)), count],
    count,
    sizes: substitute(known, pattern.output),
  });
};

/** Run-time twins of `CheckRearrange`, `CheckRepeat`, `CheckReduce` with `Reshape` and `Reduce`. */
export const rearrangeShape = (pattern: string, given: Sizes, sizes: readonly number[]): Either<Fault, RearrangePlan> => {
  const checked = checkLayout('rearrange', pattern, given);
  return isLeft(checked) ? checked : planRearrange(checked.right, sizes);
};
export const repeatShape = (pattern: string, given: Sizes, sizes: readonly number[]): Either<Fault, RepeatPlan> => {
  const checked = checkLayout('repeat', pattern, given);
  return isLeft(checked) ? checked : planRepeat(checked.right, sizes);
};
export const reduceShape = (pattern: string, given: Sizes, sizes: readonly number[]): Either<Fault, ReducePlan> => {
  const checked = checkLayout('reduce', pattern, given);
  return isLeft(checked) ? checked : planReduce(checked.right, sizes);
};
