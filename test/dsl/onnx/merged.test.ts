/** One operation for what belongs together: the same numbers, and nothing that others read is lost. */
import { expect, test } from 'vitest';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { inputNode, type Node, node, nodes, parameterNode, schedule, type Value } from '../../../dsl/index.ts';
import { onnxModel } from '../../../dsl/onnx/index.ts';
import { bindAll } from '../../../proofs/subject.ts';
import { must, namesFor } from './cases.ts';
import { decode } from './decode.ts';
import { session } from './runtime.ts';

const x = inputNode('x', [2, 3, 8]);
const flat = nodes.reshape(x, [6, 8]);
const [gain, bias] = [parameterNode('gain', [8]), parameterNode('bias', [8])];
const w = parameterNode('w', [5, 8]);
const c = parameterNode('c', [5]);

const over = (v: Node, rank: number): Node => nodes.reshape(v, [...Array.from({ length: rank - 1 }, () => 1), v.sizes[0] ?? 1]);
const standard = (of: Node): Node => node('layerNorm', { eps: 1e-5 }, [of]);
const normed = nodes.add(nodes.mul(standard(x), over(gain, 3)), over(bias, 3));
const product = nodes.einsum([[1, 2], [3, 2]], [1, 3], [flat, w]);
const turned = nodes.einsum([[2, 1], [2, 3]], [1, 3], [inputNode('t', [8, 6]), parameterNode('v', [8, 5])]);
const squares = nodes.sumLast(nodes.map('square', x));

/** The operators of a model whose weights are part of it, when its numbers are those of the reference. */
const operators = async (...roots: readonly Node[]): Promise<readonly string[]> => {
  const bindings = bindAll(roots, 5);
  const initialisers: ReadonlyMap<string, Value> = bindings.parameters;
  const model = must(onnxModel(schedule(roots), { name: 'm', outputs: namesFor(roots), initialisers }));
  const running = await session(model.bytes);
  const found = await running.run(new Map(model.inputs.flatMap(({ name }) => { const value = bindings.inputs.get(name); return value === undefined ? [] : [[name, value] as const]; })));
  await running.close();
  must(evaluate(roots, bindings)).forEach(({ data }, i) => data.forEach((wanted, j) => expect(Math.abs((found.get(`y${i}`)?.data[j] ?? Number.NaN) - wanted)).toBeLessThan(1e-4 * Math.max(1, Math.abs(wanted)))));
  return decode(model.bytes).graph.node.map(({ opType }) => opType).filter((op) => op !== 'Reshape').toSorted();
};

test('a normalisation takes its gain and its bias', async () => {
  expect(await operators(normed)).toEqual(['LayerNormalization']);
  expect(await operators(nodes.add(over(bias, 3), nodes.mul(over(gain, 3), standard(x))))).toEqual(['LayerNormalization']);
});

test('what others read as well stays', async () => {
  expect(await operators(normed, nodes.mul(standard(x), over(gain, 3)))).toEqual(['Add', 'ConstantOfShape', 'LayerNormalization', 'Mul']);
  expect(await operators(product, nodes.add(product, over(c, 2)))).toEqual(['Add', 'Gemm']);
  expect(await operators(nodes.sub(squares, nodes.sumLast(nodes.map('exp', nodes.map('square', x)))))).toEqual(['Exp', 'Mul', 'ReduceSum', 'ReduceSum', 'Sub']);
});

test('a product with a weight that stays reads it as it lies, and takes its bias', async () => {
  expect(await operators(product)).toEqual(['Gemm']);
  expect(await operators(nodes.add(over(c, 2), product))).toEqual(['Gemm']);
  expect(await operators(nodes.add(turned, over(c, 2)))).toEqual(['Gemm']);
});

test('a bias along another axis is no bias', async () => {
  expect(await operators(nodes.add(product, parameterNode('rows', [6, 1])))).toEqual(['Add', 'Gemm']);
  expect(await operators(nodes.add(nodes.mul(standard(x), over(gain, 3)), parameterNode('column', [2, 1, 8])))).toEqual(['Add', 'ConstantOfShape', 'LayerNormalization', 'Mul']);
});

test('a sum of squares is one pass', async () => {
  expect(await operators(squares)).toEqual(['ReduceSumSquare']);
});
