/**
 * Classifier: a trunk, the mean of its last tokens and one linear layer: what is trained so that a trunk learns features.
 * idea:  the loss and its gradients are one graph over a batch, compiled once; so are the logits.
 * not:   kept: after pre-training the linear layer is dropped.
 */
import { dim, type DimOf, type Ix, type Tensor } from '../../../shapes/index.ts';
import {
  add, closeGraph, crossEntropy, type Declared, inputIndices, instantiate, is, linear, logSoftmax, mean, neg, normalInit, plainTarget, type Plan, planOf, scale, type Target, unwrap,
} from '../../../dsl/index.ts';
import { type Step, stepOf } from '../../../dsl/optim/index.ts';
import { applied, type Applied } from '../../backbones/applied.ts';
import { weightsOf } from '../../backbones/backbone.ts';
import { type BackboneConfig, stagesOf } from '../../backbones/config.ts';

export interface ClassifierSizes {
  readonly config: BackboneConfig;
  readonly classes: number;
  readonly batch: number;
  /** share of the target spread evenly over all classes */
  readonly smoothing: number;
}

const headName = 'head';
const classesOf = ({ classes }: ClassifierSizes): DimOf<'C'> => dim('C', classes);
const headOf = (sizes: ClassifierSizes) => linear(dim('channels', stagesOf(sizes.config).at(-1)?.channels ?? 0), classesOf(sizes), normalInit(0.02));

/** Every weight by name: the trunk's published names, and `head.weight`, `head.bias`. */
export const classifierWeights = (sizes: ClassifierSizes): ReadonlyMap<string, Declared> =>
  new Map([...weightsOf(sizes.config), ...headOf(sizes).declared(headName, true).map((d) => [d.name, d] as const)]);

/** Whether a weight belongs to the trunk. */
export const isTrunk = (name: string): boolean => !name.startsWith(`${headName}.`);

interface Logits {
  readonly logits: Tensor<['B', 'C']>;
  readonly input: Applied['input'];
}
const logitsOf = (sizes: ClassifierSizes): Logits => {
  const { taps, input } = applied(sizes.config, { batch: sizes.batch }, true);
  return { logits: instantiate(headOf(sizes), headName)(mean(-2)(taps.normed)), input };
};

/** Mean over the batch of the cross-entropy with a smoothed target, in nats. shape: → [] */
const lossOf = (smoothing: number, logits: Tensor<['B', 'C']>, labels: Tensor<['B'], Ix<'C'>>): Tensor<[]> =>
  mean(-1)(add(scale(1 - smoothing)(crossEntropy(logits, labels)), scale(smoothing)(neg(mean(-1)(logSoftmax(logits))))));

/** Loss and gradients over inputs `frames` and `labels`. */
export const classifierStep = (sizes: ClassifierSizes, target: Target = plainTarget): Step => {
  const { logits } = logitsOf(sizes);
  const loss = unwrap(lossOf(sizes.smoothing, logits, inputIndices('labels', classesOf(sizes), dim('B', sizes.batch))));
  return stepOf([loss], closeGraph([loss]).nodes.flatMap((node) => (is('parameter', node) && node.params.trainable ? [node] : [])), { target });
};

/** Logits [batch, classes] over the input `frames`. */
export const logitsPlan = (sizes: ClassifierSizes, target: Target = plainTarget): Plan => planOf([unwrap(logitsOf(sizes).logits)], { target });
