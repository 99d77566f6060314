/**
 * Rule: an equation between expressions as data, read from left to right.
 * idea:  a rule looks at one node and what is below it, and returns the right side, or nothing where the left side isn't there.
 *        Every node below is simple already. Values are equal up to rounding, NaN and infinities included, but for the sign of
 *        zero and for results beyond the greatest f32; a rule that asks for more says so.
 * laws:  proofs/dsl/simplify: each rule on graphs that contain its left side
 */
import type { Node, Primitive } from '../expr.ts';

/** Whether a node has a single user (a root counts as used once more); what has several is not worth taking apart. */
export type Once = (node: Node) => boolean;

export interface Rule {
  /** in words of the language: `permute(permute x) = permute x` */
  readonly equation: string;
  /** the primitives at the top of the left side */
  readonly at: readonly Primitive[];
  readonly rewrite: (node: Node, once: Once) => Node | undefined;
}

const among = <P extends Primitive>(at: readonly P[], node: Node): node is Node<P> => at.some((p) => p === node.primitive);

/** A rule for nodes of one or a few primitives. */
export const rule = <P extends Primitive>(at: readonly P[], equation: string, rewrite: (node: Node<P>, once: Once) => Node | undefined): Rule => ({
  at,
  equation,
  rewrite: (node, once) => (among(at, node) ? rewrite(node, once) : undefined),
});
