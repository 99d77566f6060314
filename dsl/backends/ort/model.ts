/**
 * Model: a plan as ONNX Runtime takes it: the bytes of a graph, the leaves that it asks for, the weights that stay with it.
 * idea:  what both engines, native and WebAssembly, do before and around a session.
 * laws:  test/dsl/backends/ort-node.test.ts
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import type { Bindings, Value } from '../../backend.ts';
import { is, type Node } from '../../expr.ts';
import { onnxModel, type OnnxModel } from '../../onnx/index.ts';
import type { Plan } from '../../schedule.ts';
import { bindPlan, type BoundLeaf, checkLeaf } from '../bindings.ts';

export interface Model {
  readonly plan: Plan;
  readonly onnx: OnnxModel;
  /** names of the outputs in the graph, in the plan's order */
  readonly outputs: readonly string[];
  /** parameters that need no binding */
  readonly residents: ReadonlySet<Node>;
}

/** In single precision, as the engine holds it. */
const single = (value: Value): Value => (value.dtype === 'f32' && value.data instanceof Float64Array ? { ...value, data: Float32Array.from(value.data) } : value);

/** Parameters of the plan that are resident, checked. */
const settled = (plan: Plan, resident: ReadonlyMap<string, Value>): E.Either<Fault, { readonly nodes: ReadonlySet<Node>; readonly values: ReadonlyMap<string, Value> }> => {
  const nodes = new Set<Node>();
  const values = new Map<string, Value>();
  for (const node of plan.steps) {
    const value = is('parameter', node) ? resident.get(node.params.name) : undefined;
    if (value === undefined || !is('parameter', node)) continue;
    const checked = checkLeaf(node, value);
    if (E.isLeft(checked)) return checked;
    nodes.add(node);
    values.set(node.params.name, single(checked.right));
  }
  return E.right({ nodes, values });
};

/**
 * The model of a plan; large residents lie beside its bytes.
 * errors: Unsupported (every node that ONNX cannot say), and those of a resident parameter
 */
export const modelOf = (plan: Plan, resident: ReadonlyMap<string, Value>): E.Either<Fault, Model> => {
  const outputs = plan.outputs.map((_, i) => `output ${i}`);
  return pipe(
    settled(plan, resident),
    E.chain(({ nodes, values }) =>
      E.map((onnx: OnnxModel): Model => ({ plan, onnx, outputs, residents: nodes }))(onnxModel(plan, { name: 'molt', outputs, initialisers: values, external: true, views: true }))),
  );
};

const unbound = (leaf: BoundLeaf): Fault => fault('Defect', `${leaf.primitive} '${leaf.params.name}'`, ['no value'], 'a bound leaf', 'please report this');

/** A value for each input of the graph, in its order. errors: those of bindPlan */
export const inputValues = (model: Model, bindings: Bindings): E.Either<Fault, readonly Value[]> =>
  pipe(
    bindPlan(model.plan, bindings, model.residents),
    E.chain((bound) => E.traverseArray(({ leaf }: OnnxModel['inputs'][number]) => E.fromNullable(unbound(leaf))(bound.get(leaf)))(model.onnx.inputs)),
  );
