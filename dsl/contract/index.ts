/**
 * Contraction planning: every region of einsums, permutes, broadcasts and scalings becomes pairwise contractions in the
 * cheapest order, across blocks and between forward and backward.
 * idea:  read each region from its ends as one n-ary contraction of its leaves (`term.ts`), order all of them together so that
 *        shared values are paid for once (`share.ts`), and write them down again (`emit.ts`). TD's K and V disappear this way.
 * laws:  proofs/dsl/contract.ts: planned = unplanned
 */
import type { Node } from '../expr.ts';
import { closeGraph, onOperands } from '../graph.ts';
import { labelled } from '../node.ts';
import { emitter } from './emit.ts';
import { orderAll, taskOf } from './share.ts';
import { isRegional, reader, settled, type Term } from './term.ts';

export interface Contracted {
  readonly roots: readonly Node[];
  /** contractions of more than one printed operation */
  readonly regions: number;
}

/** Nodes that are needed as values: the roots, the operands of what belongs to no region, and the leaves of terms. */
const needed = (nodes: readonly Node[], roots: readonly Node[], termOf: (node: Node) => Term): ReadonlySet<Node> => {
  const wanted = new Set(roots);
  for (const node of [...nodes].reverse()) {
    if (!wanted.has(node)) continue;
    for (const used of isRegional(node) ? termOf(node).factors.map((f) => f.node) : node.operands) wanted.add(used);
  }
  return wanted;
};

/** The same values, with the contractions of each region in the cheapest order that was found. */
export const contract = (roots: readonly Node[]): Contracted => {
  const graph = closeGraph(roots);
  const termOf = reader();
  for (const node of graph.nodes) termOf(node); // operands first, so that no reading goes deep
  const wanted = needed(graph.nodes, graph.roots, termOf);
  const ids = new Map(graph.nodes.map((node, i) => [node, i]));
  const regional = graph.nodes.filter((node) => wanted.has(node) && isRegional(node));
  const tasks = regional.map((node) => taskOf(settled(termOf(node)), ids));
  const { orders } = orderAll(tasks);
  const taskAt = new Map(regional.map((node, i) => [node, i]));

  const written = new Map<Node, Node>();
  const rewritten = (node: Node): Node => written.get(node) ?? node;
  const emit = emitter(rewritten);
  for (const node of graph.nodes) {
    if (!wanted.has(node)) continue;
    const at = taskAt.get(node);
    const task = at === undefined ? undefined : tasks[at];
    if (task !== undefined && at !== undefined) written.set(node, labelled(emit(task, orders[at] ?? 0), node.path));
    else written.set(node, onOperands(node, node.operands.map(rewritten)));
  }
  return { roots: graph.roots.map(rewritten), regions: regional.filter((node) => node.operands.some((o) => isRegional(o) && !wanted.has(o))).length };
};
