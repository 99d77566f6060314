/**
 * Job: what of a variant is exported: inference, the gradients of its loss, or a whole training step.
 * idea:  graphs for any batch size with a name for every output.
 * laws:  test/molt/export/training.test.ts: the losses and weights of a training step are those of dsl/optim
 * source: names of inputs, weights and outputs are those of `molt run`
 */
import { type Either, map } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Declared, grad, inputNode, type Node, parameterNode } from '../../dsl/index.ts';
import { adamWStep } from '../../dsl/onnx/index.ts';
import type { AdamWConfig } from '../../dsl/optim/adamw.ts';
import type { Fault } from '../../shapes/fault.ts';
import { buildVariant } from '../variants/build.ts';
import { isMolt, type Variant } from '../variants/variant.ts';
import { learnerFor } from '../variants/whole.ts';

export type Outputs = ReadonlyMap<string, Node>;

/** Graphs for any batch size, the same names at each. */
export interface Job {
  /** every weight, by name */
  readonly declared: ReadonlyMap<string, Declared>;
  readonly outputs: (batch: number) => Outputs;
}

/** A variant's outputs, and its loss with its parts: `task`, `tor`, and the batch's `statistics.NAME` for those of batch norms that inference reads. */
interface Model {
  readonly declared: ReadonlyMap<string, Declared>;
  readonly infer: (batch: number) => Outputs;
  readonly loss: (batch: number) => { readonly loss: Node; readonly parts: Outputs };
}

/** errors: those of the variant's graphs */
const modelOf = (variant: Variant): Either<Fault, Model> => {
  if (variant.task.kind !== 'none' || !isMolt(variant)) {
    return pipe(learnerFor(variant), map(({ declared, infer, train, moments }) => ({
      declared, infer,
      loss: (batch) => {
        const { loss, task, tor } = train(batch);
        return { loss, parts: new Map([['task', task], ['tor', tor], ...[...(moments?.(batch) ?? [])].map(([name, moment]): [string, Node] => [`statistics.${name}`, moment])]) };
      },
    })));
  }
  return pipe(buildVariant(variant), map(({ declared, outputs }) => ({ declared, infer: (batch) => outputs(batch).outputs, loss: (batch) => ({ loss: outputs(batch).objective, parts: new Map() }) })));
};

/** What inference reads. errors: those of the variant's graphs */
export const inferenceJob = (variant: Variant): Either<Fault, Job> => pipe(modelOf(variant), map(({ declared, infer }) => ({ declared, outputs: infer })));

const trained = (declared: ReadonlyMap<string, Declared>): readonly Declared[] => [...declared.values()].filter((d) => d.trainable);

/** The loss with its parts, then for each trainable weight what `of` makes of its gradient. */
const training = (variant: Variant, of: (name: string, weight: Node, gradient: Node) => Outputs): Either<Fault, Job> =>
  pipe(modelOf(variant), map(({ declared, loss }) => ({
    declared,
    outputs: (batch) => {
      const made = loss(batch);
      const weights = trained(declared).map(({ name, sizes }) => ({ name, node: parameterNode(name, sizes) }));
      const found = grad(made.loss, weights.map(({ node }) => node));
      return new Map([['loss', found.loss], ...made.parts, ...weights.flatMap(({ name, node }, i) => found.gradients.slice(i, i + 1).flatMap((gradient) => [...of(name, node, gradient)]))]);
    },
  })));

/** Outputs `loss`, its parts, and `grad.NAME` for every trainable weight. */
export const gradientJob = (variant: Variant): Either<Fault, Job> => training(variant, (name, _, gradient) => new Map([[`grad.${name}`, gradient]]));

/**
 * Outputs `loss`, its parts, and for every trainable weight `next.NAME`, `next.first.NAME`, `next.second.NAME`.
 * Inputs besides data and weights: the moments `first.NAME` and `second.NAME` (zeros at the start), `step` (i32, from 1 on), `rate`.
 */
export const stepJob = (variant: Variant, config: AdamWConfig): Either<Fault, Job> => {
  const update = adamWStep(config, inputNode('rate', []), inputNode('step', [], 'i32'));
  return training(variant, (name, weight, gradient) => {
    const next = update({ weight, first: inputNode(`first.${name}`, weight.sizes), second: inputNode(`second.${name}`, weight.sizes) }, gradient);
    return new Map([[`next.${name}`, next.weight], [`next.first.${name}`, next.first], [`next.second.${name}`, next.second]]);
  });
};
