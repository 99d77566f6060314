/**
 * Views: reshapes at the edge of a graph that need no operation, for engines that bind memory.
 * idea:  a reshape of an input is an input with other sizes over the same memory, and a reshaped output is the value before it. Inside
 *        a graph a reshape costs nothing; at its edge a runtime copies, since memory that is bound is not its own.
 * not:   for files: whoever reads those expects the sizes of the weights.
 */
import { is, type Node, type Sizes } from '../expr.ts';
import type { Graph } from './proto.ts';

/** The node whose memory holds an output's numbers, and which may carry the output's name. */
export const origin = (node: Node, taken: (node: Node) => boolean): Node => {
  const [operand] = node.operands;
  return is('reshape', node) && operand !== undefined && operand.operands.length > 0 && !taken(operand) ? origin(operand, taken) : node;
};

/** Another name for a leaf in these sizes. */
export const viewName = (name: string, sizes: Sizes): string => `${name} [${sizes.join(', ')}]`;

/** Without operations, inputs and initialisers that no output needs. */
export const needed = (graph: Graph): Graph => {
  const used = new Set(graph.outputs.map(({ name }) => name));
  const operations = graph.operations.toReversed().filter(({ inputs, outputs }) => {
    const kept = outputs.some((name) => used.has(name));
    if (kept) for (const name of inputs) used.add(name);
    return kept;
  });
  const reached = ({ name }: { readonly name: string }): boolean => used.has(name);
  return { ...graph, operations: operations.toReversed(), inputs: graph.inputs.filter(reached), initialisers: graph.initialisers.filter(reached) };
};
