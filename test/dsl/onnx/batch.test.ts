/** One model for every batch size: what follows the batch, at sizes that no plan was made for, and what can't. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { constantNode, inputNode, node, nodes, parameterNode, planOf, type Node } from '../../../dsl/index.ts';
import { onnxModelOverBatches } from '../../../dsl/onnx/index.ts';
import { bindAll } from '../../../proofs/subject.ts';
import { must, namesFor } from './cases.ts';
import { decode, sizesOf } from './decode.ts';
import { session } from './runtime.ts';

const made = (roots: (batch: number) => readonly Node[], size = 8) => onnxModelOverBatches((b) => planOf(roots(b)), { symbol: 'batch', size }, { name: 'm', outputs: namesFor(roots(2)) });

const x = (b: number): Node => inputNode('x', [b, 5, 3]);
const matrix = (b: number): Node => inputNode('m', [b, 3]);
const sum = (n: Node): Node => nodes.sumAxes(n, n.sizes.map((_, i) => i));

const families: { readonly [name: string]: (b: number) => readonly Node[] } = {
  'products over all samples': (b) => [nodes.einsum([[0, 1, 2], [2, 3]], [0, 1, 3], [x(b), parameterNode('w', [3, 4])])],
  'a product for each sample': (b) => [nodes.einsum([[0, 1, 2], [0, 3, 2]], [0, 1, 3], [x(b), x(b)])],
  'a gradient, summed over samples': (b) => [nodes.einsum([[0, 1, 2], [0, 1, 3]], [2, 3], [x(b), nodes.map('tanh', x(b))])],
  'a mean over samples': (b) => [nodes.scale(sum(nodes.map('square', x(b))), 1 / b)],
  'the batch as a number': (b) => [nodes.scale(matrix(b), 3 * b)],
  'broadcast and fill': (b) => [nodes.mul(nodes.broadcast(parameterNode('v', [1, 3]), [b, 3]), nodes.add(matrix(b), nodes.zerosLike(matrix(b))))],
  'samples beside samples, and apart again': (b) => {
    const both = nodes.concat(0, [matrix(b), nodes.map('exp', matrix(b))]);
    return [nodes.slice(both, [b, 0], [b, 3]), nodes.slice(nodes.map('tanh', both), [0, 0], [b, 3])];
  },
  'padding by samples': (b) => [nodes.slice(nodes.pad(matrix(b), [b, 0], [0, 0]), [b, 0], [b, 3])],
  'samples inside': (b) => [nodes.permute(nodes.reshape(nodes.permute(x(b), [1, 0, 2]), [5, b * 3]), [1, 0])].map((n) => nodes.reshape(n, [b, 3, 5])),
  'rows by index': (b) => [node('gather', {}, [parameterNode('table', [7, 2]), inputNode('ids', [b], 'i32', 7)]), node('oneHot', { depth: 7 }, [inputNode('ids', [b], 'i32', 7)])],
  'rows added by index': (b) => [node('scatterAdd', { rows: 4 }, [inputNode('to', [b], 'i32', 4), matrix(b)])],
  'rows of their own kind': (b) => [node('softmax', {}, [matrix(b)]), node('layerNorm', { eps: 0.1 }, [matrix(b)]), node('max', {}, [matrix(b)])],
  'two axes that follow in one reshape': (b) => [nodes.reshape(nodes.reshape(nodes.einsum([[0, 1], [2, 1]], [0, 2], [matrix(b), nodes.map('tanh', matrix(b))]), [b, 1, b]), [b, b])].map(sum),
};

describe.each(Object.entries(families))('%s', (_, roots) => {
  test('at batch 1, 2, 8 and 13', async () => {
    const { bytes, inputs } = must(made(roots));
    const running = await session(bytes);
    for (const b of [1, 2, 8, 13]) {
      const at = roots(b);
      const bindings = bindAll(at, b);
      const values = must(evaluate(at, bindings));
      const given = new Map(inputs.map(({ name, leaf }) => {
        const value = (leaf.primitive === 'input' ? bindings.inputs : bindings.parameters).get(leaf.params.name);
        if (value === undefined) throw new Error(name);
        return [name, value];
      }));
      const found = await running.run(given);
      for (const [i, { sizes, data }] of values.entries()) {
        const value = found.get(`y${i}`);
        expect(value?.sizes).toEqual(sizes);
        data.forEach((want, j) => expect(Math.abs((value?.data[j] ?? NaN) - want)).toBeLessThan(2e-5 * Math.max(1, Math.abs(want))));
      }
    }
    await running.close();
  });
});

test('the batch axis has a name in inputs and outputs, and the file no larger numbers', () => {
  const { graph } = decode(must(made(families['products over all samples'] ?? (() => []))).bytes);
  expect([...graph.input, ...graph.output].map((v) => [v.name, sizesOf(v)])).toEqual([['x', ['batch', 5, 3]], ['w', [3, 4]], ['y0', ['batch', 5, 4]]]);
});

const refusals: { readonly [name: string]: readonly [(b: number) => readonly Node[], string] } = {
  'an output that is several batches long': [(b) => [nodes.reshape(matrix(b), [b * 3])], 'y0'],
  'numbers of each sample in the file': [(b) => [nodes.add(matrix(b), constantNode(Float32Array.from({ length: 3 * b }, (_, i) => i), [b, 3]))], ''],
  'other operations at each size': [(b) => [b % 2 === 0 ? nodes.map('tanh', matrix(b)) : nodes.map('exp', matrix(b))], '/map:y0'],
  'a number with another law': [(b) => [nodes.scale(matrix(b), b * b)], ''],
  'no data': [() => [nodes.map('tanh', parameterNode('w', [2]))], 'm'],
};
test.each(Object.entries(refusals))('%s is refused, by name', (_, [roots, where]) => {
  const tried = made(roots);
  expect(isLeft(tried) && tried.left).toMatchObject({ _tag: 'Unsupported', hint: 'export a fixed batch size' });
  expect(isLeft(tried) ? tried.left.where : '').toContain(`${where}`);
  expect(isLeft(tried) ? tried.left.where : '').toContain('dynamic batch');
});
