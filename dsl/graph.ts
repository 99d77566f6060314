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

/** The graph of the given roots, by a table that may know some of its nodes. Depth is not limited by the call stack. */
export const closeGraph = (roots: readonly Node[], table = interner()): Graph => {
  const canonical = new Map<Node, Node>();
  const listed = new Set<Node>();

  const close = (node: Node): void => {
    const own = table.intern(table.has(node) ? node : onOperands(node, node.operands.map((o) => canonical.get(o) ?? o)));
    canonical.set(node, own);
    listed.add(own);
  };

  const stack: { readonly node: Node; next: number }[] = [];
  for (const root of roots) {
    if (canonical.has(root)) continue;
    stack.push({ node: root, next: 0 });
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const operand = top.node.operands[top.next];
      if (operand === undefined) {
        stack.pop();
        if (!canonical.has(top.node)) close(top.node);
      } else {
        top.next += 1;
        if (!canonical.has(operand)) stack.push({ node: operand, next: 0 });
      }
    }
  }
  return { nodes: [...listed], roots: roots.map((r) => canonical.get(r) ?? r) };
};
