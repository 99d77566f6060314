/**
 * Step: what one step of training computes, as one plan: some scalars, then the gradients, products as their factors.
 * laws:  test/dsl/optim/product.test.ts
 */
import { elements, is, type Node } from '../expr.ts';
import { grad } from '../grad.ts';
import { plainTarget, type Target } from '../lower.ts';
import { laidOut, ordered } from '../plan.ts';
import type { Plan } from '../schedule.ts';
import type { Slot } from './layout.ts';
import { type Product, productLimits, productOf, type ProductLimits } from './product.ts';

/** A parameter that is trained, and the room that it needs. */
export interface TrainedParameter {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly slot: Slot;
}

export interface Step {
  /** outputs: the reports, then for each trained parameter its gradient, or the left and the right factor of its gradient */
  readonly plan: Plan;
  readonly reports: number;
  readonly trained: readonly TrainedParameter[];
  /** names of the inputs that the plan reads */
  readonly inputs: ReadonlySet<string>;
}

export interface StepOptions {
  /** what the engine's matrix products read: `backend.target` */
  readonly target?: Target | undefined;
  /** which gradients are kept as products */
  readonly products?: ProductLimits;
}

/** Names of the inputs that a plan reads. */
export const inputsOf = (plan: Plan): ReadonlySet<string> => new Set(plan.steps.flatMap((n) => (is('input', n) ? [n.params.name] : [])));

/** One step that lowers the first report, a scalar, in the parameters among `wrt`; the other scalars are told along. */
export const stepOf = (reports: readonly [Node, ...Node[]], wrt: readonly Node[], options: StepOptions = {}): Step => {
  const parameters = wrt.flatMap((node) => (is('parameter', node) ? [node] : []));
  const { roots, decisions } = ordered([...reports, ...grad(reports[0], parameters).gradients]);
  const gradients = roots.slice(reports.length).map((gradient): { readonly whole: Node; readonly product: Product | undefined } => ({ whole: gradient, product: productOf(gradient, options.products ?? productLimits) }));
  const outputs = gradients.flatMap(({ whole, product }) => (product === undefined ? [whole] : [product.left, product.right]));
  const { plan } = laidOut({ roots: [...roots.slice(0, reports.length), ...outputs], decisions }, { target: options.target ?? plainTarget, forward: reports.length });
  const slotOf = (length: number, product: Product | undefined): Slot => (product === undefined ? { length } : { length, product: product.sizes });
  return { plan, reports: reports.length, trained: parameters.map(({ params, sizes }, i) => ({ name: params.name, sizes, slot: slotOf(elements(sizes), gradients[i]?.product) })), inputs: inputsOf(plan) };
};
