/**
 * Check: re-derives every shape of a graph from the rules.
 * idea:  an executable well-formedness test, run after each transformation in the tests.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Fault, fault } from '../shapes/fault.ts';
import { elements, is, type Node, sameSizes } from './expr.ts';
import { closeGraph } from './graph.ts';
import { interner } from './intern.ts';
import { isMisfit, shapeOf } from './shapes-of.ts';

const checkNode = (node: Node): Fault | undefined => {
  if (is('constant', node)) return node.params.data.length === elements(node.sizes) ? undefined : fault('Shape', 'constant', [`${node.params.data.length} values`], `[${node.sizes.join(', ')}]`);
  if (node.primitive === 'input' || node.primitive === 'parameter' || node.primitive === 'fill') return undefined;
  const typed = shapeOf(node.primitive, node.params, node.operands);
  if (!isMisfit(typed) && typed.dtype === node.dtype && sameSizes(typed.sizes, node.sizes)) return undefined;
  const where = node.path === '' ? node.primitive : `${node.primitive} at ${node.path}`;
  return isMisfit(typed)
    ? fault('Shape', where, node.operands.map((o, i) => `operand ${i + 1}: ${o.dtype}[${o.sizes.join(', ')}]`), typed.needed)
    : fault('Shape', where, [`recorded ${node.dtype}[${node.sizes.join(', ')}]`], `${typed.dtype}[${typed.sizes.join(', ')}] by the rule`);
};

/** The roots again, or the first node whose recorded shape its rule does not give; also a leaf name with two meanings. The table may know some of the nodes. */
export const check = (roots: readonly Node[], table = interner()): E.Either<Fault, readonly Node[]> => {
  const graph = closeGraph(roots, table);
  const leaves = new Map<string, Node>();
  for (const node of graph.nodes) {
    const wrong = checkNode(node);
    if (wrong !== undefined) return E.left(wrong);
    if (is('input', node) || is('parameter', node)) {
      const key = `${node.primitive} ${node.params.name}`;
      const other = leaves.get(key);
      if (other !== undefined) return E.left(fault('Name', key, [`[${other.sizes.join(', ')}]`, `[${node.sizes.join(', ')}]`], 'one meaning for each leaf name'));
      leaves.set(key, node);
    }
  }
  return E.right(graph.roots);
};
