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
import { byForm } from './forms.ts';
import { cotangents } from './grad-rules.ts';
import { closeGraph, onOperands } from './graph.ts';
import { interner } from './intern.ts';
import { fault, raise } from '../shapes/fault.ts';
import { fill } from './node.ts';
import { follow, placesFor, type Recipe, recipeOf } from './recipe.ts';

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

/** How the cotangents of a node's operands are made of its own cotangent, of the operands and of itself, in this order. */
const cotangentsOf = (node: Node): readonly (Recipe | undefined)[] => {
  const [ct = node, ...operands] = placesFor([node, ...node.operands]);
  const y = onOperands(node, operands);
  return cotangents(ct, y).map((part) => (part === undefined ? undefined : recipeOf([ct, ...operands, y], part)));
};

/**
 * Gradients of a scalar with respect to nodes of its graph, which is closed by a table that may know some of its nodes.
 * @throws MoltError (Shape) when the loss is not an f32 scalar
 */
export const grad = (loss: Node, wrt: readonly Node[], table = interner()): Gradient => {
  if (loss.sizes.length !== 0 || loss.dtype !== 'f32') return raise(fault('Shape', 'grad', [`loss: ${loss.dtype}[${loss.sizes.join(', ')}]`], 'a scalar loss of f32', 'reduce it to [] first'));
  const graph = closeGraph([loss, ...wrt], table);
  const [root, ...targets] = graph.roots;
  if (root === undefined) return { loss, gradients: [] };
  const active = reaching(graph.nodes, new Set(targets));
  const recipes = byForm(cotangentsOf);
  const cts = new Map<Node, Node>([[root, table.intern(fill(1, []))]]);
  for (const node of graph.nodes.toReversed()) {
    const ct = cts.get(node);
    if (ct === undefined || !active.has(node) || !node.operands.some((o) => active.has(o))) continue;
    const given = [ct, ...node.operands, node];
    recipes(node).forEach((recipe, i) => {
      const operand = node.operands[i];
      if (recipe === undefined || operand === undefined || !active.has(operand)) return;
      const part = follow(recipe, given, table);
      const sum = cts.get(operand);
      if (part !== undefined) cts.set(operand, sum === undefined ? part : table.intern(add(sum, part)));
    });
  }
  return { loss: root, gradients: targets.map((t) => cts.get(t) ?? table.intern(zerosLike(t))) };
};
