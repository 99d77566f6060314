/**
 * Cases: plans as ONNX models with inputs and the outputs that the reference backend gives, a line of JSON each.
 */
import fc from 'fast-check';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { type Bindings, constantNode, type ElementType, fillNode, inputNode, node, type Node, nodes, planOf, type Primitive, type Value } from '../../../dsl/index.ts';
import { type OnnxModel, onnxModel, target } from '../../../dsl/onnx/index.ts';
import { emptyEinsums } from '../../../proofs/arbitraries/einsums.ts';
import { programs } from '../../../proofs/arbitraries/graphs.ts';
import { primitives, primitiveSubjects } from '../../../proofs/dsl/primitives.ts';
import { bindAll, bindSubject, rootsOf, type Subject } from '../../../proofs/subject.ts';

export interface Case {
  readonly name: string;
  readonly model: OnnxModel;
  readonly inputs: ReadonlyMap<string, Value>;
  readonly outputs: ReadonlyMap<string, Value>;
  readonly tolerance: number;
}

export const must = <T>(x: { readonly _tag: 'Left'; readonly left: unknown } | { readonly _tag: 'Right'; readonly right: T }): T => {
  if (x._tag === 'Left') throw new Error(JSON.stringify(x.left));
  return x.right;
};

export const namesFor = (roots: readonly Node[]): readonly string[] => roots.map((_, i) => `y${i}`);

export const caseOf = (name: string, roots: readonly Node[], bindings: Bindings, tolerance: number): Case => {
  const outputs = namesFor(roots);
  const model = must(onnxModel(planOf(roots, { target }), { name, outputs }));
  const values = must(evaluate(roots, bindings));
  const bound = model.inputs.flatMap(({ name: input, leaf }): readonly [string, Value][] => {
    const value = (leaf.primitive === 'input' ? bindings.inputs : bindings.parameters).get(leaf.params.name);
    return value === undefined ? [] : [[input, value]];
  });
  return { name, model, inputs: new Map(bound), outputs: new Map(outputs.flatMap((output, i) => values.slice(i, i + 1).map((v): [string, Value] => [output, v]))), tolerance };
};

const written = (values: ReadonlyMap<string, Value>): object => Object.fromEntries([...values].map(([name, { sizes, dtype, data }]) => [name, { dtype, sizes, data: [...data] }]));

export const lineOf = ({ name, model, inputs, outputs, tolerance }: Case): string =>
  JSON.stringify({ name, model: Buffer.from(model.bytes).toString('base64'), inputs: written(inputs), outputs: written(outputs), tolerance });

/** What single precision may change in one primitive, and in a graph. */
const tolerances = { primitive: 1e-5, graph: 1e-4 } as const;

/** `count` cases of each primitive. */
export const primitiveCases = (count: number): readonly Case[] =>
  primitives.flatMap((p: Primitive) => fc.sample(primitiveSubjects[p], { seed: 11, numRuns: count }).map((subject: Subject, i) => caseOf(`${p}.${i}`, rootsOf(subject), bindSubject(subject, i), tolerances.primitive)));

/** Random graphs over all primitives. */
export const graphCases = (count: number): readonly Case[] =>
  fc.sample(programs(), { seed: 12, numRuns: count }).map((program, i) => {
    const roots = program.build();
    return caseOf(`graph.${i}`, roots, bindAll(roots, i), tolerances.graph);
  });

const x = inputNode('x', [0, 3]);
const z = inputNode('z', [2, 3]);
const ids = inputNode('ids', [0], 'i32', 3);
const empty: Readonly<Record<string, Node>> = {
  sum: nodes.sumAxes(x, [0]), add: nodes.add(x, nodes.zerosLike(x)), less: nodes.compare('less', x, x), select: nodes.select(nodes.compare('less', x, x), x, x),
  softmax: node('softmax', {}, [x]), layerNorm: node('layerNorm', { eps: 0.1 }, [x]), gelu: node('gelu', {}, [x]), max: node('max', {}, [x]), argmax: node('argmax', {}, [x]), topk: node('topk', { k: 2 }, [x]),
  concat: nodes.concat(0, [x, x, nodes.map('tanh', z)]), pad: nodes.pad(x, [1, 0], [0, 2]), reshape: nodes.reshape(x, [3, 0]), permute: nodes.permute(x, [1, 0]), slice: nodes.slice(z, [1, 0], [0, 3]),
  broadcast: nodes.broadcast(nodes.reshape(x, [1, 0, 3]), [2, 0, 3]), gather: node('gather', {}, [inputNode('t', [3, 2]), ids]), scatterAdd: node('scatterAdd', { rows: 4 }, [ids, x]), oneHot: node('oneHot', { depth: 3 }, [ids]),
};

/** Operands without elements, on which several kernels of the runtime fail: alone, and in contractions. */
export const emptyCases = (count: number): readonly Case[] => [
  ...Object.entries(empty).map(([name, root]) => caseOf(`empty.${name}`, [root], bindAll([root], 1), tolerances.primitive)),
  ...fc.sample(emptyEinsums, { seed: 13, numRuns: count }).map((subject, i) => caseOf(`empty.${i}`, rootsOf(subject), bindSubject(subject, i), tolerances.primitive)),
];

/** What moves and chooses values does so for every type; comparison knows integers, casts go from every type to every type. */
const types = ['f32', 'i32', 'bool'] as const satisfies readonly ElementType[];
const typed = (dtype: ElementType): Readonly<Record<string, Node>> => {
  const below = dtype === 'i32' ? 5 : undefined;
  const [a, b] = [inputNode('a', [2, 3], dtype, below), inputNode('b', [2, 3], dtype, below)];
  const mask = inputNode('mask', [2, 3], 'bool');
  return {
    select: nodes.select(mask, a, b), reshape: nodes.reshape(a, [3, 2]), permute: nodes.permute(a, [1, 0]), broadcast: nodes.broadcast(nodes.reshape(a, [2, 1, 3]), [2, 4, 3]),
    slice: nodes.slice(a, [1, 1], [1, 2]), pad: nodes.pad(a, [1, 0], [0, 2]), concat: nodes.concat(1, [a, b, a]), gather: node('gather', {}, [a, inputNode('ids', [2, 2], 'i32', 2)]),
    stopGradient: node('stopGradient', {}, [a]), fill: nodes.concat(0, [a, fillNode(1, [2, 3], dtype)]), constant: nodes.concat(0, [a, constantNode(dtype === 'f32' ? Float32Array.of(1, 0, 1) : dtype === 'i32' ? Int32Array.of(1, 0, 1) : Uint8Array.of(1, 0, 1), [1, 3], dtype)]),
    ...Object.fromEntries(types.map((to) => [`to ${to}`, node('cast', { to }, [a])])),
    ...(dtype === 'bool' ? {} : Object.fromEntries((['less', 'lessEqual', 'equal'] as const).map((fn) => [fn, nodes.compare(fn, a, nodes.slice(b, [0, 0], [1, 3]))]))),
  };
};
export const typedCases = (): readonly Case[] => types.flatMap((dtype) => Object.entries(typed(dtype)).map(([name, root], i) => caseOf(`${dtype}.${name}`, [root], bindAll([root], i), 0)));
