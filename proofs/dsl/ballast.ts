/**
 * Ballast: what a backend really holds between the passes of a training step, measured through nothing but its greatest bytes.
 * idea:  a buffer laid between the passes and taken away at once, heavy enough that the peak which the backend measures falls there; its
 *        weight subtracted, that peak is what was alive between the passes.
 * laws:  proofs/dsl/cost.ts
 */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Backend, type Bindings, bufferOf, byteSize, nodes, type Plan, savedIn } from '../../dsl/index.ts';
import type { Fault } from '../../shapes/index.ts';

/** The plan of a training step. */
export interface PlannedStep {
  readonly plan: Plan;
  /** how many of its outputs are the forward pass's */
  readonly forward: number;
}

/** The last step that makes one of the forward pass's outputs: what follows is the backward pass. */
export const cutOf = ({ plan, forward }: PlannedStep): number => Math.max(-1, ...plan.outputs.slice(0, forward).map((o) => plan.steps.indexOf(o)));

/** The plan with a ballast of at least so many bytes behind the cut; made from the loss, so that no engine can fold it. */
const ballasted = (plan: Plan, cut: number, least: number): { readonly plan: Plan; readonly weight: number } => {
  const count = Math.ceil(least / 4) + 1;
  const weight = 4 * count;
  const loss = plan.steps[cut];
  if (loss === undefined) return { plan, weight: 0 };
  const scalar = nodes.reshape(loss, [1]);
  const ballast = nodes.broadcast(scalar, [count]);
  const insert = <T>(items: readonly T[], more: readonly T[]): readonly T[] => [...items.slice(0, cut + 1), ...more, ...items.slice(cut + 1)];
  return { plan: { ...plan, steps: insert(plan.steps, [scalar, ballast]), frees: insert(plan.frees, [[], [scalar, ballast]]), peakBytes: plan.peakBytes + weight }, weight };
};

/** What is alive between the passes beside what is saved: leaves that are read later, and results. Disjoint from the saved values. */
const beside = (step: PlannedStep): number => {
  const { plan, forward } = step;
  const cut = cutOf(step);
  const before = new Set(plan.steps.slice(0, cut + 1));
  const read = plan.steps.slice(cut + 1).flatMap((n) => n.operands.map((o) => (before.has(o) ? bufferOf(o) : undefined)));
  const all = new Set([...read.flatMap((n) => (n !== undefined && n.operands.length === 0 ? [n] : [])), ...plan.outputs.filter((o) => before.has(o)).map(bufferOf)]);
  for (const { node } of savedIn(plan, forward)) all.delete(node);
  return [...all].reduce((bytes, n) => bytes + byteSize(n), 0);
};

/** Bytes of a run at its worst step. */
export const peakOf = (backend: Backend, plan: Plan, bindings: Bindings): TE.TaskEither<Fault, number> =>
  pipe(backend.compile(plan), TE.chain((program) => pipe(program.measure(bindings), TE.map(({ measured }) => measured.peakBytes), TE.map((peak) => { program.dispose(); return peak; }))));

/** What a backend held between the passes. */
export interface Between {
  /** saved values, and `beside` */
  readonly between: number;
  /** of these, the leaves that are read later and the results */
  readonly beside: number;
}

/**
 * Bytes that are alive between the passes of a training step on a backend.
 * `least`: bytes of the ballast; with less than the plan's peak a smaller amount between the passes may hide below the step's own peak, and is
 * then told as peak − ballast
 */
export const betweenIn = (backend: Backend, step: PlannedStep, bindings: Bindings, least: number = step.plan.peakBytes): TE.TaskEither<Fault, Between> => {
  const loaded = ballasted(step.plan, cutOf(step), least);
  return pipe(peakOf(backend, loaded.plan, bindings), TE.map((worst) => ({ between: worst - loaded.weight, beside: beside(step) })));
};

/** Greatest bytes of a training step on a backend, and those between its passes: two runs. */
export const heldIn = (backend: Backend, step: PlannedStep, bindings: Bindings): TE.TaskEither<Fault, Between & { readonly peak: number }> =>
  pipe(TE.Do, TE.bind('peak', () => peakOf(backend, step.plan, bindings)), TE.bind('more', () => betweenIn(backend, step, bindings)), TE.map(({ peak, more }) => ({ peak, ...more })));
