/**
 * Work: how many multiply-adds a node takes, and how many bytes it moves.
 * idea:  one row per primitive; sizes are known, so nothing runs.
 * not:   time: an engine's kernels differ in how much of either they do in a second.
 */
import { byteSize, elements, type Node, type Primitive } from '../expr.ts';
import { closeGraph } from '../graph.ts';
import { lower } from '../lower.ts';
import { bufferOf } from '../schedule.ts';

type Work<P extends Primitive> = (node: Node<P>) => number;
const free = (): number => 0;
const perElement = (k: number) => (node: Node): number => k * elements(node.sizes);
const perOperandElement = (k: number) => (node: Node): number => k * elements(node.operands[0]?.sizes ?? []);

/** Multiply-adds of one node. One multiply-add per element for elementwise work; moving data counts 0. */
export const workRules = {
  input: free, parameter: free, constant: free, fill: free,
  einsum: ({ params: { inputs }, operands }) => {
    // every axis once: where it is first named
    let product = 1;
    inputs.forEach((axes, i) => axes.forEach((axis, k) => {
      if (axes.indexOf(axis) === k && !inputs.some((before, j) => j < i && before.includes(axis))) product *= operands[i]?.sizes[k] ?? 1;
    }));
    return product * Math.max(1, operands.length - 1);
  },
  map: perElement(1), zip: perElement(1), compare: perElement(1), logic: perElement(1), select: perElement(1),
  max: perOperandElement(1), argmax: perOperandElement(1), topk: (node) => perOperandElement(node.params.k)(node),
  reshape: free, permute: free, broadcast: free, slice: free, pad: free, concat: free,
  gather: free, scatterAdd: (node) => elements(node.operands[1]?.sizes ?? []), oneHot: free, cast: free, stopGradient: free,
  softmax: perElement(4), layerNorm: perElement(5), gelu: perElement(6),
} as const satisfies { readonly [P in Primitive]: Work<P> };

/** Multiply-adds of one node. */
export const workOf = <P extends Primitive>(node: Node<P>): number => {
  const rules: { readonly [Q in Primitive]: Work<Q> } = workRules;
  return rules[node.primitive](node);
};

/** Multiply-adds of some nodes. */
export const workIn = (nodes: readonly Node[]): number => nodes.reduce((sum, node) => sum + workOf(node), 0);

/** Multiply-adds of a graph as it is written: every distinct node once, each einsum by itself in its cheapest pairwise order. */
export const multiplyAdds = (roots: readonly Node[]): number => workIn(closeGraph(lower(roots)).nodes);

/** A node without operands: its value is given, not computed. */
export const isLeaf = (node: Node): boolean => node.operands.length === 0;

/** Bytes that a node reads and writes: its operands, each once, and its own value; 0 for leaves and for what shares its operand's buffer. */
export const bytesMovedBy = (node: Node): number =>
  isLeaf(node) || bufferOf(node) !== node ? 0 : [...new Set(node.operands.map(bufferOf))].reduce((sum, operand) => sum + byteSize(operand), byteSize(node));
