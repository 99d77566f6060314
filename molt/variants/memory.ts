/**
 * Memory: what a training step of a variant keeps, its greatest moment, and the part that passing gradients through frozen trunks costs.
 * idea:   predicted from the equations as they are written, for every kind of adapter alike; a batch counts clips where the task has clips.
 * laws:   test/molt/variants/memory.test.ts: in proportion to the batch; test/molt/variants/measured.test.ts: predicted = measured
 * not:    planning, which takes minutes where the trunks are part of the step: see `systemCost`.
 */
import { type Either, map } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { asWritten, type Declared, elements, type Moment, ownBytes, parameterNode, type Plan, type Saved, savedOf, workingBytes, worstMoment } from '../../dsl/index.ts';
import type { Fault } from '../../shapes/fault.ts';
import { type System, systemOf, wholeSystem } from './system.ts';
import type { Task, Variant } from './variant.ts';
import { segmentsOf } from './whole.ts';

/** Bytes of one training step. */
export interface StepMemory {
  /** clips, or samples where the task has no clips */
  readonly batch: number;
  /** kept between forward and backward, by the part that made it */
  readonly saved: Saved;
  /** of it, what is kept only because gradients pass through frozen blocks (dsl/cost/passing.ts) */
  readonly passing: number;
  /** passing / saved, 0 … 1 */
  readonly share: number;
  /** at the worst step: what is kept, gradients, and the leaves in use */
  readonly peak: number;
  /** what the peak is made of */
  readonly moment: Moment;
  /** at the worst step, with all weights and the optimiser's moments in memory throughout */
  readonly resident: number;
}

/** Segments of one clip: what a batch of 1 stands for. */
export const clipSegments = (task: Task): number => Math.max(segmentsOf(task), 'segments' in task ? task.segments : 1);

/** Samples of a step on so many clips: heads that look at single segments take a clip's segments as samples. */
export const samplesOf = (task: Task, clips: number): number => (clips * clipSegments(task)) / segmentsOf(task);

/** The training step of a system as written, and how many of its outputs are the forward pass's; a system that trains nothing has its outputs. */
export const writtenStep = ({ loss, gradients, outputs }: Pick<System, 'loss' | 'gradients' | 'outputs'>): { readonly plan: Plan; readonly forward: number } => {
  const [roots, forward] = gradients.length === 0 ? [outputs, outputs.length] : [[loss, ...gradients.toReversed()], 1];
  return { plan: asWritten(roots, forward), forward };
};

/** Bytes of numbers in single precision. */
const bytesOf = (declared: readonly Declared[]): number => 4 * declared.reduce((sum, { sizes }) => sum + elements(sizes), 0);

/** The memory of a system's training step. */
export const memoryOf = (batch: number, system: System): StepMemory => {
  const { plan, forward } = writtenStep(system);
  const saved = savedOf(plan, forward);
  const trained = system.declared.filter((d) => d.trainable);
  const passing = saved.total - ownBytes(system.loss, trained.map((d) => parameterNode(d.name, d.sizes)));
  return {
    batch, saved, passing, share: saved.total === 0 ? 0 : passing / saved.total, peak: plan.peakBytes, moment: worstMoment(plan, forward),
    // AdamW keeps two numbers for each that is trained
    resident: bytesOf(system.declared) + 2 * bytesOf(trained) + workingBytes(plan),
  };
};

/** A training step on so many clips: on stored features, or with the trunks where the adapter stands inside them. errors: those of `systemOf` */
export const stepMemory = (variant: Variant, clips: number): Either<Fault, StepMemory> =>
  pipe(systemOf(variant, samplesOf(variant.task, clips)), map((system) => memoryOf(clips, system)));

/** The same with the trunks in front whatever the adapter: features made in the step. errors: those of `wholeSystem` */
export const wholeMemory = (variant: Variant, clips: number): Either<Fault, StepMemory> =>
  pipe(wholeSystem(variant, samplesOf(variant.task, clips)), map((system) => memoryOf(clips, system)));
