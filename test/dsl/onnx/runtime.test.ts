/** What is written, ONNX Runtime reads, and its numbers are those of the reference backend: primitives, empty values, random graphs. */
import { expect, test } from 'vitest';
import { inputNode, node } from '../../../dsl/index.ts';
import { bindAll } from '../../../proofs/subject.ts';
import { type Case, caseOf, emptyCases, graphCases, primitiveCases, typedCases } from './cases.ts';
import { session } from './runtime.ts';

const difference = async ({ model, inputs, outputs, tolerance }: Case, threads = 1): Promise<string | undefined> => {
  const running = await session(model.bytes, threads);
  const found = await running.run(inputs);
  await running.close();
  for (const [name, { sizes, dtype, data }] of outputs) {
    const value = found.get(name);
    if (value === undefined || value.dtype !== dtype || value.sizes.join() !== sizes.join()) return `${name}: ${value?.dtype}[${value?.sizes.join()}] instead of ${dtype}[${sizes.join()}]`;
    const scale = dtype === 'f32' ? tolerance * Array.from(data).reduce((a, y) => Math.max(a, Math.abs(y)), 1) : 0;
    const at = Array.from(data).findIndex((y, i) => !(Math.abs((value.data[i] ?? NaN) - y) <= scale));
    if (at >= 0) return `${name}[${at}]: ${String(value.data[at])} instead of ${String(data[at])}`;
  }
  return undefined;
};

const families = { 'every element type': typedCases, primitives: () => primitiveCases(4), 'values without elements': () => emptyCases(20), graphs: () => graphCases(100) };
test.each(Object.entries(families))('%s', { timeout: 120_000 }, async (_, cases) => {
  const wrong: string[] = [];
  for (const one of cases()) {
    const why = await difference(one);
    if (why !== undefined) wrong.push(`${one.name}: ${why}`);
  }
  expect(wrong).toEqual([]);
});

test('rows of one index are added one after another, whatever the threads', async () => {
  const root = node('scatterAdd', { rows: 3 }, [inputNode('to', [20_000], 'i32', 3), inputNode('x', [20_000, 16])]);
  const one = caseOf('many', [root], bindAll([root], 1), 1e-5);
  for (const threads of [1, 2, 4]) expect(await difference(one, threads)).toBeUndefined();
});
