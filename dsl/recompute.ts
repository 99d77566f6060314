/**
 * Recompute: values of the forward pass that the backward pass computes again instead of keeping.
 * idea:  a saved value is dropped if computing it again, from leaves and from what stays saved, costs little for each byte that it
 *        frees. The copy takes its operands through `stopGradient` (an alias, free), so that closing does not find it equal
 *        to the first.
 * laws:  proofs/dsl/plan.ts: same values; never more bytes saved
 * source: Chen, Xu, Zhang & Guestrin, Training deep nets with sublinear memory cost, arXiv:1604.06174
 */
import { macsPerByte } from './contract/order.ts';
import { readAcross } from './cost/saved.ts';
import { isLeaf, workOf } from './cost/work.ts';
import { byteSize, type Node } from './expr.ts';
import { closeGraph, onOperands } from './graph.ts';
import { node as make } from './node.ts';
import { bufferOf } from './schedule.ts';

export interface RecomputeOptions {
  /** multiply-adds (and bytes moved, in multiply-adds) that one freed byte may cost */
  readonly perByte: number;
  /** saved bytes to reach; dearer values are dropped until this is reached. None: no more than `perByte` */
  readonly budgetBytes?: number;
  /** smaller values stay */
  readonly leastBytes: number;
}

/** Dropping a value pays when it takes less than about a nanosecond of two cores for a byte. */
export const recomputeDefaults: RecomputeOptions = { perByte: 100, leastBytes: 2 ** 14 };

export interface Recomputed {
  readonly roots: readonly Node[];
  /** how many values are computed again */
  readonly values: number;
}

interface Cone {
  /** what is computed again, operands before users */
  readonly nodes: readonly Node[];
  readonly cost: number;
  /** bytes that must now be saved for it */
  readonly needs: ReadonlySet<Node>;
}

const costOf = (node: Node): number => (bufferOf(node) === node ? workOf(node) + macsPerByte * (byteSize(node) + node.operands.reduce((sum, o) => sum + byteSize(o), 0)) : 0);

/** The deepest chain that is worth looking at. */
const deepest = 12;

/**
 * How to compute a value again: back to leaves, to buffers that are saved, and to what is computed again anyway. A value that is neither is
 * computed again too if it is cheap for its size, else it must be saved.
 */
const coneOf = (value: Node, saved: ReadonlySet<Node>, again: ReadonlySet<Node>, perByte: number): Cone => {
  const nodes: Node[] = [];
  const seen = new Set<Node>();
  const needs = new Set<Node>();
  let cost = 0;
  const visit = (node: Node, depth: number): void => {
    if (seen.has(node)) return;
    seen.add(node);
    const buffer = bufferOf(node);
    if (buffer !== bufferOf(value) && saved.has(buffer) && !again.has(buffer)) return;
    if (isLeaf(buffer) && isLeaf(node)) return;
    const own = costOf(node);
    if (node !== value && buffer === node && !again.has(node) && (depth >= deepest || own > perByte * byteSize(node))) { needs.add(node); return; }
    for (const operand of node.operands) visit(operand, depth + 1);
    nodes.push(node);
    if (!again.has(node)) cost += own;
  };
  visit(value, 0);
  return { nodes, cost, needs };
};

/**
 * The same values, with forward values that are cheap to compute again computed again for the backward pass.
 * `forward`: how many of the roots are the forward pass (the loss and what is reported); the others are gradients
 */
export const recompute = (roots: readonly Node[], forward: number, given: Partial<RecomputeOptions> = {}): Recomputed => {
  const options: RecomputeOptions = { ...recomputeDefaults, ...given };
  const graph = closeGraph(roots);
  const ahead = new Set(closeGraph(graph.roots.slice(0, forward)).nodes);
  const behind = graph.nodes.filter((node) => !ahead.has(node));
  const saved = readAcross(ahead, behind);
  const reported = new Set(graph.roots.slice(0, forward).map(bufferOf));

  const again = new Set<Node>();
  const consider = (perByte: number): void => {
    const large = [...saved].filter((node) => !again.has(node) && !reported.has(node) && byteSize(node) >= options.leastBytes).sort((a, b) => byteSize(b) - byteSize(a));
    for (const value of large) {
      if (options.budgetBytes !== undefined && perByte > options.perByte && kept() <= options.budgetBytes) return;
      const cone = coneOf(value, saved, again, perByte);
      const extra = [...cone.needs].reduce((sum, node) => sum + byteSize(node), 0);
      const freed = byteSize(value) - extra;
      if (freed < byteSize(value) / 2 || cone.cost > perByte * freed) continue;
      for (const node of cone.needs) saved.add(node);
      for (const node of cone.nodes) again.add(node);
    }
  };
  const kept = (): number => [...saved].reduce((sum, node) => sum + (again.has(node) ? 0 : byteSize(node)), 0);
  consider(options.perByte);
  for (let dearer = options.perByte * 4; options.budgetBytes !== undefined && kept() > options.budgetBytes && dearer <= options.perByte * 4 ** 5; dearer *= 4) consider(dearer);

  if (again.size === 0) return { roots: graph.roots, values: 0 };
  const copies = new Map<Node, Node>();
  /** The node as the backward pass sees it: a copy if it is computed again, or an alias of one. */
  const behindOf = (node: Node): Node => {
    if (!ahead.has(node) || isLeaf(node)) return node;
    if (!again.has(node) && !again.has(bufferOf(node))) return node;
    const known = copies.get(node);
    if (known !== undefined) return known;
    const operands = node.operands.map(behindOf);
    const fresh = operands.some((o, i) => o !== node.operands[i]);
    const copy = Object.freeze({ ...node, operands: fresh ? operands : operands.map((o, i) => (i === 0 ? make('stopGradient', {}, [o]) : o)) });
    copies.set(node, copy);
    return copy;
  };
  const rewritten = new Map<Node, Node>();
  const now = (node: Node): Node => (ahead.has(node) ? behindOf(node) : (rewritten.get(node) ?? node));
  for (const node of behind) {
    rewritten.set(node, onOperands(node, node.operands.map(now)));
  }
  const values = [...saved].filter((node) => again.has(node)).length;
  return { roots: graph.roots.map((root, i) => (i < forward ? root : now(root))), values };
};
