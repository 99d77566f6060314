/**
 * Contract: the cheapest pairwise order of an n-ary contraction.
 * idea:  dynamic programming over subsets of operands; the cost of a pair is the product of the sizes of all its axes.
 * laws:  proofs/dsl/lower.ts: the ordered contraction equals the n-ary one
 * source: Lam, Sadayappan & Wenger, On optimizing a class of multi-dimensional loops with reductions, 1997
 */

/** A leaf (operand index) or a pair of contractions. */
export type Order = number | readonly [Order, Order];

interface Best {
  readonly cost: number;
  readonly order: Order;
}

/** Axes that a subset of operands still carries once everything inside it is contracted. */
const carried = (inputs: readonly (readonly number[])[], output: readonly number[], subset: number): ReadonlySet<number> => {
  const inside = new Set(inputs.flatMap((axes, i) => ((subset >> i) & 1 ? axes : [])));
  const outside = new Set([...output, ...inputs.flatMap((axes, i) => ((subset >> i) & 1 ? [] : axes))]);
  return new Set([...inside].filter((a) => outside.has(a)));
};

/** Exact up to this many operands; beyond, operands are joined left to right in windows of this size. */
const exactLimit = 10;

const exact = (inputs: readonly (readonly number[])[], output: readonly number[], size: (axis: number) => number): Order => {
  const full = (1 << inputs.length) - 1;
  const best = new Map<number, Best>(inputs.map((_, i) => [1 << i, { cost: 0, order: i }]));
  const axesOf = Array.from({ length: full + 1 }, (_, subset) => carried(inputs, output, subset));
  for (let subset = 1; subset <= full; subset += 1) {
    if (best.has(subset)) continue;
    for (let left = (subset - 1) & subset; left > 0; left = (left - 1) & subset) {
      const right = subset ^ left;
      if (left < right) continue;
      const a = best.get(left);
      const b = best.get(right);
      if (a === undefined || b === undefined) continue;
      let work = 1;
      for (const axis of new Set([...(axesOf[left] ?? []), ...(axesOf[right] ?? [])])) work *= size(axis);
      const cost = a.cost + b.cost + work;
      const known = best.get(subset);
      if (known === undefined || cost < known.cost) best.set(subset, { cost, order: [b.order, a.order] });
    }
  }
  return best.get(full)?.order ?? 0;
};

/** The order in which to contract the operands pairwise. */
export const contractionOrder = (inputs: readonly (readonly number[])[], output: readonly number[], size: (axis: number) => number): Order => {
  if (inputs.length <= exactLimit) return exact(inputs, output, size);
  return inputs.map((_, i): Order => i).reduce((acc, i) => [acc, i]);
};
