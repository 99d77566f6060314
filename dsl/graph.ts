/**
 * Graph: closing a set of nodes for interpretation; equal sub-expressions become one node.
 * idea:  hash-consing at closing time, with a table that lives only as long as the call, so no global state is needed.
 * laws:  proofs/dsl/graph.ts: closing is idempotent and keeps every value
 */
import type { Node } from './expr.ts';

export interface Graph {
  /** every distinct node once, operands before users, in a deterministic order */
  readonly nodes: readonly Node[];
  readonly roots: readonly Node[];
}

/** Constants up to this many elements are compared by content, larger ones by identity. */
const contentLimit = 4096;

const numbers = (data: ArrayLike<number>): string => Array.prototype.join.call(data, ',');

/** The graph of the given roots. Depth is not limited by the call stack. */
export const closeGraph = (roots: readonly Node[]): Graph => {
  const interned = new Map<string, Node>();
  const idOf = new Map<Node, number>();
  const canonical = new Map<Node, Node>();
  const dataIds = new Map<object, number>();
  const nodes: Node[] = [];

  const dataKey = (data: ArrayLike<number> & object): string => {
    if (data.length <= contentLimit) return numbers(data);
    const id = dataIds.get(data) ?? dataIds.size;
    dataIds.set(data, id);
    return `#${id}`;
  };
  const keyOf = (node: Node, operands: readonly Node[]): string => {
    const params = 'data' in node.params ? dataKey(node.params.data) : JSON.stringify(node.params, (_, v: unknown) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v));
    return `${node.primitive}|${node.dtype}|${node.sizes.join(',')}|${operands.map((o) => idOf.get(o)).join(',')}|${params}`;
  };
  const intern = (node: Node): void => {
    const operands = node.operands.map((o) => canonical.get(o) ?? o);
    const key = keyOf(node, operands);
    const known = interned.get(key);
    if (known !== undefined) {
      canonical.set(node, known);
      return;
    }
    const own = operands.every((o, i) => o === node.operands[i]) ? node : Object.freeze({ ...node, operands });
    interned.set(key, own);
    idOf.set(own, nodes.length);
    canonical.set(node, own);
    nodes.push(own);
  };

  const stack: { readonly node: Node; next: number }[] = [];
  for (const root of roots) {
    if (canonical.has(root)) continue;
    stack.push({ node: root, next: 0 });
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const operand = top.node.operands[top.next];
      if (operand === undefined) {
        stack.pop();
        if (!canonical.has(top.node)) intern(top.node);
      } else {
        top.next += 1;
        if (!canonical.has(operand)) stack.push({ node: operand, next: 0 });
      }
    }
  }
  return { nodes, roots: roots.map((r) => canonical.get(r) ?? r) };
};
