/**
 * Substitute: a graph with some of its leaves replaced by other graphs of the same sizes.
 * idea:  one graph's outputs become another's inputs, so parts that were built apart are costed, planned and run as one.
 */
import { fault, raise } from '../shapes/fault.ts';
import type { Node } from './expr.ts';
import { closeGraph } from './graph.ts';

const described = (node: Node): string => `${node.dtype}[${node.sizes.join(', ')}]`;

/**
 * The roots with every leaf replaced for which `by` gives a node.
 * @throws MoltError (Shape) if a node has another type or other sizes than the leaf it replaces
 */
export const substitute = (roots: readonly Node[], by: (leaf: Node) => Node | undefined): readonly Node[] => {
  const graph = closeGraph(roots);
  const made = new Map<Node, Node>();
  for (const node of graph.nodes) {
    const operands = node.operands.map((o) => made.get(o) ?? o);
    const other = node.operands.length === 0 ? by(node) : undefined;
    if (other !== undefined && described(other) !== described(node)) return raise(fault('Shape', 'substitute', [described(other)], described(node)));
    made.set(node, other ?? (operands.every((o, i) => o === node.operands[i]) ? node : Object.freeze({ ...node, operands })));
  }
  return graph.roots.map((r) => made.get(r) ?? r);
};
