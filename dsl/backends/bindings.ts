/**
 * Bindings: what a plan's leaves need, checked against what was given, before anything runs.
 * idea:  every backend asks here once; a run that starts has all its leaves in the right size and type.
 * laws:  a fault names the leaf, what was given and what was needed
 * not:   copying to a device (that is each backend's own).
 */
import * as E from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { fewNames } from '../../shapes/few.ts';
import type { Bindings, Destinations, Value } from '../backend.ts';
import { elements, is, type Data, type ElementType, type Node, type Sizes } from '../expr.ts';
import type { Plan } from '../schedule.ts';

/** A leaf whose value comes from outside. */
export type BoundLeaf = Node<'input'> | Node<'parameter'>;

export const isBoundLeaf = (node: Node): node is BoundLeaf => is('input', node) || is('parameter', node);

const described = (dtype: ElementType, sizes: Sizes): string => `${dtype} [${sizes.join(', ')}]`;

/** Whether numbers of this array class are a value of this element type; f32 may be given in double precision. */
const holds = {
  f32: (data: Data) => data instanceof Float32Array || data instanceof Float64Array,
  i32: (data: Data) => data instanceof Int32Array,
  bool: (data: Data) => data instanceof Uint8Array,
} as const satisfies { readonly [T in ElementType]: (data: Data) => boolean };

const nearby = (names: ReadonlyMap<string, Value>): string => (names.size === 0 ? 'nothing bound' : `bound: ${fewNames([...names.keys()], 8)}`);

/** First place whose index is outside 0 … below − 1, or -1. */
const outside = (data: Data, below: number): number => {
  for (let i = 0; i < data.length; i += 1) {
    const v = data[i] ?? NaN;
    if (!(v >= 0 && v < below)) return i;
  }
  return -1;
};

/** The value, if it is what the leaf needs. Errors: Decode (type, index out of bounds), Shape (sizes, number of elements). */
export const checkLeaf = (leaf: BoundLeaf, value: Value): E.Either<Fault, Value> => {
  const where = `${leaf.primitive} '${leaf.params.name}'`;
  const needed = described(leaf.dtype, leaf.sizes);
  const given = described(value.dtype, value.sizes);
  if (value.dtype !== leaf.dtype) return E.left(fault('Decode', where, [given], needed));
  if (value.sizes.length !== leaf.sizes.length || value.sizes.some((size, i) => size !== leaf.sizes[i])) return E.left(fault('Shape', where, [given], needed));
  if (value.data.length !== elements(leaf.sizes)) return E.left(fault('Shape', where, [`${given} with ${value.data.length} elements`], `${needed}, ${elements(leaf.sizes)} elements`));
  if (!holds[leaf.dtype](value.data)) return E.left(fault('Decode', where, [`${given} in ${Object.prototype.toString.call(value.data).slice(8, -1)}`], needed));
  const below = is('input', leaf) ? leaf.params.below : undefined;
  const wrong = below === undefined ? -1 : outside(value.data, below);
  return wrong < 0 ? E.right(value) : E.left(fault('Decode', where, [`${String(value.data[wrong])} at place ${wrong}`], `indices from 0 to ${String(below)} exclusive`));
};

/** The value given for a leaf, checked. Errors: Name (not bound), and those of `checkLeaf`. */
export const bindLeaf = (leaf: BoundLeaf, bindings: Bindings): E.Either<Fault, Value> => {
  const names = is('input', leaf) ? bindings.inputs : bindings.parameters;
  const value = names.get(leaf.params.name);
  return value === undefined
    ? E.left(fault('Name', `${leaf.primitive} '${leaf.params.name}'`, [nearby(names)], `${described(leaf.dtype, leaf.sizes)} bound under this name`))
    : checkLeaf(leaf, value);
};

/** Every bound leaf of the plan with its value, but those in `resident`; the first fault if there is one. */
export const bindPlan = (plan: Plan, bindings: Bindings, resident: ReadonlySet<Node> = new Set()): E.Either<Fault, ReadonlyMap<Node, Value>> => {
  const bound = new Map<Node, Value>();
  for (const node of plan.steps) {
    if (!isBoundLeaf(node) || resident.has(node)) continue;
    const value = bindLeaf(node, bindings);
    if (E.isLeft(value)) return value;
    bound.set(node, value.right);
  }
  return E.right(bound);
};

/** The values, those with a destination written there. errors: Shape where a destination has another length */
export const delivered = (values: readonly Value[], into: Destinations): E.Either<Fault, readonly Value[]> => {
  const misfit = values.flatMap((value, i) => { const to = into[i]; return to !== undefined && to.length !== value.data.length ? [`output ${i}: ${to.length} numbers for ${described(value.dtype, value.sizes)}`] : []; });
  if (misfit.length > 0) return E.left(fault('Shape', 'destinations', misfit, 'an array as long as the output'));
  return E.right(values.map((value, i): Value => {
    const to = into[i];
    if (to === undefined || to === value.data) return value;
    to.set(value.data);
    return { ...value, data: to };
  }));
};
