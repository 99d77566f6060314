/**
 * Simplify: an equal graph that asks for less.
 * idea:  rules as data, each an equation with a law of its own; a driver that applies them to a fixed point in time linear in the
 *        graph. No rule increases work (moving an element 1, computing it 2, a factor of a term of an einsum 1; reshapes are
 *        free): each lessens it, or, where it stays, brings numbers and layouts together so that another can. The file of a
 *        rule states what it lessens, in what order; hence the end.
 * laws:  proofs/dsl/simplify
 * not:   contraction planning (`dsl/contract`) or lowering (`dsl/lower.ts`). Meant for graphs that won't be differentiated any
 *        more: `stopGradient` goes.
 */
import type { Node } from '../expr.ts';
import { type Rewritten, simplifyBy } from './driver.ts';
import { plainRules, type RuleName, rules } from './rules.ts';

export { type Rules, simplifyBy } from './driver.ts';
export { type Rule } from './rule.ts';
export { type RuleName, rules } from './rules.ts';

/** `roots`: a closed graph with the values, sizes and types of the given one. `fired`: how often each rule was used. */
export type Simplified = Rewritten<RuleName>;

/**
 * The same values by less work.
 * errors: a defect, when a rule changes a shape or rules undo each other
 * @example
 * import assert from 'node:assert';
 * import { inputNode, nodes, print, simplify } from 'molt/dsl';
 *
 * // −(−x)ᵀ, transposed: nothing is left to do
 * const x = inputNode('x', [2, 3]);
 * const { roots, fired } = simplify([nodes.neg(nodes.permute(nodes.neg(nodes.permute(x, [1, 0])), [1, 0]))]);
 * assert.strictEqual(print(roots), print([x]));
 * assert.deepStrictEqual([...fired.keys()].toSorted(), ['functions together', 'map of layout', 'permute of permute']);
 */
export const simplify: (roots: readonly Node[]) => Simplified = simplifyBy(rules);

/**
 * The same values by less work, with every einsum in the form that it has: for a lowered graph, whose reshapes and permutes meet.
 * errors: as `simplify`
 */
export const tidy = (roots: readonly Node[]): readonly Node[] => simplifyBy(plainRules)(roots).roots;
