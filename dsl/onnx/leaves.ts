/**
 * Leaves: which names of an ONNX graph stand for which leaves of a plan.
 * idea:  inputs and parameters have name spaces of their own, ONNX has one: a name in both is written `in.NAME` and `w.NAME`.
 */
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { is, type Node, type Sizes } from '../expr.ts';
import type { Plan } from '../schedule.ts';

export type BoundLeaf = Node<'input'> | Node<'parameter'>;

/** An input of the graph and the leaf that it is. */
export interface OnnxLeaf {
  readonly name: string;
  readonly leaf: BoundLeaf;
  /** as the graph declares them: the leaf's own, or with `views` others of as many elements */
  readonly sizes: Sizes;
}

const described = (leaf: BoundLeaf): string => `${leaf.dtype} [${leaf.sizes.join(', ')}]`;

/** Leaves of one name are one: they must agree on what they are. */
const merged = (leaves: readonly BoundLeaf[]): Either<Fault, ReadonlyMap<string, BoundLeaf>> => {
  const found = new Map<string, BoundLeaf>();
  for (const leaf of leaves) {
    const known = found.get(leaf.params.name) ?? leaf;
    if (described(known) !== described(leaf)) return left(fault('Name', `${leaf.primitive} '${leaf.params.name}'`, [described(known), described(leaf)], 'one size and type under one name'));
    found.set(leaf.params.name, known);
  }
  return right(found);
};

export interface Leaves {
  /** inputs first, then parameters, each in the order of the plan */
  readonly all: readonly OnnxLeaf[];
  readonly nameOf: (leaf: BoundLeaf) => string;
}

/** Names for the leaves of a plan. errors: Name where leaves of one name differ in size or type */
export const leavesOf = (plan: Plan): Either<Fault, Leaves> => {
  const inputs = merged(plan.steps.filter((n) => is('input', n)));
  if (inputs._tag === 'Left') return inputs;
  const parameters = merged(plan.steps.filter((n) => is('parameter', n)));
  if (parameters._tag === 'Left') return parameters;
  const both = (name: string): boolean => inputs.right.has(name) && parameters.right.has(name);
  const nameOf = (leaf: BoundLeaf): string => {
    const { name } = leaf.params;
    const prefix = is('input', leaf) ? 'in.' : 'w.';
    return both(name) ? prefixed(prefix, name, (n) => inputs.right.has(n) || parameters.right.has(n)) : name;
  };
  return right({ all: [...inputs.right.values(), ...parameters.right.values()].map((leaf) => ({ name: nameOf(leaf), leaf, sizes: leaf.sizes })), nameOf });
};

const prefixed = (prefix: string, name: string, taken: (name: string) => boolean): string => {
  const next = `${prefix}${name}`;
  return taken(next) ? prefixed(prefix, next, taken) : next;
};
