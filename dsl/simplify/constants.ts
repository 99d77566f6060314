/**
 * Constants: what is known before running is computed before running.
 * idea:  by the meaning itself, in double precision; the result stays in double precision and an engine rounds it once. A filled
 *        tensor is a number, so whatever keeps it one costs nothing at any size; data are folded only where the result is small
 *        and not much greater than what it is made of.
 * not:   indices (gather, scatterAdd, oneHot): a bad index must be reported when the program runs.
 */
import { compute } from '../backends/reference/rows.ts';
import { fault, raise } from '../../shapes/fault.ts';
import { elements, is, type Node, type Primitive } from '../expr.ts';
import { constant, fill, node as make } from '../node.ts';
import { rule, type Rule } from './rule.ts';
import { fillOf, operandOf } from './views.ts';

const unbound = (leaf: Node): never => raise(fault('Defect', 'fold', [leaf.primitive], 'constants', 'please report this'));

/** Value of a node whose operands are constants. */
const evaluated = <P extends Primitive>(node: Node<P>): Float64Array | Int32Array | Uint8Array => compute(node, node.operands.map((o) => compute(o, [], unbound)), unbound);

type OfFills<P extends Primitive> = (node: Node<P>, values: readonly number[]) => number | undefined;

const none = (): undefined => undefined;
const kept = (_: Node, values: readonly number[]): number | undefined => values[0];
/** One element stands for all. */
const oneOf = (node: Node, values: readonly number[]): number | undefined => {
  const [value] = evaluated(make(node.primitive, node.params, node.operands.map((o, i) => fill(values[i] ?? NaN, [], o.dtype))));
  return value;
};
const ifFinite = (f: (node: Node) => number) => (node: Node, [x]: readonly number[]): number | undefined => (Number.isFinite(x) ? f(node) : undefined);

/** The number that fills the result when numbers fill the operands. */
const ofFills: { readonly [P in Primitive]: OfFills<P> } = {
  input: none, parameter: none, constant: none, fill: none,
  einsum: (node, values) => {
    const sizes = new Map(node.params.inputs.flatMap((axes, o) => axes.map((axis, i) => [axis, node.operands[o]?.sizes[i] ?? 0] as const)));
    return [...sizes].reduce((product, [axis, n]) => (node.params.output.includes(axis) ? product : product * n), values.reduce((a, b) => a * b, 1));
  },
  map: oneOf, zip: oneOf, compare: oneOf, logic: oneOf, select: oneOf, gelu: oneOf, cast: oneOf,
  max: kept,
  argmax: ifFinite(() => 0),
  topk: none,
  reshape: kept, permute: kept, broadcast: kept, slice: kept, stopGradient: kept,
  pad: (_, [x]) => (x === 0 ? 0 : undefined),
  concat: (_, values) => (values.every((v) => v === values[0]) ? values[0] : undefined),
  gather: none, scatterAdd: none, oneHot: none,
  softmax: ifFinite((node) => 1 / (node.sizes.at(-1) ?? 1)),
  layerNorm: ifFinite(() => 0),
};

/** The rule's number for one node. */
const filled = <P extends Primitive>(node: Node<P>): number | undefined => {
  if (node.operands.length === 0 || !node.operands.every((o) => is('fill', o))) return undefined;
  return ofFills[node.primitive](node, node.operands.flatMap((o) => fillOf(o) ?? []));
};

/** Most elements of a folded result, and of all that it is folded from. */
const limit = { result: 4096, operands: 65536, growth: 2, small: 64 };

const isKnown = (node: Node): boolean => is('constant', node) || is('fill', node);
const worthFolding = (node: Node): boolean => {
  const size = elements(node.sizes);
  const known = node.operands.map((o) => elements(o.sizes));
  const data = node.operands.reduce((sum, o) => sum + (is('constant', o) ? elements(o.sizes) : 1), 0);
  return size <= limit.result && size <= Math.max(limit.small, limit.growth * data) && known.reduce((a, b) => a + b, 0) <= limit.operands;
};

export const folded = (node: Node): Node | undefined => (node.operands.length > 0 && node.operands.every(isKnown) && worthFolding(node) ? constant(evaluated(node), node.sizes, node.dtype) : undefined);

const computed: readonly Exclude<Primitive, 'input' | 'parameter' | 'constant' | 'fill' | 'gather' | 'scatterAdd' | 'oneHot'>[] = [
  'einsum', 'map', 'zip', 'compare', 'logic', 'select', 'max', 'argmax', 'topk', 'reshape', 'permute', 'broadcast', 'slice', 'pad', 'concat', 'cast', 'softmax', 'layerNorm', 'gelu',
];

export const constantRules = {
  'fill of fills': rule(computed, 'f(fill a, fill b) = fill f(a, b)', (node) => {
    const value = filled(node);
    return value === undefined ? undefined : fill(value, node.sizes, node.dtype);
  }),
  'uniform constant': rule(['constant'], 'constant [a, a, a] = fill a', (node) => {
    const [first] = node.params.data;
    return first !== undefined && node.params.data.every((x) => Object.is(x, first)) ? fill(first, node.sizes, node.dtype) : undefined;
  }),
  'folded constant': rule(computed, 'f(constant a, constant b) = constant f(a, b)', folded),
  // gradients are graphs already when a graph is simplified
  'value only': rule(['stopGradient'], 'stopGradient x = x', operandOf),
} as const satisfies { readonly [name: string]: Rule };
