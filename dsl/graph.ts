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

/** What stands in a graph, each node once, operands before users. Depth is not limited by the call stack. */
const walk = (roots: readonly Node[], isDone: (node: Node) => boolean, leave: (node: Node) => void): void => {
  // the way from a root to where the walk is, and how many operands of each node on it were looked at
  const path: Node[] = [];
  const looked: number[] = [];
  const enter = (node: Node): void => {
    path.push(node);
    looked.push(0);
  };
  for (const root of roots) {
    if (isDone(root)) continue;
    enter(root);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const next = looked.pop() ?? 0;
      const operand = next < node.operands.length ? node.operands[next] : undefined;
      if (operand === undefined) {
        path.pop();
        if (!isDone(node)) leave(node);
      } else {
        looked.push(next + 1);
        if (!isDone(operand)) enter(operand);
      }
    }
  }
};

/** The graph of the roots as they are. */
export const graphOf = (roots: readonly Node[]): Graph => {
  const nodes = new Set<Node>();
  walk(roots, (node) => nodes.has(node), (node) => nodes.add(node));
  return { nodes: [...nodes], roots };
};

/** The graph of the given roots, by a table that may know some of its nodes: of those it takes no more than a look at each operand. */
export const closeGraph = (roots: readonly Node[], table = interner()): Graph => {
  /** what nodes that are not of the table became */
  const canonical = new Map<Node, Node>();
  const now = (node: Node): Node => canonical.get(node) ?? node;
  const nodes: Node[] = [];
  /** 1 for nodes of the table that are listed */
  let listed = new Uint8Array(table.size() + 64);
  const list = (node: Node, number: number): void => {
    if (number >= listed.length) {
      const longer = new Uint8Array(2 * number);
      longer.set(listed);
      listed = longer;
    }
    if (listed[number] === 1) return;
    listed[number] = 1;
    nodes.push(node);
  };
  const isDone = (node: Node): boolean => {
    const number = table.numberOf(node);
    return number < 0 ? canonical.has(node) : listed[number] === 1;
  };
  walk(roots, isDone, (node) => {
    const number = table.numberOf(node);
    if (number >= 0) return list(node, number);
    const own = table.intern(withOperands(node, now));
    if (own !== node) canonical.set(node, own);
    list(own, table.numberOf(own));
  });
  return { nodes, roots: roots.map(now) };
};
