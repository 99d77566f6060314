/**
 * Graph: closing a set of nodes for interpretation; equal sub-expressions become one node.
 * idea:  hash-consing at closing time, with a table that lives only as long as the call, so no global state is needed.
 * laws:  proofs/dsl/graph.ts: closing is idempotent and keeps every value
 */
import type { Node } from './expr.ts';
import { interner } from './intern.ts';

export interface Graph {
  /** every distinct node once, operands before users, in a deterministic order */
  readonly nodes: readonly Node[];
  readonly roots: readonly Node[];
}

/** The node on other operands; itself if they are its own. */
export const onOperands = (node: Node, operands: readonly Node[]): Node => (operands.every((o, i) => o === node.operands[i]) ? node : Object.freeze({ ...node, operands }));

/** The node with each operand replaced; itself, and nothing new, if each stays. */
export const withOperands = (node: Node, by: (operand: Node) => Node): Node => {
  const { operands } = node;
  for (const operand of operands) if (by(operand) !== operand) return Object.freeze({ ...node, operands: operands.map(by) });
  return node;
};

/** The graph of the given roots, by a table that may know some of its nodes. Depth is not limited by the call stack. */
export const closeGraph = (roots: readonly Node[], table = interner()): Graph => {
  /** of every node seen the one of the table; those of the table stand for themselves */
  const canonical = new Map<Node, Node>();
  const nodes: Node[] = [];
  const now = (node: Node): Node => canonical.get(node) ?? node;

  const close = (node: Node): void => {
    const own = table.has(node) ? node : table.intern(withOperands(node, now));
    if (own !== node) canonical.set(node, own);
    if (canonical.has(own)) return;
    canonical.set(own, own);
    nodes.push(own);
  };

  // the way from a root to where the walk is, and how many operands of each node on it were visited
  const path: Node[] = [];
  const visited: number[] = [];
  for (const root of roots) {
    if (canonical.has(root)) continue;
    path.push(root);
    visited.push(0);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const next = visited[visited.length - 1] ?? 0;
      const operand = node.operands[next];
      if (operand === undefined) {
        path.pop();
        visited.pop();
        if (!canonical.has(node)) close(node);
      } else {
        visited[visited.length - 1] = next + 1;
        if (!canonical.has(operand)) {
          path.push(operand);
          visited.push(0);
        }
      }
    }
  }
  return { nodes, roots: roots.map(now) };
};
