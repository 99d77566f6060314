/**
 * System: a variant as the graphs of its use and of its training, on stored features or with its trunks in front.
 * idea:  one record for whoever costs, plans or prints; trunks enter by replacing the inputs `visual.l` and `audio.l`.
 * laws:  test/molt/variants/system.test.ts: trunks in front save nothing but what the adapters read of them
 * not:   numbers: nothing is run and no weight is made.
 */
import { type Either, left, map, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { asPlanned, type Cost, costOf, type Declared, grad, is, type Node, nodes, parameterNode, type PlanBy, substitute, unwrap } from '../../dsl/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { applied } from '../backbones/applied.ts';
import { weightsOf } from '../backbones/backbone.ts';
import { type BackboneConfig, backboneConfigs } from '../backbones/config.ts';
import { modalities } from '../modality.ts';
import { moltAve } from '../tasks/ave.ts';
import { configsOf, placesAt } from './backbones.ts';
import { buildVariant } from './build.ts';
import { type Backbones, isMolt, type Variant } from './variant.ts';

/** A model as graphs, for one batch size. */
export interface System {
  readonly batch: number;
  /** what inference reads */
  readonly outputs: readonly Node[];
  /** a scalar */
  readonly loss: Node;
  /** of the loss, by every trainable weight */
  readonly gradients: readonly Node[];
  /** every weight, frozen ones among them */
  readonly declared: readonly Declared[];
}

/** The graphs of a model: outputs, loss, and what the loss's gradients are. */
const systemOf = (batch: number, outputs: readonly Node[], loss: Node, declared: readonly Declared[]): System => {
  const wrt = declared.filter((d) => d.trainable).map((d) => parameterNode(d.name, d.sizes));
  const found = grad(loss, wrt);
  return { batch, outputs, loss: found.loss, gradients: found.gradients, declared };
};

interface Adapter {
  readonly outputs: readonly Node[];
  readonly loss: Node;
  readonly declared: readonly Declared[];
}

const onFeatures = (variant: Variant, batch: number): Either<Fault, Adapter> => {
  if (variant.task.kind === 'ave' && isMolt(variant)) {
    const learner = moltAve(variant, variant.task.classes);
    return right({ outputs: [...learner.infer(batch).values()], loss: learner.train(batch).loss, declared: [...learner.declared.values()] });
  }
  return pipe(buildVariant(variant), map((built) => {
    const { outputs, objective } = built.outputs(batch);
    return { outputs: [...outputs.values()], loss: objective, declared: [...built.declared.values()] };
  }));
};

/**
 * A variant on stored features. The loss is its task's, with the regulariser; without a task, the objective of `molt run`.
 * errors: Unsupported for a task that is not built
 */
export const adapterSystem = (variant: Variant, batch: number): Either<Fault, System> =>
  pipe(onFeatures(variant, batch), map(({ outputs, loss, declared }) => systemOf(batch, outputs, loss, declared)));

/** The tokens of the chosen layer pairs, from trunks under the paths `visual` and `audio`. */
const features = (backbones: Backbones, batch: number): ReadonlyMap<string, Node> => {
  const configs = configsOf(backbones);
  return new Map(modalities.flatMap((m) => {
    const { taps } = applied(configs[m], { batch }, false, m);
    return placesAt(configs[m], backbones.position).flatMap((place, l) => taps.blocks.filter((tap) => tap.stage === place.stage && tap.block === place.block).map((tap): [string, Node] => [`${m}.${l}`, unwrap(tap.value)]));
  }));
};

/**
 * A variant with its frozen trunks in front: from frames and spectrograms to outputs, loss and gradients.
 * errors: Unsupported for a task that is not built, Name for a variant that names no backbones
 */
export const wholeSystem = (variant: Variant, batch: number): Either<Fault, System> => {
  const { backbones } = variant;
  if (backbones === undefined) return left(fault('Name', `variant ${variant.name}`, ['features without trunks'], 'the key backbones', 'name the trunks instead of features'));
  return pipe(onFeatures(variant, batch), map(({ outputs, loss, declared }) => {
    const tokens = features(backbones, batch);
    const [root = loss, ...rest] = substitute([loss, ...outputs], (leaf) => (is('input', leaf) ? tokens.get(leaf.params.name) : undefined));
    const trunks = modalities.flatMap((m) => [...weightsOf(backboneConfigs[backbones[m]]).values()].map((d) => ({ ...d, name: `${m}.${d.name}`, trainable: false })));
    return systemOf(batch, rest, root, [...trunks, ...declared]);
  }));
};

/** A trunk by itself, to its last tokens; its loss, if it is trained, is Σ y². */
export const trunkSystem = (config: BackboneConfig, batch: number, trained = false): System => {
  const output = unwrap(applied(config, { batch }, trained).taps.normed);
  const declared = [...weightsOf(config).values()].map((d) => ({ ...d, trainable: trained && d.trainable }));
  return systemOf(batch, [output], nodes.sumAxes(nodes.map('square', output), output.sizes.map((_, i) => i)), declared);
};

/** What a system costs; `asWritten` gives an upper bound sooner. */
export const systemCost = ({ batch, outputs, loss, gradients, declared }: System, planBy: PlanBy = asPlanned): Cost =>
  costOf({ batch, outputs, declared, ...(gradients.length === 0 ? {} : { training: { forward: [loss], gradients } }) }, planBy);
