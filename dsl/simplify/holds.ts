/**
 * Holds: how many users each node has while a graph is being rewritten.
 * idea:  reference counts. A node that nobody holds lets go of its operands; one that is held again holds them again.
 */
import type { Node } from '../expr.ts';
import type { Graph } from '../graph.ts';

export interface Holds {
  readonly once: (node: Node) => boolean;
  /** all users of a node turn to another */
  readonly move: (from: Node, to: Node) => void;
}

/** Counts of a closed graph. `now` is what became of a node: its users are counted there. */
export const holdsOf = (graph: Graph, now: (node: Node) => Node): Holds => {
  const counts = new Map<Node, number>();
  const add = (first: Node, times: number): void => {
    const stack: (readonly [Node, number])[] = [[first, times]];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const [node, change] = top;
      const before = counts.get(node) ?? 0;
      const after = before + change;
      counts.set(node, after);
      if (before === 0 && after > 0) for (const o of node.operands) stack.push([now(o), 1]);
      if (before > 0 && after === 0) for (const o of node.operands) stack.push([now(o), -1]);
    }
  };
  for (const root of graph.roots) add(root, 1);
  return {
    once: (node) => counts.get(node) === 1,
    move: (from, to) => {
      const times = counts.get(from) ?? 0;
      if (from === to || times === 0) return;
      add(to, times);
      add(from, -times);
    },
  };
};
