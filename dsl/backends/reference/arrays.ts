/**
 * Arrays: row-major values as typed arrays, and the index arithmetic that every layout operation shares.
 * idea:  one function, `offsets`, lists the places that an index space visits; transposing, stretching, cutting and
 *        contracting differ only in the strides they give it.
 * laws:  offsets(sizes, strides(sizes)) = 0, 1, 2 …
 */
import { fault, raise } from '../../../shapes/fault.ts';
import { elements, type Data, type ElementType, type Sizes } from '../../expr.ts';

/** A value while it is computed: f32 is held in double precision. */
export type Numbers = Float64Array | Int32Array | Uint8Array;

const makers = {
  f32: (length: number): Numbers => new Float64Array(length),
  i32: (length: number): Numbers => new Int32Array(length),
  bool: (length: number): Numbers => new Uint8Array(length),
} as const satisfies { readonly [T in ElementType]: (length: number) => Numbers };

/** Zeros for a value of these sizes and type. */
export const zeros = (of: { readonly sizes: Sizes; readonly dtype: ElementType }): Numbers => makers[of.dtype](elements(of.sizes));

/** Outside data as an array of its own, f32 widened to double. */
export const copied = (data: Data): Numbers =>
  data instanceof Float32Array ? Float64Array.from(data) : data.slice();

/** Element i; a place outside the array is NaN, so that a wrong index shows in the result. */
export const at = (values: ArrayLike<number>, i: number): number => values[i] ?? NaN;

/** Steps between neighbours along each axis of a row-major array. */
export const strides = (sizes: Sizes): readonly number[] => {
  const steps: number[] = [];
  let step = 1;
  for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
    steps[axis] = step;
    step *= at(sizes, axis);
  }
  return steps;
};

/** Strides of an operand seen through larger sizes of the same rank: axes of size 1 do not move. */
export const stretched = (from: Sizes): readonly number[] => strides(from).map((step, axis) => (from[axis] === 1 ? 0 : step));

/** Place of every element of an index space in row-major order, when axis i moves by steps[i]. */
export const offsets = (sizes: Sizes, steps: readonly number[], start = 0): Int32Array => {
  let places = Int32Array.of(start);
  sizes.forEach((size, axis) => {
    const step = at(steps, axis);
    const wider = new Int32Array(places.length * size);
    for (let i = 0, o = 0; i < places.length; i += 1) for (let j = 0, place = at(places, i); j < size; j += 1, o += 1, place += step) wider[o] = place;
    places = wider;
  });
  return places;
};

/** Element i of a list that must have one; a node with too few operands is a defect. */
export const nth = <T>(list: readonly T[], i: number, where: string): T =>
  list[i] ?? raise(fault('Defect', where, [`${list.length} operands`], `operand ${i}`, 'please report this'));
