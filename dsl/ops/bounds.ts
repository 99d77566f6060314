/**
 * Bounds: what a graph knows about the integers that a node holds; run-time twin of the N in `Ix<N>`.
 * idea:  index inputs, argmax and topk know their bound; operations that only move elements keep it.
 * laws:  test/shapes/agreement: indices that the compiler refuses, the library refuses
 * not:   a check of values: a backend does that when data is bound or gathered.
 */
import { fault, raise } from '../../shapes/fault.ts';
import { is, type Node, type Primitive } from '../expr.ts';

const moves: ReadonlySet<Primitive> = new Set<Primitive>(['reshape', 'permute', 'broadcast', 'slice', 'concat', 'stopGradient']);

/** All indices of the node are below this; undefined if the graph does not say. */
export const belowOf = (node: Node): number | undefined => {
  if (is('input', node)) return node.params.below;
  if (is('argmax', node) || is('topk', node)) return node.operands[0]?.sizes.at(-1);
  const sources = is('select', node) ? node.operands.slice(1) : moves.has(node.primitive) ? node.operands : [];
  const [first, ...rest] = sources.map(belowOf);
  return rest.reduce((a, b) => (a === undefined || b === undefined ? undefined : Math.max(a, b)), first);
};

/** The indices, if their bound (where it is known) is this size. errors: raises a Shape fault */
export const bounded = (where: string, ids: Node, size: number): Node => {
  const below = belowOf(ids);
  return below === undefined || below === size ? ids : raise(fault('Shape', where, [`indices below ${below}`], `indices below ${size}`));
};

/** The operands, if the bounds that are known are one. errors: raises a Shape fault */
export const sameBound = (where: string, xs: readonly Node[]): readonly Node[] => {
  const known = [...new Set(xs.flatMap((x) => belowOf(x) ?? []))];
  return known.length <= 1 ? xs : raise(fault('Shape', where, known.map((below) => `indices below ${below}`), 'indices with one bound'));
};
