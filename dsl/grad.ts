/**
 * Grad: reverse-mode differentiation, graph → graph.
 * idea:  walk the closed graph backwards, adding cotangents; only nodes between the loss and what is asked for take part,
 *        so nothing is computed, and nothing is saved, for frozen parts.
 * laws:  proofs/dsl/gradient.ts
 * source: reverse accumulation; the form follows the vector-Jacobian-product tables of the automatic differentiation literature
 *        (Griewank & Walther, Evaluating Derivatives, 2008, chapter 3)
 */
import { add, zerosLike } from './build.ts';
import type { Node } from './expr.ts';
import { cotangents } from './grad-rules.ts';
import { closeGraph } from './graph.ts';
import { fault, raise } from '../shapes/fault.ts';
import { fill } from './node.ts';

export interface Gradient {
  /** the loss, as a node of the same closed graph as the gradients */
  readonly loss: Node;
  /** d loss / d w, with the sizes of w; zeros for a w that the loss does not use. In the order of `wrt`. */
  readonly gradients: readonly Node[];
}

/** Nodes that depend on any of the targets. */
const reaching = (nodes: readonly Node[], targets: ReadonlySet<Node>): ReadonlySet<Node> => {
  const found = new Set<Node>();
  for (const node of nodes) if (targets.has(node) || node.operands.some((o) => found.has(o))) found.add(node);
  return found;
};

/**
 * Gradients of a scalar with respect to nodes of its graph.
 * @throws MoltError (Shape) when the loss is not an f32 scalar
 */
export const grad = (loss: Node, wrt: readonly Node[]): Gradient => {
  if (loss.sizes.length !== 0 || loss.dtype !== 'f32') return raise(fault('Shape', 'grad', [`loss: ${loss.dtype}[${loss.sizes.join(', ')}]`], 'a scalar loss of f32', 'reduce it to [] first'));
  const graph = closeGraph([loss, ...wrt]);
  const [root, ...targets] = graph.roots;
  if (root === undefined) return { loss, gradients: [] };
  const active = reaching(graph.nodes, new Set(targets));
  const cts = new Map<Node, Node>([[root, fill(1, [])]]);
  for (const node of [...graph.nodes].reverse()) {
    const ct = cts.get(node);
    if (ct === undefined || !active.has(node)) continue;
    const needed = node.operands.map((o) => active.has(o));
    if (!needed.some(Boolean)) continue;
    cotangents(ct, node).forEach((part, i) => {
      const operand = node.operands[i];
      if (part === undefined || operand === undefined || !active.has(operand)) return;
      const sum = cts.get(operand);
      cts.set(operand, sum === undefined ? part : add(sum, part));
    });
  }
  return { loss: root, gradients: targets.map((t) => cts.get(t) ?? zerosLike(t)) };
};
