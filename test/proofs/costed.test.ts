/** Costed: a claim's block at real sizes has the graphs, the weights and the numbers that it should have. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { addBias, block, closeGraph, dot, fanIn, frozen, is, param, softmax, zeros } from '../../dsl/index.ts';
import { meaning, valuesOf } from '../../proofs/engine.ts';
import { claim, type Costed } from '../../proofs/index.ts';
import { type Dim, dim, type Tensor } from '../../shapes/index.ts';

const affine = block({ weight: param(fanIn(), dim(3), dim(2)), bias: param(zeros, dim(2)) }, (p) => <B extends Dim, N extends Dim>(x: Tensor<[B, N, 3]>) => addBias(dot(x, p.weight), p.bias));
const made = (all: ReturnType<ReturnType<typeof claim>['costed']>): Costed => (isLeft(all) ? expect.fail(JSON.stringify(all.left.fault)) : all.right);

test('the first letter is the batch, the others have the sizes of the claim', () => {
  const { batch, outputs, loss, gradients, declared, inputs } = made(claim(affine, { inputs: ['b n 3'], outputs: ['b n 2'], at: { n: 5 } }).costed(4));
  expect([batch, outputs.map(({ sizes }) => sizes), loss.sizes, gradients.map(({ sizes }) => sizes), declared.map(({ name }) => name)]).toEqual([4, [[4, 5, 2]], [], [[3, 2], [2]], ['weight', 'bias']]);
  expect(inputs(1).get('x0')).toMatchObject({ sizes: [4, 5, 3], dtype: 'f32' });
  expect(inputs(1)).toEqual(inputs(1));
  expect(inputs(1)).not.toEqual(inputs(2));
});

test('a batch with a size of its own, and no batch at all, are one sample', () => {
  expect(made(claim(softmax, { inputs: ['n'], at: { n: 6 } }).costed(4))).toMatchObject({ batch: 1, outputs: [{ sizes: [6] }], gradients: [] });
  expect(made(claim(softmax, { inputs: ['7'] }).costed(4))).toMatchObject({ batch: 1, outputs: [{ sizes: [7] }] });
});

test('the loss is the mean square; frozen weights have no gradient', async () => {
  const { loss, outputs, inputs, gradients } = made(claim(frozen(affine), { inputs: ['b n 3'], at: { n: 2 } }).costed(2));
  expect(gradients).toEqual([]);
  const parameters = new Map(closeGraph([loss]).nodes.flatMap((n) => (is('parameter', n) ? [[n.params.name, { sizes: n.sizes, dtype: 'f32' as const, data: new Float32Array(n.sizes.reduce((a, b) => a * b, 1)).fill(0.5) }] as const] : [])));
  const values = await valuesOf(meaning, [loss, ...outputs], { inputs: inputs(3), parameters })();
  if (isLeft(values)) return expect.fail();
  const [power, y] = values.right;
  const squares = Array.from(y?.data ?? [], (v) => v * v);
  expect(power?.data[0]).toBeCloseTo(squares.reduce((a, b) => a + b, 0) / squares.length, 6);
  return undefined;
});
