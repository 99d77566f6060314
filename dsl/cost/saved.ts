/**
 * Saved: the forward values that wait for the backward pass, and in which part of the model each was made.
 * idea:  a value is saved if a backward step reads it. Leaves (weights, data, constants) are there anyway and are not counted;
 *        several nodes that share a buffer are one value. Each saved value is in one of four parts:
 *          constant  made of frozen weights and constants alone: the same in every step, whatever the batch.
 *          features  made of inputs, and no trainable weight has a say in it: it is data as far as training is concerned, and a
 *                    store of features could hold it. A frozen trunk in front of the adapters shows up here, and only with what
 *                    they read of it.
 *          frozen    trainable weights have a say in it, and a frozen block made it: kept because gradients flow through
 *                    frozen layers. The price of adapters inside a trunk; 0 for adapters behind it.
 *          trained   made by a block that is trained, or by no block.
 *        The block that made a value is its own path, or that of the next labelled step on the way to the outputs (a block
 *        labels what it returns). A block is frozen if it has weights and none is trainable; one without weights is as the
 *        block around it.
 * laws:  proofs/dsl/cost.ts (predicted = measured, and features do not change with the trainable weights), proofs/dsl/parts.ts, proofs/dsl/frozen.ts
 */
import { byteSize, is, type Node } from '../expr.ts';
import { lower } from '../lower.ts';
import { bufferOf, type Plan, schedule } from '../schedule.ts';
import { passesOf } from './passes.ts';
import { isLeaf } from './work.ts';

export type Part = 'constant' | 'features' | 'frozen' | 'trained';

/** One value that is kept between forward and backward. */
export interface SavedValue {
  /** the node whose buffer it is */
  readonly node: Node;
  readonly bytes: number;
  readonly part: Part;
  /** the block that made it, '' if none says so */
  readonly block: string;
}

/** Nodes that depend on one of the leaves. */
export const dependents = (nodes: readonly Node[], on: (leaf: Node) => boolean): ReadonlySet<Node> => {
  const found = new Set<Node>();
  for (const node of nodes) if (on(node) || node.operands.some((o) => found.has(o))) found.add(node);
  return found;
};

/** The block of each node: its path, or that of the next labelled step that it leads to. */
export const ownersOf = (nodes: readonly Node[]): ReadonlyMap<Node, string> => {
  const owners = new Map<Node, string>();
  for (const node of nodes.toReversed()) {
    const own = node.path === '' ? (owners.get(node) ?? '') : node.path;
    owners.set(node, own);
    for (const operand of node.operands) if (!owners.has(operand)) owners.set(operand, own);
  }
  return owners;
};

const outer = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));

/** Whether the weights of the smallest block around a path that has any are all frozen. */
export const frozenBlocks = (nodes: readonly Node[]): ((path: string) => boolean) => {
  const trainable = new Map<string, boolean>();
  for (const node of nodes) {
    if (!is('parameter', node)) continue;
    for (let path = node.params.name; path !== ''; path = outer(path)) trainable.set(path, (trainable.get(path) ?? false) || node.params.trainable);
  }
  const frozen = (path: string): boolean => path !== '' && (trainable.has(path) ? trainable.get(path) === false : frozen(outer(path)));
  return frozen;
};

/** The buffers of forward nodes that backward nodes read, leaves left out. */
export const readAcross = (ahead: ReadonlySet<Node>, behind: readonly Node[]): Set<Node> => {
  const read = new Set<Node>();
  for (const node of behind) {
    for (const operand of node.operands) {
      const buffer = ahead.has(operand) ? bufferOf(operand) : undefined;
      if (buffer !== undefined && !isLeaf(buffer)) read.add(buffer);
    }
  }
  return read;
};

/** The values that the backward steps of a training plan read of its forward steps. The first `forward` outputs are the forward pass's; its passes may be known. */
export const savedIn = (plan: Plan, forward: number, passes = passesOf(plan, forward)): readonly SavedValue[] => {
  const ahead = new Set(passes.forward);
  const saved = readAcross(ahead, passes.backward);
  const trained = dependents(passes.forward, (n) => is('parameter', n) && n.params.trainable);
  const fed = dependents(passes.forward, (n) => is('input', n));
  const owners = ownersOf(passes.forward);
  const isFrozen = frozenBlocks(passes.forward);
  return [...saved].map((node) => {
    const block = owners.get(node) ?? '';
    return { node, bytes: byteSize(node), part: trained.has(node) ? (isFrozen(block) ? 'frozen' : 'trained') : fed.has(node) ? 'features' : 'constant', block };
  });
};

/** Bytes that are kept between forward and backward, by part. */
export interface Saved {
  readonly total: number;
  readonly constant: number;
  readonly features: number;
  readonly frozen: number;
  readonly trained: number;
}

const sum = (values: readonly SavedValue[]): number => values.reduce((bytes, value) => bytes + value.bytes, 0);

/** Bytes that a training plan keeps between forward and backward, of the whole batch. */
export const savedOf = (plan: Plan, forward: number, passes = passesOf(plan, forward)): Saved => {
  const values = savedIn(plan, forward, passes);
  const of = (part: Part): number => sum(values.filter((v) => v.part === part));
  return { total: sum(values), constant: of('constant'), features: of('features'), frozen: of('frozen'), trained: of('trained') };
};

/** The values saved by gradients as they are written, without planning. */
export const savedNodes = (forward: readonly Node[], gradients: readonly Node[]): readonly Node[] => savedIn(schedule(lower([...forward, ...gradients])), forward.length).map(({ node }) => node);

/** Bytes saved by gradients as they are written, without planning. */
export const savedBytes = (forward: readonly Node[], gradients: readonly Node[]): number => savedOf(schedule(lower([...forward, ...gradients])), forward.length).total;
