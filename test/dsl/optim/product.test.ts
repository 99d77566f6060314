/** Gradients held as products: the factors' product is the gradient, on random einsums and on MoLT; what is no such product stays whole. */
import * as E from 'fp-ts/lib/Either.js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Fault, printFault } from '../../../shapes/fault.ts';
import { constantNode, elements, grad, initialise, type Node, nodes, parameterNode, planOf, random, type Value } from '../../../dsl/index.ts';
import { evaluate, reference } from '../../../dsl/backends/reference/index.ts';
import { tfjs } from '../../../dsl/backends/tfjs/index.ts';
import { adamWDefaults, productOf, trainer, trainState } from '../../../dsl/optim/index.ts';
import { demoVariant } from '../../../molt/demo/settings.ts';
import { trainStep } from '../../../molt/train/loop.ts';
import { learnerFor } from '../../../molt/variants/whole.ts';

const right = <A>(e: E.Either<Fault, A>): A => {
  if (E.isLeft(e)) throw new Error(printFault(e.left));
  return e.right;
};
const none = { inputs: new Map<string, Value>(), parameters: new Map<string, Value>() };
const numbers = (nodesOf: readonly Node[]): readonly ArrayLike<number>[] => right(evaluate(nodesOf, none)).map(({ data }) => data);
const all = { rank: 1000, share: 1000 };

/** An einsum [summed, groups, rows] × [summed, groups, columns] → [rows, groups, columns], its operands' axes in any order. */
const made = fc.record({
  summed: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }), groups: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
  rows: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }), columns: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
  swap: fc.boolean(), seed: fc.integer(),
}).map(({ summed, groups, rows, columns, swap, seed }) => {
  const sizes = [...summed, ...groups, ...rows, ...columns];
  const from = (start: number, part: readonly number[]): readonly number[] => part.map((_, i) => start + i);
  const [s, g] = [from(0, summed), from(summed.length, groups)];
  const [r, c] = [from(summed.length + groups.length, rows), from(summed.length + groups.length + rows.length, columns)];
  const shuffled = (axes: readonly number[], name: string): readonly number[] => Array.from(random.permutation(random.named(random.key(seed), name), axes.length), (i) => axes[i] ?? 0);
  const operand = (axes: readonly number[], name: string) => {
    const order = shuffled(axes, name);
    const shape = order.map((axis) => sizes[axis] ?? 1);
    return { order, node: constantNode(Float32Array.from(random.normal(random.named(random.key(seed), `${name} data`), elements(shape))), shape) };
  };
  const [left, other] = [operand([...s, ...g, ...r], 'left'), operand([...s, ...g, ...c], 'right')];
  const operands = swap ? [other, left] : [left, other];
  return nodes.einsum(operands.map(({ order }) => order), [...r, ...g, ...c], operands.map(({ node }) => node));
});

test('the factors of a product multiply to it', () => {
  fc.assert(fc.property(made, fc.boolean(), (gradient, reshaped) => {
    const product = productOf(reshaped ? nodes.reshape(gradient, [elements(gradient.sizes)]) : gradient, all);
    if (product === undefined) throw new Error('not found');
    const { rank, groups, rows, columns } = product.sizes;
    const [whole = [], left = [], other = []] = numbers([gradient, product.left, product.right]);
    expect([left.length, other.length, whole.length]).toEqual([rank * groups * rows, rank * groups * columns, rows * groups * columns]);
    for (let i = 0; i < rows; i += 1) for (let j = 0; j < groups; j += 1) for (let k = 0; k < columns; k += 1) {
      let sum = 0;
      for (let r = 0; r < rank; r += 1) sum += (left[(r * groups + j) * rows + i] ?? 0) * (other[(r * groups + j) * columns + k] ?? 0);
      expect(whole[(i * groups + j) * columns + k]).toBeCloseTo(sum, 10);
    }
  }), { seed: 1, numRuns: 300 });
});

test('what is no product of small factors is kept whole', () => {
  const [a, b] = [constantNode(new Float32Array(160), [4, 40]), constantNode(new Float32Array(200), [4, 50])];
  const product = nodes.einsum([[0, 1], [0, 2]], [1, 2], [a, b]);
  expect(productOf(product)?.sizes).toEqual({ rank: 4, groups: 1, rows: 40, columns: 50 });
  expect(productOf(product, { rank: 3, share: 4 })).toBeUndefined(); // too many terms
  expect(productOf(product, { rank: 16, share: 0.1 })).toBeUndefined(); // factors too large
  expect(productOf(nodes.add(product, product), all)).toBeUndefined();
  const beside = constantNode(new Float32Array(4 * 3 * 5), [4, 3, 5]);
  expect(productOf(nodes.einsum([[0, 2, 1], [0, 2, 3]], [2, 1, 3], [beside, beside]), all)).toBeUndefined(); // groups come first
  expect(productOf(nodes.einsum([[0, 1], [0, 1]], [1], [a, a]), all)).toBeUndefined(); // no axis of its own
  expect(productOf(nodes.einsum([[0, 1], [0, 2]], [1], [a, b]), all)).toBeUndefined();
});

const pair = (tokens: number, channels: number) => [{ tokens, channels }, { tokens, channels }];
const variant = demoVariant({ visual: pair(5, 16), audio: pair(6, 12) });
const learner = right(learnerFor({ ...variant, task: { kind: 'ave', classes: 2, segments: 10, head: 'linear', hidden: 0 }, adapter: { ...variant.adapter, heads: 2, width: { visual: null, audio: null } } }));
const whole = { rank: 0, share: 0 };

test('MoLT: the queries and keys of token distillation are products, on every engine the gradients and the step are the same', async () => {
  const [products, plain] = [trainStep(learner, 2, { products: { rank: 16, share: 4 } }), trainStep(learner, 2, { products: whole })];
  const found = products.trained.filter(({ slot }) => slot.product !== undefined).map(({ name }) => name);
  const wanted = products.trained.map(({ name }) => name).filter((name) => /td\.(query|key)$/.test(name));
  expect(found).toEqual(expect.arrayContaining(wanted));
  expect(wanted.length).toBeGreaterThan(4);
  expect(plain.trained.every(({ slot }) => slot.product === undefined)).toBe(true);
  const start = trainState(new Map([...initialise(learner.declared, random.key(1))].map(([name, { data }]) => [name, Float32Array.from(data)])));
  const inputs = new Map([...['visual.0', 'visual.1'].map((name) => [name, [2, 5, 16]] as const), ...['audio.0', 'audio.1'].map((name) => [name, [2, 6, 12]] as const)]
    .map(([name, sizes]): [string, Value] => [name, { sizes, dtype: 'f32', data: Float32Array.from(random.normal(random.named(random.key(2), name), elements(sizes))) }]));
  inputs.set('labels', { sizes: [2], dtype: 'i32', data: Int32Array.of(0, 2) });
  const { gradients: asked } = grad(learner.train(2).loss, products.trained.map(({ name, sizes }) => parameterNode(name, sizes)));
  const parameters = new Map(products.trained.map(({ name, sizes }): [string, Value] => [name, { sizes, dtype: 'f32', data: start.weights.get(name) ?? new Float32Array() }]));
  const truth = right(evaluate(planOf(asked).outputs, { inputs, parameters }));
  for (const backend of [reference, right(await tfjs('wasm')())]) {
    const [formed, dense] = [right(await trainer(backend, products, start, { name: 'm', adam: adamWDefaults })()), right(await trainer(backend, plain, start, { name: 'm', adam: adamWDefaults })())];
    for (const each of [formed, dense]) {
      right(await each.step(inputs, 1e-3)());
      const gradients = each.gradients();
      products.trained.forEach(({ name }, i) => {
        const one = truth[i]?.data ?? [];
        const largest = Math.max(...Array.from(one, Math.abs));
        gradients.get(name)?.forEach((g, k) => { if (Math.abs(g - (one[k] ?? NaN)) > 1e-4 * largest + 1e-7) throw new Error(`${backend.name} ${name}[${k}]: ${g}, not ${one[k]}`); });
      });
    }
    for (const [name, m] of formed.state().first) m.forEach((one, i) => { if (Math.abs(one - (dense.state().first.get(name)?.[i] ?? NaN)) > 1e-6) throw new Error(`${backend.name} ${name}[${i}]`); });
    formed.dispose();
    dense.dispose();
  }
});
