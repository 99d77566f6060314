/**
 * Driver: rewrites a graph by rules until none applies.
 * idea:  one pass goes through the closed graph from the leaves up. A node whose operands are simple is tried against the rules
 *        of its primitive; what a rule makes is simplified in turn before anyone sees it. Every node goes through one table, so
 *        equal expressions are one node at any time, and the counts of users are kept as the graph changes. Passes repeat until
 *        nothing fires: usually two. Work is linear in the nodes and the firings; depth is not limited by the call stack.
 * laws:  proofs/dsl/simplify: rewritten = unrewritten; simplifying again fires nothing
 */
import { fault, raise } from '../../shapes/fault.ts';
import type { Node, Primitive } from '../expr.ts';
import { closeGraph, type Graph, graphOf, onOperands } from '../graph.ts';
import { interner, type Interner } from '../intern.ts';
import { labelled } from '../node.ts';
import { holdsOf } from './holds.ts';
import type { Rule } from './rule.ts';

export type Rules<N extends string> = { readonly [R in N]: Rule };

/** A closed graph of the same values, and how often each rule was used to make it. */
export interface Rewritten<N extends string> {
  readonly roots: readonly Node[];
  readonly fired: ReadonlyMap<N, number>;
}

type Named<N extends string> = readonly [name: N, rule: Rule];
type Fire<N extends string> = (name: N) => void;

const sameType = (a: Node, b: Node): boolean => a.dtype === b.dtype && a.sizes.length === b.sizes.length && a.sizes.every((n, i) => n === b.sizes[i]);

/** The graph after one pass. */
const pass = <N extends string>(graph: Graph, table: Interner, rulesAt: (p: Primitive) => readonly Named<N>[], fire: Fire<N>): readonly Node[] => {
  /** what became of a node in this pass */
  const simple = new Map<Node, Node>();
  const now = (node: Node): Node => simple.get(node) ?? node;
  const { once, move } = holdsOf(graph, now);

  /** The right side of a rule as nodes of the table; what is new in it was made by the block of the left side. */
  const placed = (node: Node, path: string): Node => now(table.has(node) ? node : table.intern(labelled(onOperands(node, node.operands.map((o) => placed(o, path))), path)));

  const rewritten = (node: Node): Node | undefined => {
    for (const [name, { rewrite }] of rulesAt(node.primitive)) {
      const made = rewrite(node, once);
      if (made === undefined) continue;
      if (!sameType(made, node)) return raise(fault('Defect', `rule ${name}`, [`${made.dtype}[${made.sizes.join(', ')}]`], `${node.dtype}[${node.sizes.join(', ')}]`, 'please report this'));
      const result = placed(made, node.path);
      if (result === node) continue;
      fire(name);
      return result;
    }
    return undefined;
  };

  /** The node on simple operands, before a rule replaced it. */
  const owns = new Map<Node, Node>();
  /** What the node is to become: simple already, or to be simplified in turn. */
  const tried = (node: Node): Node => {
    const own = table.intern(onOperands(node, node.operands.map(now)));
    const made = simple.get(own) ?? rewritten(own) ?? own;
    move(node, own);
    move(own, made);
    owns.set(node, own);
    return made;
  };
  const settle = (node: Node, result: Node): Node => {
    simple.set(owns.get(node) ?? node, result);
    simple.set(node, result);
    return result;
  };
  const isDone = (node: Node, made: Node): boolean => made === owns.get(node) || simple.get(made) === made;

  /** Yields nodes that must be simple first; returns what the node became. */
  function* simplified(node: Node): Generator<Node, Node, Node> {
    const known = simple.get(node);
    if (known !== undefined) {
      move(node, known);
      return known;
    }
    for (const o of node.operands) if (!simple.has(o)) yield o;
    const made = tried(node);
    return settle(node, isDone(node, made) ? made : yield made);
  }
  const run = (first: Node): Node => {
    const stack = [simplified(first)];
    let value = first;
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const step = top.next(value);
      if (step.done === true) stack.pop();
      else stack.push(simplified(step.value));
      value = step.value;
    }
    return value;
  };
  for (const node of graph.nodes) {
    const known = simple.get(node);
    if (known !== undefined) move(node, known);
    else {
      const made = tried(node);
      settle(node, isDone(node, made) ? made : run(made));
    }
  }
  return graph.roots.map(now);
};

/** More firings than this for each node of the graph mean that two rules undo each other: a defect. */
const patience = 200;

/** Rewriting by these rules, to a fixed point. */
export const simplifyBy = <N extends string>(rules: Rules<N>) => {
  const named = Object.entries<Rule>(rules).flatMap(([name, rule]): readonly Named<N>[] => (isKey(rules, name) ? [[name, rule]] : []));
  const byPrimitive = new Map<Primitive, Named<N>[]>();
  for (const entry of named) for (const p of entry[1].at) byPrimitive.set(p, [...(byPrimitive.get(p) ?? []), entry]);
  const rulesAt = (p: Primitive): readonly Named<N>[] => byPrimitive.get(p) ?? [];

  return (roots: readonly Node[]): Rewritten<N> => {
    const table = interner();
    const fired = new Map<N, number>();
    let graph = closeGraph(roots, table);
    const most = patience * (graph.nodes.length + 10);
    for (let before = -1, total = 0; total > before; ) {
      before = total;
      const next = pass(graph, table, rulesAt, (name) => {
        total += 1;
        fired.set(name, (fired.get(name) ?? 0) + 1);
        if (total > most) raise(fault('Defect', 'simplify', [...fired].map(([n, times]) => `${n}: ${times}`), 'rules that come to an end', 'please report this'));
      });
      if (total > before) graph = graphOf(next);
    }
    return { roots: graph.roots, fired };
  };
};

const isKey = <N extends string>(rules: Rules<N>, name: string): name is N => Object.hasOwn(rules, name);
