/**
 * Recipe: graphs that a rule makes of a node, noted once and made again on the operands of every node of the same form.
 * idea:  a rule (a gradient, a lowering) looks at parameters, types and sizes, never at what an operand is. So it is asked once for each form,
 *        on inputs that stand for the operands; to follow its recipe is to put the operands in their places, each new node straight into a
 *        table. Rules stay functions that build nodes; a trunk of fifty blocks pays them for one.
 * laws:  proofs/dsl/lower.ts, proofs/dsl/gradient.ts: of what is made by recipes
 */
import type { Node } from './expr.ts';
import { graphOf } from './graph.ts';
import type { Interner } from './intern.ts';
import { input } from './node.ts';

/** How one value is made. */
export interface Recipe {
  /** operands before users; `from` counts the places first, then the steps */
  readonly steps: readonly { readonly node: Node; readonly from: readonly number[] }[];
  /** the value, counted likewise */
  readonly result: number;
}

/** Nodes that stand for others. */
export const placesFor = (nodes: readonly Node[]): readonly Node[] => nodes.map((node, i) => input(`place ${i}`, node.sizes, node.dtype));

/** The recipe of a value that was made of places. A place may be a node on places before it. */
export const recipeOf = (places: readonly Node[], value: Node): Recipe => {
  const { nodes, roots } = graphOf([...places, value]);
  const at = new Map(nodes.map((node, i) => [node, i]));
  const numberOf = (node: Node): number => at.get(node) ?? -1;
  return { steps: nodes.slice(places.length).map((node) => ({ node, from: node.operands.map(numberOf) })), result: roots.slice(-1).map(numberOf)[0] ?? -1 };
};

/** The value of a recipe on nodes of a table, as a node of it. */
export const follow = ({ steps, result }: Recipe, given: readonly Node[], table: Interner): Node | undefined => {
  const made = [...given];
  for (const { node, from } of steps) made.push(table.intern(from.length === 0 ? node : Object.freeze({ ...node, operands: from.map((i) => made[i] ?? node) })));
  return made[result];
};
