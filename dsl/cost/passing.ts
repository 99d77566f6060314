/**
 * Passing: the part of what a training step keeps that is kept only because gradients pass through frozen blocks.
 * idea:  give every trained block the gradient of its outputs as data. Then each block keeps what the gradients of its own weights need, and
 *        nothing is kept to bring that gradient there through the frozen blocks behind it. What the step keeps beyond this is the price
 *        of passing: 0 for adapters beside the trunk, most of the trunk for adapters inside it.
 * laws:  test/dsl/cost/passing.test.ts: by hand; test/molt/variants/memory.test.ts: between 0 and what is kept, 0 beside trunks
 * not:   `Saved.frozen`, which tells who made a value; this tells for whom it is kept. A frozen block's value that an adapter reads anyway is in
 *        that and not in this; an adapter's value that only the frozen block behind it needs is in this and not in that.
 */
import { add, mul, sumAxes } from '../build.ts';
import { byteSize, is, type Node } from '../expr.ts';
import { grad } from '../grad.ts';
import { closeGraph, onOperands } from '../graph.ts';
import { input, node as make } from '../node.ts';
import { lower } from '../lower.ts';
import { schedule } from '../schedule.ts';
import { passesOf } from './passes.ts';
import { dependents, frozenBlocks, ownersOf, readAcross } from './saved.ts';

const isTrained = (node: Node): boolean => is('parameter', node) && node.params.trainable;
const sumOf = (node: Node): Node => sumAxes(node, node.sizes.map((_, i) => i));

/** The same loss and the same weights, with the graph cut where frozen blocks begin and end: what goes into one has its gradient as data, what comes out of one is data. */
const cut = (loss: Node, weights: readonly Node[]): { readonly loss: Node; readonly weights: readonly Node[] } => {
  const graph = closeGraph([loss, ...weights]);
  const moved = dependents(graph.nodes, isTrained);
  const owners = ownersOf(graph.nodes);
  const isFrozen = frozenBlocks(graph.nodes);
  const inFrozen = (node: Node): boolean => node.operands.length > 0 && moved.has(node) && isFrozen(owners.get(node) ?? '');
  const frozen = new Set(graph.nodes.filter(inFrozen));
  const made = new Map<Node, Node>();
  const entering = new Set<Node>();
  for (const node of graph.nodes) {
    const now = (o: Node): Node => made.get(o) ?? o;
    if (frozen.has(node)) {
      for (const o of node.operands) if (moved.has(o) && !frozen.has(o) && o.dtype === 'f32') entering.add(o);
      made.set(node, onOperands(node, node.operands.map(now)));
    } else made.set(node, onOperands(node, node.operands.map((o) => (frozen.has(o) ? make('stopGradient', {}, [now(o)]) : now(o)))));
  }
  const [root = loss, ...rest] = graph.roots.map((r) => made.get(r) ?? r);
  return { loss: [...entering].reduce((sum, o, i) => add(sum, sumOf(mul(made.get(o) ?? o, input(`gradient.${i}`, o.sizes)))), root), weights: rest };
};

/**
 * Bytes that the gradients of the weights keep when every trained block has the gradient of its outputs as data, as written: the rest of
 * `savedBytes` is kept to pass gradients through frozen blocks.
 */
export const ownBytes = (loss: Node, weights: readonly Node[]): number => {
  const apart = cut(loss, weights);
  const found = grad(apart.loss, apart.weights);
  const { forward, backward } = passesOf(schedule(lower([found.loss, ...found.gradients.toReversed()])), 1);
  return [...readAcross(new Set(forward), backward)].reduce((bytes, buffer) => bytes + byteSize(buffer), 0);
};
