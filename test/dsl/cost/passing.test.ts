/** What a step keeps only to pass gradients through frozen blocks. */
import { expect, test } from 'vitest';
import { grad, inputNode, type Node, nodes, ownBytes, parameterNode, savedBytes } from '../../../dsl/index.ts';
import { labelled } from '../../../dsl/node.ts';

const x = inputNode('x', [4, 3]);
const adapter = parameterNode('adapter.w', [1, 3]);
const head = parameterNode('head.w', [1, 3]);
const trunk = parameterNode('trunk.w', [1, 3], false);

const sum = (node: Node): Node => nodes.sumAxes(node, [0, 1]);
/** all that is kept, and what the trained blocks need for themselves */
const bytes = (loss: Node, ...weights: readonly Node[]): readonly [all: number, own: number] => {
  const found = grad(loss, weights);
  return [savedBytes([found.loss], found.gradients), ownBytes(loss, weights)];
};
/** one value of 4 × 3 numbers */
const value = 4 * 4 * 3;

/** adapter → trunk: sin(w·y), and what is made of it */
const adapted = labelled(nodes.map('exp', nodes.mul(x, adapter)), 'adapter');
const passed = labelled(nodes.map('sin', nodes.mul(adapted, trunk)), 'trunk');

test('an adapter in front of a frozen block: the block is kept to be passed', () => {
  // exp keeps its result for itself; sin keeps its argument only so that a gradient can pass
  expect(bytes(sum(passed), adapter)).toEqual([2 * value, value]);
});

test('a trained block behind it needs what it reads, whoever made it', () => {
  // the head keeps its operand for its own weight
  expect(bytes(sum(labelled(nodes.mul(passed, head), 'head')), adapter, head)).toEqual([3 * value, 2 * value]);
});

test('behind a frozen block nothing is kept for it', () => {
  const frozen = labelled(nodes.map('sin', nodes.mul(x, trunk)), 'trunk');
  const [all, own] = bytes(sum(labelled(nodes.mul(frozen, head), 'head')), head);
  expect([all, own]).toEqual([value, value]);
});

test('the same block trained: its own', () => {
  const free = parameterNode('trunk.w', [1, 3]);
  const trained = labelled(nodes.map('sin', nodes.mul(adapted, free)), 'trunk');
  const [all, own] = bytes(sum(trained), adapter, free);
  expect(own).toBe(all);
});

test('a weight that enters a frozen block directly has nothing of its own', () => {
  const prompt = parameterNode('prompt', [4, 3]);
  const [all, own] = bytes(sum(labelled(nodes.map('sin', nodes.mul(nodes.add(x, prompt), trunk)), 'trunk')), prompt);
  expect([all, own]).toEqual([value, 0]);
});
