/**
 * Reference: the backend that is the meaning of the language; plain TypeScript in double precision.
 * idea:  a plan is walked once; a value is dropped as soon as the plan says that it is not needed.
 * laws:  proofs/dsl: every other backend agrees with this one within its stated tolerance; predicted peak = measured peak
 * not:   rounding. f32 values are held in double precision and returned as Float64Array; the measure counts them as 4 bytes.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, faultOf, raise, type Fault } from '../../../shapes/fault.ts';
import type { Backend, Bindings, Measured, Program, Value } from '../../backend.ts';
import { byteSize, type Node } from '../../expr.ts';
import { schedule, type Plan } from '../../schedule.ts';
import { bindPlan, checkLeaf, delivered, isBoundLeaf } from '../bindings.ts';
import { copied, type Numbers } from './arrays.ts';
import { compute } from './rows.ts';

/** Arrays that are alive, and their bytes; several nodes may hold one array. */
const arena = () => {
  const arrays = new Map<Node, Numbers>();
  const holders = new Map<Numbers, number>();
  let bytes = 0;
  let peak = 0;
  return {
    get: (node: Node): Numbers => arrays.get(node) ?? raise(fault('Defect', node.primitive, ['its value is gone'], 'a value kept until its last use', 'please report this')),
    keep: (node: Node, array: Numbers): void => {
      const count = holders.get(array) ?? 0;
      if (count === 0) bytes += byteSize(node);
      holders.set(array, count + 1);
      arrays.set(node, array);
      peak = Math.max(peak, bytes);
    },
    free: (node: Node): void => {
      const array = arrays.get(node);
      if (array === undefined) return;
      arrays.delete(node);
      const left = (holders.get(array) ?? 0) - 1;
      if (left > 0) holders.set(array, left);
      else {
        holders.delete(array);
        bytes -= byteSize(node);
      }
    },
    peak: () => peak,
    alive: (): readonly Node[] => [...arrays.keys()],
  };
};

const runPlan = (plan: Plan, bound: ReadonlyMap<Node, Value>): { readonly values: readonly Value[]; readonly measured: Measured } => {
  const held = arena();
  const leaf = (node: Node): Numbers => {
    const value = bound.get(node);
    return value === undefined ? raise(fault('Defect', node.primitive, ['no value'], 'a bound leaf', 'please report this')) : copied(value.data);
  };
  plan.steps.forEach((node, step) => {
    held.keep(node, compute(node, node.operands.map(held.get), leaf));
    for (const freed of plan.frees[step] ?? []) held.free(freed);
  });
  const values = plan.outputs.map((node): Value => ({ sizes: node.sizes, dtype: node.dtype, data: held.get(node) }));
  const kept = new Set(plan.outputs);
  return { values, measured: { peakBytes: held.peak(), leaked: held.alive().filter((node) => !kept.has(node)).length } };
};

const attempt = <A>(f: () => A): E.Either<Fault, A> => E.tryCatch(f, (thrown) => faultOf('reference', thrown));

/**
 * Values of the roots, at once and without side effects; for laws and tests.
 * units:  f32 as Float64Array, i32 as Int32Array, bool as Uint8Array of 0 and 1
 * errors: Name, Shape, Decode for a leaf; Decode for an index out of bounds
 */
export const evaluate = (roots: readonly Node[], bindings: Bindings): E.Either<Fault, readonly Value[]> => {
  const plan = schedule(roots);
  return E.chain((bound: ReadonlyMap<Node, Value>) => attempt(() => runPlan(plan, bound).values))(bindPlan(plan, bindings));
};

/** Resident parameters of the plan, checked. */
const residents = (plan: Plan, resident: ReadonlyMap<string, Value>): E.Either<Fault, ReadonlyMap<Node, Value>> => {
  const found = new Map<Node, Value>();
  for (const node of plan.steps) {
    const value = isBoundLeaf(node) && node.primitive === 'parameter' ? resident.get(node.params.name) : undefined;
    if (value === undefined || !isBoundLeaf(node)) continue;
    const checked = checkLeaf(node, value);
    if (E.isLeft(checked)) return checked;
    found.set(node, value);
  }
  return E.right(found);
};

/** The meaning of every primitive, as a backend. */
export const reference: Backend = {
  name: 'reference',
  compile: (plan, resident = new Map()) =>
    TE.fromEither(
      E.map((fixed: ReadonlyMap<Node, Value>) => {
        const all = (bindings: Bindings) =>
          E.chain((bound: ReadonlyMap<Node, Value>) => attempt(() => runPlan(plan, new Map([...fixed, ...bound]))))(bindPlan(plan, bindings, new Set(fixed.keys())));
        const program: Program = {
          run: (bindings: Bindings, into = []) => TE.fromIOEither(() => E.chain((r: { readonly values: readonly Value[] }) => delivered(r.values, into))(all(bindings))),
          measure: (bindings: Bindings) => TE.fromIOEither(() => all(bindings)),
          dispose: () => {},
        };
        return program;
      })(residents(plan, resident)),
    ),
};
