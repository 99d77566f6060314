/**
 * Graph: a plan as an ONNX graph, still a value.
 * idea:  a walk over the plan's steps; each row's term becomes operations whose names carry the block path, so that profilers and
 *        viewers speak of `fdm.0.uda.1.visual.td`.
 * not:   rewriting: a plan is written as it is, every einsum canonical.
 */
import { type Either, isLeft, left, map, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { Value } from '../backend.ts';
import { type Data, type ElementType, elements, is, type Node, type Primitive } from '../expr.ts';
import type { Plan } from '../schedule.ts';
import { emitter, freshNames } from './emitter.ts';
import { type BoundLeaf, leavesOf, type OnnxLeaf } from './leaves.ts';
import { merged } from './merged.ts';
import type { Graph, ValueInfo } from './proto.ts';
import { type Bound, termOf } from './rows.ts';
import { share } from './share.ts';
import { apply, type Tensor, type Term } from './term.ts';
import { needed, origin, viewName } from './views.ts';

export interface GraphOptions {
  /** of the graph */
  readonly name: string;
  /** name of each output of the plan, in order; they differ from each other and from the leaves' */
  readonly outputs: readonly string[];
  /** parameters that are part of the model, by dotted name; all others are inputs. Names that the plan does not use are passed over. */
  readonly initialisers?: ReadonlyMap<string, Value>;
  /**
   * For engines that bind memory: a reshape of an input is an input of its own over the same memory, and a reshaped output is declared
   * in the sizes that it has before. `sizes` of inputs and outputs then say how to bind.
   */
  readonly views?: boolean;
}
export interface PlanGraph {
  readonly graph: Graph;
  readonly inputs: readonly OnnxLeaf[];
  /** names of the initialisers that are parameters */
  readonly held: ReadonlySet<string>;
}

const bits = {
  f32: (data: Data) => (data instanceof Float32Array ? data : Float32Array.from(data)),
  i32: (data: Data) => (data instanceof Int32Array ? data : Int32Array.from(data)),
  bool: (data: Data) => Uint8Array.from(data, (x) => (x === 0 ? 0 : 1)),
} as const satisfies { readonly [T in ElementType]: (data: Data) => Tensor['data'] };

const tensorOf = (value: Value): Tensor => ({ type: value.dtype, sizes: value.sizes, data: bits[value.dtype](value.data) });

const described = (x: { readonly dtype: ElementType; readonly sizes: readonly number[] }): string => `${x.dtype} [${x.sizes.join(', ')}]`;

/** errors: Shape where the value is not what the parameter needs */
const fitting = (leaf: BoundLeaf, value: Value): Either<Fault, Tensor> =>
  described(leaf) === described(value) && value.data.length === elements(leaf.sizes)
    ? right(tensorOf(value))
    : left(fault('Shape', `parameter '${leaf.params.name}'`, [`${described(value)} with ${value.data.length} elements`], `${described(leaf)}, ${elements(leaf.sizes)} elements`));

const repeated = (names: readonly string[]): string | undefined => names.find((name, i) => names.indexOf(name) !== i);

/** errors: Usage where the names of the outputs don't fit the plan */
const checkNames = (plan: Plan, outputs: readonly string[], leaves: readonly OnnxLeaf[]): Either<Fault, ReadonlySet<string>> => {
  if (outputs.length !== plan.outputs.length) return left(fault('Usage', 'onnx', [`${outputs.length} names`], `a name for each of ${plan.outputs.length} outputs`));
  const names = [...leaves.map(({ name }) => name), ...outputs];
  const twice = repeated(names);
  return twice === undefined && !names.includes('') ? right(new Set(names)) : left(fault('Usage', 'onnx', [`'${twice ?? ''}'`], 'names of outputs that are not empty and differ from each other and from the names of inputs and parameters'));
};

const isBound = (node: Node): node is Node<Bound> => is('input', node) || is('parameter', node) || is('constant', node);
const isComputed = (node: Node): node is Node<Exclude<Primitive, Bound>> => !isBound(node);

/** The graph of a plan with every constant as often as it is used. errors: as graphOf */
export const plainGraphOf = (plan: Plan, options: GraphOptions): Either<Fault, PlanGraph> => {
  const leaves = leavesOf(plan);
  if (isLeft(leaves)) return leaves;
  const reserved = checkNames(plan, options.outputs, leaves.right.all);
  if (isLeft(reserved)) return reserved;
  const fresh = freshNames(reserved.right);
  const emit = emitter(fresh);

  const inputs: OnnxLeaf[] = [];
  const held = new Set<string>();
  for (const one of leaves.right.all) {
    const value = is('parameter', one.leaf) ? options.initialisers?.get(one.leaf.params.name) : undefined;
    if (value === undefined) inputs.push(one);
    else {
      const tensor = fitting(one.leaf, value);
      if (isLeft(tensor)) return tensor;
      held.add(emit.initialiser(one.name, tensor.right));
    }
  }

  const isInput = new Set(inputs.map(({ name }) => name));
  const viewed = new Map<string, OnnxLeaf>();
  /** A reshaped input as an input. */
  const view = (node: Node): string | undefined => {
    const [operand] = node.operands;
    if (options.views !== true || !is('reshape', node) || operand === undefined || !(is('input', operand) || is('parameter', operand))) return undefined;
    const own = leaves.right.nameOf(operand);
    if (!isInput.has(own)) return undefined;
    const name = viewName(own, node.sizes);
    if (!viewed.has(name)) viewed.set(name, { name: reserved.right.has(name) ? fresh() : name, leaf: operand, sizes: node.sizes });
    return viewed.get(name)?.name;
  };

  const wanted = new Map<Node, string>();
  const returned = new Set(plan.outputs);
  const sources = plan.outputs.map((node, i) => {
    const name = options.outputs[i];
    const source = options.views === true && !wanted.has(node) ? origin(node, (n) => returned.has(n) || wanted.has(n)) : node;
    if (name !== undefined && !wanted.has(source)) wanted.set(source, name);
    return source;
  });
  const terms = new Map<Node, Term>();
  const termAt = (node: Node): Term => terms.get(node) ?? { kind: 'value', name: '' };
  const named = (name: string): Term => ({ kind: 'value', name });
  const together = merged(plan, (node) => is('parameter', node) && options.initialisers?.has(node.params.name) === true);
  for (const node of plan.steps) {
    if (together.absorbed.has(node)) continue;
    if (is('input', node) || is('parameter', node)) terms.set(node, named(leaves.right.nameOf(node)));
    else if (is('constant', node)) terms.set(node, named(emit.value({ kind: 'tensor', tensor: tensorOf({ sizes: node.sizes, dtype: node.dtype, data: node.params.data }) }, node.path)));
    else if (isComputed(node)) {
      const seen = view(node);
      if (seen !== undefined) {
        terms.set(node, named(seen));
        continue;
      }
      const term = together.termOf(node, termAt) ?? termOf(node, node.operands.map(termAt));
      if ('refused' in term) return left(fault('Unsupported', `${node.primitive} at ${node.path || 'the root'}`, [described(node)], `a form that ONNX has: ${term.refused}`));
      terms.set(node, term.kind === 'tensor' ? term : named(emit.value(term, `${node.path}/${node.primitive}`, wanted.get(node))));
    }
  }

  const outputs = plan.outputs.map((node, i): ValueInfo => {
    const name = options.outputs[i] ?? '';
    const source = termAt(sources[i] ?? node);
    if (source.kind === 'value' && source.name === name) return { name, type: node.dtype, sizes: (sources[i] ?? node).sizes };
    // a leaf, a constant, another's alias or asked for twice
    emit.value(apply('Identity', [termAt(node)]), `${node.path}/output`, name);
    return { name, type: node.dtype, sizes: node.sizes };
  });
  const all = [...inputs, ...viewed.values()];
  const graph: Graph = { name: options.name, operations: emit.operations, initialisers: emit.initialisers, inputs: all.map(({ name, leaf, sizes }) => ({ name, type: leaf.dtype, sizes })), outputs };
  if (options.views !== true) return right({ graph, inputs, held });
  const kept = needed(graph);
  const read = new Set(kept.inputs.map(({ name }) => name));
  return right({ graph: kept, inputs: all.filter(({ name }) => read.has(name)), held });
};

/** The same, with equal constants shared. */
export const shared = (made: PlanGraph): PlanGraph => ({ ...made, graph: share(made.graph, made.held) });

/** The graph of a plan. errors: Usage, Name, Shape for names and initialisers; Unsupported, naming the node, where a row refuses */
export const graphOf = (plan: Plan, options: GraphOptions): Either<Fault, PlanGraph> => pipe(plainGraphOf(plan, options), map(shared));
