/**
 * Order: the cheapest pairwise order of an n-ary contraction.
 * idea:  dynamic programming over subsets of operands, exact up to 10 of them; beyond, the cheapest pair first. What another
 *        contraction computes anyway costs nothing here: that is how forward and backward share.
 * laws:  proofs/dsl/contract.ts: the ordered contraction equals the n-ary one; no order of up to 5 operands is cheaper
 * source: Lam, Sadayappan & Wenger, On optimizing a class of multi-dimensional loops with reductions, 1997
 */

/** A leaf (operand index) or a pair of contractions. */
export type Order = number | readonly [Order, Order];

export interface Contraction {
  /** axes of each operand */
  readonly inputs: readonly (readonly number[])[];
  readonly output: readonly number[];
  readonly size: (axis: number) => number;
}

/** Multiply-adds that moving one byte is worth: about 100 G multiply-adds a second against about 12 GB a second. */
export const macsPerByte = 8;

/** Exact up to this many operands. */
const exactLimit = 10;

const product = (axes: Iterable<number>, size: (axis: number) => number): number => {
  let n = 1;
  for (const axis of axes) n *= size(axis);
  return n;
};

/** Axes that a subset of operands (as bits) still carries once everything inside it is contracted. */
export const carried = ({ inputs, output }: Contraction, subset: number): readonly number[] => {
  const outside = new Set(output);
  const inside = new Set<number>();
  inputs.forEach((axes, i) => { for (const axis of axes) ((subset >> i) & 1 ? inside : outside).add(axis); });
  return [...inside].filter((axis) => outside.has(axis));
};

/** Multiply-adds of a pair, plus the bytes that it reads and writes, in multiply-adds. */
export const pairCost = (a: readonly number[], b: readonly number[], result: readonly number[], size: (axis: number) => number): number =>
  product(new Set([...a, ...b]), size) + macsPerByte * 4 * (product(a, size) + product(b, size) + product(result, size));

/** The cheapest order, where `shared` says which subsets of operands are computed anyway. */
const exact = (what: Contraction, shared: (subset: number) => boolean): Order => {
  const count = 2 ** what.inputs.length;
  const names = [...new Set([...what.inputs.flat(), ...what.output])];
  const sizes = Float64Array.from(names, (axis) => what.size(axis));
  // carries[subset · names + axis]: whether a subset of operands still carries an axis; whole[subset]: elements of its value
  const carries = new Uint8Array(count * names.length);
  const whole = new Float64Array(count);
  for (let subset = 1; subset < count; subset += 1) {
    const kept = new Set(carried(what, subset));
    let elements = 1;
    names.forEach((axis, i) => {
      if (!kept.has(axis)) return;
      carries[subset * names.length + i] = 1;
      elements *= sizes[i] ?? 1;
    });
    whole[subset] = elements;
  }
  const costOf = (left: number, right: number, subset: number): number => {
    let work = 1;
    for (let i = 0, l = left * names.length, r = right * names.length; i < names.length; i += 1, l += 1, r += 1) if (carries[l] === 1 || carries[r] === 1) work *= sizes[i] ?? 1;
    return work + macsPerByte * 4 * ((whole[left] ?? 0) + (whole[right] ?? 0) + (whole[subset] ?? 0));
  };
  const best = new Float64Array(count);
  const split = new Int32Array(count);
  for (let subset = 1; subset < count; subset += 1) {
    if ((subset & (subset - 1)) === 0) continue;
    let least = Number.POSITIVE_INFINITY;
    for (let left = (subset - 1) & subset; left > 0; left = (left - 1) & subset) {
      const right = subset ^ left;
      if (left < right) continue;
      const cost = (best[left] ?? 0) + (best[right] ?? 0) + costOf(left, right, subset);
      if (cost < least) { least = cost; split[subset] = left; }
    }
    best[subset] = shared(subset) ? 0 : least;
  }
  const orderOf = (subset: number): Order => {
    if ((subset & (subset - 1)) === 0) return 31 - Math.clz32(subset);
    const left = split[subset] ?? 0;
    return [orderOf(subset ^ left), orderOf(left)];
  };
  return count === 1 ? 0 : orderOf(count - 1);
};

/** Cheapest pair first. */
const greedy = (what: Contraction): Order => {
  let parts = what.inputs.map((axes, i): { readonly axes: readonly number[]; readonly order: Order } => ({ axes, order: i }));
  while (parts.length > 1) {
    let chosen = { i: 0, j: 1, cost: Number.POSITIVE_INFINITY, result: what.output };
    for (let i = 0; i < parts.length; i += 1) {
      for (let j = i + 1; j < parts.length; j += 1) {
        const [a, b] = [parts[i]?.axes ?? [], parts[j]?.axes ?? []];
        const kept = new Set([...what.output, ...parts.flatMap((p, k) => (k === i || k === j ? [] : p.axes))]);
        const result = [...new Set([...a, ...b])].filter((axis) => kept.has(axis));
        const cost = pairCost(a, b, result, what.size);
        if (cost < chosen.cost) chosen = { i, j, cost, result };
      }
    }
    const { i, j, result } = chosen;
    parts = [...parts.filter((_, k) => k !== i && k !== j), { axes: result, order: [parts[i]?.order ?? 0, parts[j]?.order ?? 0] }];
  }
  return parts[0]?.order ?? 0;
};

const nothing = (): boolean => false;

/** The order in which to contract the operands pairwise. */
export const contractionOrder = (what: Contraction, shared: (subset: number) => boolean = nothing): Order => (what.inputs.length <= exactLimit ? exact(what, shared) : greedy(what));

/** The operands of an order, as bits. */
export const members = (order: Order): number => (typeof order === 'number' ? 2 ** order : members(order[0]) + members(order[1]));
