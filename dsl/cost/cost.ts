/**
 * Cost: all that a model needs, without running it or making a weight.
 * idea:  sizes are part of the graph, so parameters, multiply-adds, saved and greatest bytes are functions of its roots.
 * laws:  proofs/dsl/cost.ts (saved bytes), proofs/dsl/schedule.ts (peak): what is predicted is what engines measure
 * not:   seconds, and memory that an engine takes beyond a plan's buffers.
 */
import type { Declared } from '../block.ts';
import type { Node } from '../expr.ts';
import { countBuffers, countDeclared } from '../parameters.ts';
import { planOf } from '../plan.ts';
import { interner, type Interner } from '../intern.ts';
import { lower, plainTarget } from '../lower.ts';
import { type Plan, schedule } from '../schedule.ts';
import { countParameters, type ParameterCount, type StateBytes, stateBytes } from './parameters.ts';
import { type Passes, passesOf } from './passes.ts';
import { workingBytes } from './resident.ts';
import { type Saved, savedOf } from './saved.ts';
import { workIn } from './work.ts';

/** What is costed: any roots, of any model. */
export interface Costed {
  /** samples of the batch that the graphs were built for */
  readonly batch: number;
  /** what inference reads */
  readonly outputs: readonly Node[];
  /** what training reads of the forward pass, the loss among it, and the gradients; left out for what is not trained */
  readonly training?: { readonly forward: readonly Node[]; readonly gradients: readonly Node[] };
  /** every weight of the model; left out, those that the roots read are counted */
  readonly declared?: Iterable<Declared>;
  /** a table that has the nodes of the roots, where they were closed by one: then closing them again is a walk */
  readonly table?: Interner;
}

/** Multiply-adds of one batch. */
export interface PassWork {
  readonly inference: number;
  /** of a training step */
  readonly forward: number;
  readonly backward: number;
}

export interface Cost {
  readonly batch: number;
  /** numbers of weights */
  readonly parameters: ParameterCount;
  /** bytes that do not depend on the batch */
  readonly state: StateBytes;
  readonly multiplyAdds: {
    /** every equation by itself, in its cheapest order */
    readonly printed: PassWork;
    readonly planned: PassWork;
  };
  /** bytes kept between forward and backward, of the whole batch */
  readonly saved: Saved;
  /** greatest bytes alive in a plan, leaves and outputs included; the optimiser's moments are not part of it. training: null if nothing is trained */
  readonly peak: { readonly inference: number; readonly training: number | null };
  /** greatest bytes of a program that keeps all weights in memory; training with gradients and the optimiser's moments */
  readonly resident: { readonly inference: number; readonly training: number | null };
}

/** How roots become the plan that is costed; the first `forward` of them are the forward pass's. */
export type PlanBy = (roots: readonly Node[], forward: number) => Plan;
/** As engines run it. */
export const asPlanned: PlanBy = (roots, forward) => planOf(roots, { forward });
/**
 * Every equation by itself, in its cheapest order: found several times faster. At published sizes a plan takes less; it is no bound: planning weighs
 * multiply-adds against bytes, and at tiny sizes may take a little more of either.
 */
export const asWritten: PlanBy = (roots) => schedule(lower(roots));

interface Plans {
  readonly inference: Plan;
  readonly training: Plan | undefined;
}
/** Both as written; what they have in common is lowered once. */
const written = (outputs: readonly Node[], trained: readonly Node[] | undefined, known: Interner): Plans => {
  const table = interner();
  const lowered = lower([...outputs, ...(trained ?? [])], plainTarget, known, table);
  return { inference: schedule(lowered.slice(0, outputs.length), table), training: trained === undefined ? undefined : schedule(lowered.slice(outputs.length), table) };
};

const nothing: Saved = { total: 0, constant: 0, features: 0, frozen: 0, trained: 0 };

const noPasses: Passes = { forward: [], backward: [] };

const workOfPlans = (inference: Plan, passes: Passes): PassWork => ({ inference: workIn(inference.steps), forward: workIn(passes.forward), backward: workIn(passes.backward) });

/**
 * The cost of a model.
 * units:  numbers of weights, multiply-adds, bytes (single precision); of one batch unless it says otherwise
 * @example
 * import { costOf, grad, nodes, parameterNode, inputNode } from 'molt/dsl';
 * const w = parameterNode('w', [8, 3]);
 * const y = nodes.einsum([[0, 1], [1, 2]], [0, 2], [inputNode('x', [4, 8]), w]);
 * const { loss, gradients } = grad(nodes.sumAxes(nodes.map('square', y), [0, 1]), [w]);
 * const cost = costOf({ batch: 4, outputs: [y], training: { forward: [loss], gradients } });
 * cost.multiplyAdds.printed.inference; // 96
 * cost.saved.trained; // 48: y, which the gradient of the square reads
 */
export const costOf = ({ batch, outputs, training, declared, table = interner() }: Costed, planBy: PlanBy = asPlanned): Cost => {
  const forward = training?.forward.length ?? 0;
  const trained = training === undefined ? undefined : [...training.forward, ...training.gradients];
  const plain = written(outputs, trained, table);
  const asPrinted = planBy === asWritten;
  const { inference, training: plan }: Plans = asPrinted ? plain : { inference: planBy(outputs, outputs.length), training: trained === undefined ? undefined : planBy(trained, forward) };
  const all = declared === undefined ? undefined : [...declared];
  const parameters = all === undefined ? countParameters([...outputs, ...(trained ?? [])]) : countDeclared(all);
  const state = stateBytes(parameters, countBuffers(all ?? []));
  const passes = plan === undefined ? noPasses : passesOf(plan, forward);
  const work = workOfPlans(inference, passes);
  return {
    batch,
    parameters,
    state,
    multiplyAdds: {
      printed: asPrinted ? work : workOfPlans(plain.inference, plain.training === undefined ? noPasses : passesOf(plain.training, forward)),
      planned: work,
    },
    saved: plan === undefined ? nothing : savedOf(plan, forward, passes),
    peak: { inference: inference.peakBytes, training: plan?.peakBytes ?? null },
    resident: { inference: state.weights + workingBytes(inference), training: plan === undefined ? null : state.weights + state.optimiser + workingBytes(plan) },
  };
};

/** Greatest bytes alive at any step of the roots as they are written, leaves included. */
export const peakBytes = (roots: readonly Node[]): number => schedule(lower(roots)).peakBytes;
