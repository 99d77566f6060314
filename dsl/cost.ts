/**
 * Cost: what a graph needs, without running it: parameters, multiply-adds, bytes saved for backward, peak bytes.
 * idea:  one row per primitive says how many multiply-adds it takes; everything else follows from the graph.
 * laws:  proofs/dsl/schedule.ts (peak), proofs/dsl/frozen.ts (a frozen parameter saves nothing)
 */
import { byteSize, elements, is, type Node, type Primitive } from './expr.ts';
import { closeGraph } from './graph.ts';
import { bufferOf, schedule } from './schedule.ts';
import { lower } from './lower.ts';
import { einsumAxes } from './shapes-of.ts';

type Work<P extends Primitive> = (node: Node<P>) => number;
const free = (): number => 0;
const perElement = (k: number) => (node: Node): number => k * elements(node.sizes);

/** Multiply-adds of one node. One multiply-add per element for elementwise work; moving data counts 0. */
export const workRules = {
  input: free, parameter: free, constant: free, fill: free,
  einsum: (node) => {
    const axes = einsumAxes(node.params.inputs, node.operands);
    return 'needed' in axes ? 0 : [...axes.values()].reduce((a, b) => a * b, 1) * Math.max(1, node.operands.length - 1);
  },
  map: perElement(1), zip: perElement(1), compare: perElement(1), logic: perElement(1), select: perElement(1),
  max: (node) => elements(node.operands[0]?.sizes ?? []), argmax: (node) => elements(node.operands[0]?.sizes ?? []), topk: (node) => elements(node.operands[0]?.sizes ?? []) * node.params.k,
  reshape: free, permute: free, broadcast: free, slice: free, pad: free, concat: free,
  gather: free, scatterAdd: (node) => elements(node.operands[1]?.sizes ?? []), oneHot: free, cast: free, stopGradient: free,
  softmax: perElement(4), layerNorm: perElement(5), gelu: perElement(6),
} as const satisfies { readonly [P in Primitive]: Work<P> };

const work = <P extends Primitive>(node: Node<P>): number => {
  const rules: { readonly [Q in Primitive]: Work<Q> } = workRules;
  return rules[node.primitive](node);
};

/** Multiply-adds of all distinct nodes of a graph, einsums in the pairwise order that `lower` chooses. */
export const multiplyAdds = (roots: readonly Node[]): number => closeGraph(lower(roots)).nodes.reduce((sum, node) => sum + work(node), 0);

export interface ParameterCount {
  readonly total: number;
  readonly trainable: number;
  readonly frozen: number;
}

/** Numbers of weights that the roots use. */
export const countParameters = (roots: readonly Node[]): ParameterCount => {
  let trainable = 0;
  let frozen = 0;
  for (const node of closeGraph(roots).nodes) {
    if (!is('parameter', node)) continue;
    if (node.params.trainable) trainable += elements(node.sizes);
    else frozen += elements(node.sizes);
  }
  return { total: trainable + frozen, trainable, frozen };
};

const isLeaf = (node: Node): boolean => node.operands.length === 0;

/** The forward values that the backward pass reads: activations that must be kept, leaves (weights, data) not counted. */
export const savedNodes = (forward: readonly Node[], gradients: readonly Node[]): readonly Node[] => {
  const whole = closeGraph(lower([...forward, ...gradients]));
  const ahead = new Set(closeGraph(whole.roots.slice(0, forward.length)).nodes);
  const saved = new Set<Node>();
  for (const node of whole.nodes) {
    if (ahead.has(node)) continue;
    for (const operand of node.operands) if (ahead.has(operand) && !isLeaf(bufferOf(operand))) saved.add(bufferOf(operand));
  }
  return [...saved];
};

/** Bytes of activations kept between forward and backward. */
export const savedBytes = (forward: readonly Node[], gradients: readonly Node[]): number => savedNodes(forward, gradients).reduce((sum, node) => sum + byteSize(node), 0);

/** Greatest bytes alive at any step of the schedule, leaves included. */
export const peakBytes = (roots: readonly Node[]): number => schedule(lower(roots)).peakBytes;
