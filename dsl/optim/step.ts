/**
 * Step: what one step of training computes, as one plan: some scalars, then the gradients.
 */
import { elements, is, type Node } from '../expr.ts';
import { grad } from '../grad.ts';
import { planOf } from '../plan.ts';
import type { Plan } from '../schedule.ts';
import type { Slot } from './layout.ts';

/** A parameter that is trained, and how many of the plan's outputs its gradient takes. */
export interface Trained {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly slot: Slot;
}

export interface Step {
  /** outputs: the reports, then for each trained parameter its gradient, or the two factors of its gradient */
  readonly plan: Plan;
  readonly reports: number;
  readonly trained: readonly Trained[];
  /** names of the inputs that the plan reads */
  readonly inputs: ReadonlySet<string>;
}

/** Names of the inputs that a plan reads. */
export const inputsOf = (plan: Plan): ReadonlySet<string> => new Set(plan.steps.flatMap((n) => (is('input', n) ? [n.params.name] : [])));

/** One step that lowers the first report, a scalar, in the parameters among `wrt`; the other scalars are told along. */
export const stepOf = (reports: readonly [Node, ...Node[]], wrt: readonly Node[]): Step => {
  const parameters = wrt.flatMap((node) => (is('parameter', node) ? [node] : []));
  const { gradients } = grad(reports[0], parameters);
  const plan = planOf([...reports, ...gradients]);
  return { plan, reports: reports.length, trained: parameters.map(({ params, sizes }) => ({ name: params.name, sizes, slot: { length: elements(sizes) } })), inputs: inputsOf(plan) };
};
