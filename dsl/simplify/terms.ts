/**
 * Terms: an einsum as operands with named axes, and what may be done to the names.
 */
import { einsum, reshape } from '../build.ts';
import { elements, is, type Node } from '../expr.ts';
import { fill } from '../node.ts';
import { operandOf, spread, times } from './views.ts';

/** An operand and the names of its axes. */
export interface Term {
  readonly node: Node;
  readonly axes: readonly number[];
}
export const termsOf = (node: Node<'einsum'>): readonly Term[] => node.operands.map((o, i) => ({ node: o, axes: node.params.inputs[i] ?? [] }));
export const einsumOf = (terms: readonly Term[], output: readonly number[]): Node => einsum(terms.map((t) => t.axes), output, terms.map((t) => t.node));

export const sizesOf = (terms: readonly Term[]): ReadonlyMap<number, number> => new Map(terms.flatMap((t) => t.axes.map((axis, i) => [axis, t.node.sizes[i] ?? 0] as const)));
export const isEmpty = (node: Node): boolean => elements(node.sizes) === 0 || node.operands.some((o) => elements(o.sizes) === 0);

/** A term without some of its places, along each of which it has one element. */
export const without = (term: Term, gone: (place: number) => boolean): Term => {
  const keep = term.axes.flatMap((_, i) => (gone(i) ? [] : [i]));
  return { node: reshape(term.node, keep.map((i) => term.node.sizes[i] ?? 1)), axes: keep.map((i) => term.axes[i] ?? 0) };
};

/** The einsum on terms that lost axes or factors: what is in no term any more is a factor where it was summed, else a broadcast. */
export const onFewer = (node: Node<'einsum'>, terms: readonly Term[], factor = 1): Node => {
  const left = new Set(terms.flatMap((t) => t.axes));
  const summed = [...sizesOf(termsOf(node))].reduce((k, [axis, n]) => (left.has(axis) || node.params.output.includes(axis) ? k : k * n), factor);
  const at = node.params.output.flatMap((axis, i) => (left.has(axis) ? [i] : []));
  const made = terms.length === 0 ? fill(1, []) : einsumOf(terms, node.params.output.filter((axis) => left.has(axis)));
  return spread(times(made, summed), node.sizes, at);
};

/** x as a broadcast of fewer elements: the term of the operand, without the axes along which it repeats. */
export const unrepeated = (term: Term): Term => {
  if (!is('broadcast', term.node)) return term;
  const { sizes } = term.node;
  const inner = operandOf(term.node);
  return without({ node: inner, axes: term.axes }, (i) => inner.sizes[i] !== sizes[i]);
};
