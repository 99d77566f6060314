/**
 * Einsum by definition: for every output index, the sum over all other axes of the product of the operands.
 * idea:  the places that each operand visits are listed once for the output axes and once for the summed axes;
 *        a repeated axis moves by the sum of its steps, which is the diagonal.
 * source: Einstein's summation convention; NumPy's einsum in its explicit form
 */
import { elements, type Node } from '../../expr.ts';
import { at, nth, offsets, strides, zeros, type Numbers } from './arrays.ts';

/** Value of a contraction of any number of operands. */
export const einsum = (node: Node<'einsum'>, operands: readonly Numbers[]): Numbers => {
  const { inputs, output } = node.params;
  const sizeOf = new Map<number, number>();
  inputs.forEach((axes, o) => axes.forEach((axis, i) => sizeOf.set(axis, at(nth(node.operands, o, 'einsum').sizes, i))));
  const summed = [...sizeOf.keys()].filter((axis) => !output.includes(axis));
  const sizes = (axes: readonly number[]): number[] => axes.map((axis) => sizeOf.get(axis) ?? NaN);

  const visits = inputs.map((axes, o) => {
    const own = strides(nth(node.operands, o, 'einsum').sizes);
    const step = (axis: number): number => axes.reduce((sum, a, i) => sum + (a === axis ? at(own, i) : 0), 0);
    return { kept: offsets(sizes(output), output.map(step)), over: offsets(sizes(summed), summed.map(step)), values: nth(operands, o, 'einsum') };
  });

  const out = zeros(node);
  const terms = elements(sizes(summed));
  const [first, second] = visits;
  if (first !== undefined && second !== undefined && visits.length === 2) {
    for (let m = 0; m < out.length; m += 1) {
      let sum = 0;
      const a = at(first.kept, m);
      const b = at(second.kept, m);
      for (let k = 0; k < terms; k += 1) sum += (first.values[a + (first.over[k] ?? NaN)] ?? NaN) * (second.values[b + (second.over[k] ?? NaN)] ?? NaN);
      out[m] = sum;
    }
    return out;
  }
  for (let m = 0; m < out.length; m += 1) {
    let sum = 0;
    for (let k = 0; k < terms; k += 1) {
      let product = 1;
      for (const { kept, over, values } of visits) product *= at(values, at(kept, m) + at(over, k));
      sum += product;
    }
    out[m] = sum;
  }
  return out;
};
