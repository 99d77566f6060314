/** With views, reshapes at the edge of a graph are gone and the numbers are the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { type Bindings, inputNode, lower, type Node, node, nodes, parameterNode, schedule, type Value } from '../../../dsl/index.ts';
import { onnxModel, type OnnxModel } from '../../../dsl/onnx/index.ts';
import { programs } from '../../../proofs/arbitraries/graphs.ts';
import { bindAll } from '../../../proofs/subject.ts';
import { must, namesFor } from './cases.ts';
import { decode } from './decode.ts';
import { session } from './runtime.ts';

const modelOf = (roots: readonly Node[], more: { readonly initialisers?: ReadonlyMap<string, Value> } = {}): OnnxModel => must(onnxModel(schedule(lower(roots)), { name: 'm', outputs: namesFor(roots), views: true, ...more }));
const operators = ({ bytes }: OnnxModel): readonly string[] => decode(bytes).graph.node.map(({ opType }) => opType);

const agrees = async (model: OnnxModel, roots: readonly Node[], bindings: Bindings): Promise<void> => {
  const running = await session(model.bytes);
  const found = await running.run(new Map(model.inputs.map(({ name, leaf, sizes }) => {
    const value = (leaf.primitive === 'input' ? bindings.inputs : bindings.parameters).get(leaf.params.name);
    if (value === undefined) throw new Error(name);
    return [name, { ...value, sizes }];
  })));
  await running.close();
  must(evaluate(roots, bindings)).forEach(({ data }, i) => {
    expect(found.get(`y${i}`)?.sizes).toEqual(model.outputs[i]?.sizes);
    expect(found.get(`y${i}`)?.data).toHaveLength(data.length);
    data.forEach((x, j) => expect(Math.abs((found.get(`y${i}`)?.data[j] ?? NaN) - x)).toBeLessThan(1e-4 * Math.max(1, Math.abs(x))));
  });
};

const w = parameterNode('w', [4, 6]);
const tanh = (x: Node): Node => nodes.map('tanh', x);

describe('reshapes of', () => {
  test('inputs are inputs, one for each size', async () => {
    const roots = [tanh(nodes.reshape(w, [2, 12])), nodes.sumAxes(nodes.reshape(w, [2, 12]), [0]), tanh(nodes.reshape(w, [24]))];
    const model = modelOf(roots);
    expect(model.inputs.map(({ name, sizes, leaf }) => [name, sizes, leaf.params.name])).toEqual([['w [2, 12]', [2, 12], 'w'], ['w [24]', [24], 'w']]);
    expect(operators(model)).not.toContain('Reshape');
    await agrees(model, roots, bindAll(roots, 1));
  });
  test('an input that is also read as it is', async () => {
    const roots = [tanh(nodes.reshape(w, [24])), nodes.map('exp', w)];
    expect(modelOf(roots).inputs.map(({ sizes }) => sizes)).toEqual([[4, 6], [24]]);
    await agrees(modelOf(roots), roots, bindAll(roots, 1));
  });
  test('outputs are gone where nobody else asks for the value as it was', async () => {
    const y = tanh(w);
    const roots = [nodes.reshape(y, [24]), nodes.reshape(nodes.map('exp', w), [2, 12]), nodes.map('cos', nodes.reshape(nodes.map('exp', w), [2, 12]))];
    const model = modelOf(roots);
    expect(model.outputs.map(({ sizes }) => sizes)).toEqual([[4, 6], [4, 6], [2, 12]]);
    expect(operators(model).toSorted()).toEqual(['Cos', 'Exp', 'Reshape', 'Tanh']);
    await agrees(model, roots, bindAll(roots, 2));
    const both = [nodes.reshape(y, [24]), y, nodes.reshape(y, [2, 12])];
    await agrees(modelOf(both), both, bindAll(both, 2));
  });
  test('leaves that are outputs, and weights that are part of the model', async () => {
    const roots = [nodes.reshape(w, [24]), w, nodes.reshape(nodes.reshape(inputNode('x', [6]), [2, 3]), [3, 2]), node('stopGradient', {}, [nodes.reshape(tanh(w), [24])])];
    await agrees(modelOf(roots), roots, bindAll(roots, 3));
    const bindings = bindAll(roots, 3);
    await agrees(modelOf(roots, { initialisers: bindings.parameters }), roots, bindings);
  });
});

test('random graphs', { timeout: 120_000 }, async () => {
  for (const [i, program] of fc.sample(programs(), { seed: 21, numRuns: 150 }).entries()) {
    const roots = program.build();
    await agrees(modelOf(roots), roots, bindAll(roots, i));
  }
});
