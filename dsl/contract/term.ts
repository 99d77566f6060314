/**
 * Term: a region of einsums, permutes, broadcasts and scalings, read as one n-ary contraction of the region's leaves.
 * idea:  a contraction of contractions is a contraction. Reading always goes as deep as it can; what is worth keeping as a
 *        value of its own is decided later, by what the whole graph shares (`share.ts`).
 * laws:  proofs/dsl/contract.ts
 * not:   the order of the pairs, or new nodes.
 */
import { is, type Node, sameSizes } from '../expr.ts';

/** One operand of a term, times a number. Axes of size 1 are left out; a repeated axis takes the diagonal. */
export interface Factor {
  readonly node: Node;
  readonly axes: readonly number[];
  readonly by: number;
}

export interface Term {
  readonly factors: readonly Factor[];
  /** for each axis of the value its number, or `one` for an axis of size 1 */
  readonly output: readonly number[];
  /** size of each axis; an output axis that no factor has is repeated */
  readonly sizes: readonly number[];
  readonly scale: number;
}

/** Marks an axis of size 1 in `Term.output`. */
export const one = -1;

/** More factors than this in one term are not gathered: the order is chosen exactly up to here. */
const mostFactors = 10;

const isWide = (n: number): boolean => n !== 1;
/** The axes of a value, numbered from 0 without those of size 1. */
const numbered = (sizes: readonly number[]): readonly number[] => {
  let next = 0;
  return sizes.map((n) => (n === 1 ? one : next++));
};
/** The same number everywhere. */
const constantly = (scale: number, sizes: readonly number[]): Term => ({ factors: [], output: numbered(sizes), sizes: sizes.filter(isWide), scale });
const leaf = (node: Node): Term => {
  const sizes = node.sizes.filter(isWide);
  return { ...constantly(1, node.sizes), factors: [{ node, axes: sizes.map((_, i) => i), by: 1 }] };
};
const isUniform = (node: Node): node is Node<'fill'> => is('fill', node) && node.dtype === 'f32' && Number.isFinite(node.params.value) && !node.sizes.includes(0);

/** The value of a node that is the same number everywhere. */
const uniform = (node: Node): number | undefined => {
  if (is('fill', node)) return node.params.value;
  const [operand] = node.operands;
  return operand !== undefined && (is('broadcast', node) || is('reshape', node)) ? uniform(operand) : undefined;
};

/** A node that multiplies one operand by a number: that operand and the number. */
const scaling = (node: Node): { readonly of: Node; readonly by: number } | undefined => {
  const [a, b] = node.operands;
  if (a === undefined) return undefined;
  if (is('map', node)) return node.params.fn === 'neg' ? { of: a, by: -1 } : undefined;
  if (!is('zip', node) || b === undefined) return undefined;
  const [left, right] = [uniform(a), uniform(b)];
  const by = node.params.fn === 'mul' ? (right ?? left) : node.params.fn === 'div' && right !== undefined && right !== 0 ? 1 / right : undefined;
  const of = right === undefined ? b : a;
  return by !== undefined && Number.isFinite(by) && sameSizes(of.sizes, node.sizes) ? { of, by } : undefined;
};

/**
 * The operands of a node that is part of a region, each with the axes that it contributes, or undefined for a node that is not.
 * `output` and `sizes` as in a term; axes of size 1 are `one`.
 */
interface Shell {
  readonly inputs: readonly (readonly number[])[];
  readonly output: readonly number[];
  readonly sizes: readonly number[];
  readonly operands: readonly Node[];
  readonly scale: number;
}

const shellOf = (node: Node): Shell | undefined => {
  const [operand] = node.operands;
  if (node.dtype !== 'f32' || operand === undefined || node.sizes.includes(0) || node.operands.some((o) => o.dtype !== 'f32' || o.sizes.includes(0))) return undefined;
  const axes = numbered(operand.sizes);
  const unary = (output: readonly number[], sizes: readonly number[]): Shell => ({ inputs: [axes], output, sizes, operands: [operand], scale: 1 });
  const wide = operand.sizes.filter(isWide);
  if (is('einsum', node)) {
    const size = new Map<number, number>();
    node.params.inputs.forEach((input, i) => input.forEach((axis, k) => size.set(axis, node.operands[i]?.sizes[k] ?? 1)));
    const names = [...size.keys()].filter((axis) => size.get(axis) !== 1);
    const named = (list: readonly number[]): readonly number[] => list.map((axis) => names.indexOf(axis));
    return { inputs: node.params.inputs.map(named), output: named(node.params.output), sizes: names.map((axis) => size.get(axis) ?? 1), operands: node.operands, scale: 1 };
  }
  if (is('permute', node)) return unary(node.params.axes.map((a) => axes[a] ?? one), wide);
  if (is('stopGradient', node)) return unary(axes, wide);
  if (is('reshape', node)) return sameSizes(wide, node.sizes.filter(isWide)) ? unary(numbered(node.sizes), wide) : undefined;
  if (is('broadcast', node)) {
    const sizes = [...wide];
    const output = node.sizes.map((n, i) => {
      if (n === 1 || operand.sizes[i] === n) return axes[i] ?? one;
      sizes.push(n);
      return sizes.length - 1;
    });
    return unary(output, sizes);
  }
  const scaled = scaling(node);
  return scaled === undefined ? undefined : { inputs: [numbered(scaled.of.sizes)], output: numbered(scaled.of.sizes), sizes: scaled.of.sizes.filter(isWide), operands: [scaled.of], scale: scaled.by };
};

/** Whether a node belongs to regions. */
export const isRegional = (node: Node): boolean => shellOf(node) !== undefined;

/** A shell whose operands are replaced by their terms. */
const joined = (shell: Shell, parts: readonly Term[]): Term => {
  const sizes = [...shell.sizes];
  const factors: Factor[] = [];
  let { scale } = shell;
  const free: number[] = [];
  parts.forEach((part, i) => {
    const outer = shell.inputs[i] ?? [];
    const renamed = new Map<number, number>();
    // An axis that a diagonal repeats in the shell may be one axis of the part twice; an axis of the part may be given two names: join them.
    part.output.forEach((axis, k) => { if (axis !== one) renamed.set(axis, outer[k] ?? one); });
    const nameOf = (axis: number): number => {
      const known = renamed.get(axis);
      if (known !== undefined) return known;
      sizes.push(part.sizes[axis] ?? 1);
      renamed.set(axis, sizes.length - 1);
      return sizes.length - 1;
    };
    const used = new Set<number>();
    for (const factor of part.factors) {
      const axes = factor.axes.map(nameOf);
      for (const axis of axes) used.add(axis);
      factors.push({ ...factor, axes });
    }
    scale *= part.scale;
    for (const axis of new Set(outer)) if (axis !== one && !used.has(axis)) free.push(axis);
  });
  // A repeated axis that no factor has and that is summed multiplies by its size.
  const carriedBySome = new Set(factors.flatMap((f) => [...f.axes]));
  for (const axis of new Set(free)) if (!carriedBySome.has(axis) && !shell.output.includes(axis)) scale *= sizes[axis] ?? 1;
  return { factors, output: shell.output, sizes, scale };
};

/** Whether each output axis of a term is another one: then it may be read inside a larger term. */
const isPlain = (term: Term): boolean => {
  const wide = term.output.filter((axis) => axis !== one);
  return new Set(wide).size === wide.length;
};

/** The reader of one graph: every node's term, as deep as it goes. */
export const reader = (): ((node: Node) => Term) => {
  const known = new Map<Node, Term>();
  const read = (node: Node): Term => {
    const found = known.get(node);
    if (found !== undefined) return found;
    const shell = shellOf(node);
    const term = shell !== undefined ? assembled(shell) : isUniform(node) ? constantly(node.params.value, node.sizes) : leaf(node);
    known.set(node, term);
    return term;
  };
  /** The deepest reading of the operands that stays within the limit: the smallest ones are opened first. */
  const assembled = (shell: Shell): Term => {
    const deep = shell.operands.map(read);
    const parts = shell.operands.map(leaf);
    let count = parts.length;
    const bySize = deep.map((term, i) => ({ term, i })).sort((a, b) => a.term.factors.length - b.term.factors.length || a.i - b.i);
    for (const { term, i } of bySize) {
      if (!isPlain(term) || count - 1 + term.factors.length > mostFactors) continue;
      count += term.factors.length - 1;
      parts[i] = term;
    }
    return joined(shell, parts);
  };
  return read;
};

const elementsOf = (term: Term, axes: readonly number[]): number => axes.reduce((n, axis) => n * (term.sizes[axis] ?? 1), 1);

/** The output axes that some factor has. */
export const carriedOutput = (term: Term): readonly number[] => term.output.filter((axis) => axis !== one && term.factors.some((f) => f.axes.includes(axis)));

/** The same term with its number on its smallest factor, when that is smaller than the value. */
export const settled = (term: Term): Term => {
  const sizes = term.factors.map((f) => elementsOf(term, f.axes));
  const least = Math.min(...sizes);
  if (term.scale === 1 || least >= elementsOf(term, carriedOutput(term))) return term;
  const at = sizes.indexOf(least);
  return { ...term, scale: 1, factors: term.factors.map((factor, i) => (i === at ? { ...factor, by: factor.by * term.scale } : factor)) };
};
