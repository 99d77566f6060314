/**
 * The training form where statistics are not where a norm would have them; and without any.
 */
import { describe, expect, test } from 'vitest';
import { closeGraph, type Declared, inputNode, is, type Node, nodes, parameterNode, zeros } from '../../../dsl/index.ts';
import { trainingForm } from '../../../molt/adapters/training-form.ts';

const frozen = (name: string): Declared => ({ name, sizes: [3], init: zeros, trainable: false });
const buffers = ['a.mean', 'a.variance', 'b.mean'].map((name): Declared => ({ ...frozen(name), buffer: true }));
const leaf = (name: string): Node => parameterNode(name, [3], false);
const [x, y] = [inputNode('x', [2, 3]), inputNode('y', [2, 3])];
const less = (value: Node, mean: Node): Node => nodes.sub(value, nodes.reshape(mean, [1, 3]));
const parametersOf = (roots: readonly Node[]): readonly string[] => closeGraph(roots).nodes.flatMap((n) => (is('parameter', n) ? [n.params.name] : []));

test('no statistics are left, and each has its moment; what is only frozen stays', () => {
  const scaled = nodes.mul(less(x, leaf('a.mean')), nodes.reshape(nodes.map('rsqrt', leaf('a.variance')), [1, 3]));
  const { roots, moments } = trainingForm([nodes.add(scaled, nodes.reshape(leaf('bn0.mean'), [1, 3]))], [...buffers, frozen('bn0.mean')]);
  expect(parametersOf(roots)).toEqual(['bn0.mean']);
  expect([...moments].map(([name, { sizes }]) => [name, sizes])).toEqual([['a.mean', [3]], ['a.variance', [3]]]);
  expect(parametersOf([...moments.values()])).toEqual([]);
});

test('a model without statistics is itself', () => {
  const roots = [less(x, leaf('c.mean'))];
  expect(trainingForm(roots, [frozen('c.mean')])).toEqual({ roots, moments: new Map() });
});

describe.each<readonly [string, Node, string]>([
  ['beside two values', nodes.add(less(x, leaf('a.mean')), less(y, leaf('a.mean'))), 'statistics of a\n  given:  beside two values'],
  ['of two norms at once', less(x, nodes.add(leaf('a.mean'), leaf('b.mean'))), 'statistics of a, b\n  given:  a zip of both'],
  ['as an output', leaf('a.mean'), 'statistics of a\n  given:  as an output'],
  ['beside two values at once', nodes.concat(0, [x, nodes.reshape(leaf('a.mean'), [1, 3]), y]), 'statistics of a\n  given:  beside 2 values in a concat'],
  ['beside weights', nodes.mul(less(parameterNode('w', [2, 3]), leaf('a.mean')), x), 'statistics of a\n  given:  beside weights'],
])('statistics %s', (_, root, said) => {
  test('are a defect', () => expect(() => trainingForm([root], buffers)).toThrow(said));
});
