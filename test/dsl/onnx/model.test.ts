/** What is written into an ONNX file: its form, names, initialisers, external data, and what is refused. */
import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { constantNode, fillNode, inputNode, node, nodes, parameterNode, planOf, type Primitive, schedule, type Value } from '../../../dsl/index.ts';
import { onnxModel, type OnnxOptions, opset } from '../../../dsl/onnx/index.ts';
import { encode } from '../../../dsl/onnx/proto.ts';
import { rows } from '../../../dsl/onnx/rows.ts';
import { shapeRules } from '../../../dsl/shapes-of.ts';
import { programs } from '../../../proofs/arbitraries/graphs.ts';
import { primitives, primitiveSubjects } from '../../../proofs/dsl/primitives.ts';
import { rootsOf } from '../../../proofs/subject.ts';
import { must, namesFor } from './cases.ts';
import { decode, type ReadModel, sizesOf } from './decode.ts';

const modelOf = (roots: Parameters<typeof planOf>[0], options: Partial<OnnxOptions> = {}): ReadModel => decode(must(onnxModel(planOf(roots), { name: 'm', outputs: namesFor(roots), ...options })).bytes);
const refused = (roots: Parameters<typeof planOf>[0], options: Partial<OnnxOptions> = {}): unknown => {
  const made = onnxModel(planOf(roots), { name: 'm', outputs: namesFor(roots), ...options });
  return isLeft(made) ? made.left : undefined;
};
const x = inputNode('x', [2, 3]);
const w = parameterNode('net.w', [3, 4]);
const product = nodes.einsum([[0, 1], [1, 2]], [0, 2], [x, w]);
const weight = (n = 12): Value => ({ sizes: [3, n / 3], dtype: 'f32', data: Float32Array.from({ length: n }, (_, i) => i) });

test('the table is total and lowers everything', () => {
  expect([...Object.keys(rows), 'input', 'parameter', 'constant'].toSorted()).toEqual(Object.keys(shapeRules).toSorted());
  expect(Object.entries(rows).filter(([, row]) => 'unsupported' in row)).toEqual([]);
});

/** Every name is made once and before it is used; inputs and outputs have the sizes of the plan. */
const wellFormed = ({ graph }: ReadModel): void => {
  const known = new Set(['', ...graph.input.map(({ name }) => name), ...graph.initializer.map(({ name }) => name)]);
  expect(known.size).toBe(1 + graph.input.length + graph.initializer.length);
  for (const { input, output, name } of graph.node) {
    expect(input.filter((i) => !known.has(i)), name).toEqual([]);
    for (const o of output) {
      expect(known.has(o), `${o} twice`).toBe(false);
      known.add(o);
    }
  }
  expect(graph.output.filter(({ name }) => !known.has(name))).toEqual([]);
  expect(new Set(graph.node.map(({ name }) => name)).size).toBe(graph.node.length);
};

test.each(primitives)('%s is well-formed', (p: Primitive) => {
  for (const subject of fc.sample(primitiveSubjects[p], { seed: 5, numRuns: 10 })) {
    const roots = rootsOf(subject);
    const model = modelOf(roots);
    wellFormed(model);
    expect(model.graph.output.map(sizesOf)).toEqual(roots.map(({ sizes }) => sizes));
  }
});

test('random graphs are well-formed', () => {
  for (const program of fc.sample(programs(), { seed: 6, numRuns: 100 })) wellFormed(modelOf(program.build()));
});

describe('the file', () => {
  test('says who made it, for which operators, and what it was told', () => {
    const model = modelOf([product], { version: '1.2.3', metadata: { variant: 'late', note: 'ü' } });
    expect(model).toMatchObject({ irVersion: 9, producerName: 'molt', producerVersion: '1.2.3', opsetImport: [{ domain: '', version: opset }], metadataProps: [{ key: 'variant', value: 'late' }, { key: 'note', value: 'ü' }] });
    expect(model.graph.node.map(({ opType, input, output }) => ({ opType, input, output }))).toEqual([{ opType: 'MatMul', input: ['x', 'net.w'], output: ['y0'] }]);
    expect(model.graph.input.map(sizesOf)).toEqual([[2, 3], [3, 4]]);
  });

  test('is read back as it was written', () => {
    const numbers = { f32: Float32Array.of(1.5, -2), i32: Int32Array.of(-1, 7), i64: BigInt64Array.of(-1n, 2n ** 40n), bool: Uint8Array.of(1, 0) } as const;
    const initialisers = (['f32', 'i32', 'i64', 'bool'] as const).map((type) => ({ name: type, tensor: { type, sizes: [2], data: numbers[type] } }));
    const bytes = encode({
      irVersion: 9, opset: 20, producer: 'p', version: 'v', metadata: {},
      graph: {
        name: 'g', initialisers,
        operations: [{
          name: 'n', op: 'Op', inputs: ['a', ''], outputs: ['b'],
          attributes: { i: { kind: 'int', value: -3 }, f: { kind: 'float', value: 0.5 }, s: { kind: 'text', value: 'é' }, l: { kind: 'ints', value: [-1, 300] }, t: { kind: 'tensor', value: { type: 'f32', sizes: [], data: Float32Array.of(2) } } },
        }],
        inputs: [{ name: 'a', type: 'f32', sizes: ['batch', 3, 0] }], outputs: [{ name: 'b', type: 'bool', sizes: [] }],
      },
    });
    const { graph } = decode(bytes);
    expect(graph.initializer.map(({ name, dims, dataType, rawData }) => ({ name, dims, dataType, rawData: [...rawData] }))).toEqual(
      initialisers.map(({ name, tensor: { data } }, i) => ({ name, dims: [2], dataType: [1, 6, 7, 9][i], rawData: [...new Uint8Array(data.buffer)] })));
    const [only] = graph.node;
    expect(only?.input).toEqual(['a', '']);
    expect(only?.attribute.map((a) => [a.name, a.type])).toEqual([['i', 2], ['f', 1], ['s', 3], ['l', 7], ['t', 4]]);
    const [i, f, s, l, t] = only?.attribute ?? [];
    expect([i?.i, f?.f, Buffer.from(s?.s ?? []).toString(), l?.ints, t?.t?.dims, t?.t?.dataType]).toEqual([-3, 0.5, 'é', [-1, 300], [], 1]);
    expect([...graph.input, ...graph.output].map((v) => [v.name, sizesOf(v), v.type.tensorType.elemType])).toEqual([['a', ['batch', 3, 0], 1], ['b', [], 9]]);
  });

  test('names operations after blocks', () => {
    const inner = Object.freeze({ ...nodes.map('tanh', product), path: 'fdm.0.td' });
    const names = modelOf([nodes.neg(inner)]).graph.node.map(({ name }) => name);
    expect(names.find((name) => name.startsWith('fdm.0.td/map:'))).toBeDefined();
  });

  test('the same plan, the same bytes', () => {
    const [a, b] = [0, 1].map(() => must(onnxModel(planOf([nodes.map('exp', product)]), { name: 'm', outputs: ['y'] })).bytes);
    expect(Buffer.from(a ?? []).equals(Buffer.from(b ?? []))).toBe(true);
  });
});

describe('leaves and outputs', () => {
  test('a name of both kinds is told apart', () => {
    const made = must(onnxModel(planOf([nodes.add(inputNode('a', [2]), parameterNode('a', [2])), nodes.neg(inputNode('in.a', [2]))]), { name: 'm', outputs: ['y', 'z'] }));
    expect(made.inputs.map(({ name, leaf }) => [name, leaf.primitive, leaf.params.name])).toEqual([['in.in.a', 'input', 'a'], ['in.a', 'input', 'in.a'], ['w.a', 'parameter', 'a']]);
  });

  test('outputs may be leaves, constants, each other, and what has the same value', () => {
    const y = nodes.map('tanh', x);
    const model = modelOf([x, y, y, node('stopGradient', {}, [y]), fillNode(2, []), constantNode(Float32Array.of(1, 2), [2])]);
    wellFormed(model);
    expect(model.graph.node.map(({ opType }) => opType).toSorted()).toEqual(['Identity', 'Identity', 'Identity', 'Identity', 'Identity', 'Tanh']);
  });

  test('what does not fit is a fault', () => {
    expect(refused([product], { outputs: [] })).toMatchObject({ _tag: 'Usage', given: ['0 names'] });
    expect(refused([product], { outputs: ['x'] })).toMatchObject({ _tag: 'Usage', given: ["'x'"] });
    expect(refused([product, nodes.neg(x)], { outputs: ['y', 'y'] })).toMatchObject({ _tag: 'Usage', given: ["'y'"] });
    expect(refused([nodes.neg(x), nodes.neg(inputNode('x', [4]))])).toMatchObject({ _tag: 'Name', where: "input 'x'" });
    expect(refused([product], { initialisers: new Map([['net.w', weight(9)]]) })).toMatchObject({ _tag: 'Shape', where: "parameter 'net.w'" });
    const odd = onnxModel(schedule([nodes.einsum([[0, 1], [1, 2], [2, 3]], [0, 3], [x, w, parameterNode('v', [4, 5])])]), { name: 'm', outputs: ['y'] });
    expect(isLeft(odd) && odd.left).toMatchObject({ _tag: 'Unsupported', where: 'einsum at the root' });
  });
});

describe('initialisers', () => {
  test('are part of the file, and no inputs; other names are passed over', () => {
    const model = modelOf([product], { initialisers: new Map([['net.w', weight()], ['other', weight()]]) });
    expect(model.graph.input.map(({ name }) => name)).toEqual(['x']);
    const [only] = model.graph.initializer;
    expect([only?.name, only?.dims, [...new Float32Array(Uint8Array.from(only?.rawData ?? []).buffer)]]).toEqual(['net.w', [3, 4], [...weight().data]]);
  });

  test('in double precision are rounded; equal constants are one, equal weights are not', () => {
    const double: Value = { ...weight(), data: Float64Array.from({ length: 12 }, () => 0.1) };
    const twin = parameterNode('v', [3, 4]);
    const model = modelOf([nodes.add(nodes.einsum([[0, 1], [1, 2]], [0, 2], [nodes.shift(x, 3), w]), nodes.shift(nodes.einsum([[0, 1], [1, 2]], [0, 2], [x, twin]), 3))], { initialisers: new Map([['net.w', double], ['v', double]]) });
    expect(model.graph.initializer.map(({ name }) => name)).toContain('net.w');
    expect(model.graph.initializer.map(({ name }) => name)).toContain('v');
    expect(model.graph.initializer.filter(({ rawData }) => Buffer.from(rawData).equals(Buffer.from(Float32Array.of(3).buffer)))).toHaveLength(1);
    expect(model.graph.initializer.find(({ name }) => name === 'v')?.rawData).toEqual(Buffer.from(Float32Array.from({ length: 12 }, () => 0.1).buffer));
  });

  test('of a kilobyte and more are given beside the file where asked, not copied', () => {
    const big = parameterNode('big', [3, 400]);
    const last = parameterNode('last', [400, 2]);
    const roots = [nodes.einsum([[0, 1], [1, 2]], [0, 2], [nodes.einsum([[0, 1], [1, 2]], [0, 2], [x, big]), last]), product];
    const values = new Map([['big', weight(1200)], ['net.w', weight()], ['last', { ...weight(800 * 3), sizes: [400, 2], data: new Float32Array(800) }]]);
    const made = must(onnxModel(planOf(roots), { name: 'm', outputs: ['y', 'z'], initialisers: values, external: true, location: 'm.data' }));
    expect(made.external.map(({ name, location, offset }) => ({ name, location, offset }))).toEqual([{ name: 'big', location: 'm.data', offset: 0 }, { name: 'last', location: 'm.data', offset: 8192 }]);
    expect(made.external[0]?.data).toBe(values.get('big')?.data);
    const read = decode(made.bytes).graph.initializer.find(({ name }) => name === 'last');
    expect([read?.dataLocation, read?.externalData, read?.rawData.length]).toEqual([1, [{ key: 'location', value: 'm.data' }, { key: 'offset', value: '8192' }, { key: 'length', value: '3200' }], 0]);
  });
});
