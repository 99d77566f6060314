/**
 * System: a variant as the graphs of its use and of its training, on stored features or with its trunks in front.
 * idea:  one record for whoever costs, plans or prints; trunks enter by replacing the inputs `visual.l` and `audio.l`.
 * laws:  test/molt/variants/system.test.ts: trunks in front save nothing but what the adapters read of them
 * not:   numbers: nothing is run and no weight is made.
 */
import { chain, type Either, left, map } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { asPlanned, closeGraph, type Cost, costOf, type Declared, grad, interner, type Interner, is, type Node, nodes, parameterNode, type PlanBy, substitute, unwrap } from '../../dsl/index.ts';
import { fault, type Fault } from '../../shapes/index.ts';
import { applied } from '../backbones/applied.ts';
import { weightsOf } from '../backbones/backbone.ts';
import type { BackboneConfig } from '../backbones/config.ts';
import { trunkInputs } from './trunks.ts';
import { isParallel, type Task, type Variant } from './variant.ts';
import { namedTrunks, segmentsOf, wholeOf } from './whole.ts';

/** A model as graphs, for one batch size. */
export interface System {
  /** samples */
  readonly batch: number;
  /** of one sample: 1, or as many as a clip has where the head looks at whole clips */
  readonly segments: number;
  /** what inference reads */
  readonly outputs: readonly Node[];
  /** a scalar */
  readonly loss: Node;
  /** of the loss, by every trainable weight */
  readonly gradients: readonly Node[];
  /** every weight, frozen ones among them */
  readonly declared: readonly Declared[];
  /** has the nodes of all these graphs, each expression once: who closes them again by it only walks */
  readonly table?: Interner;
}

/** Outputs and loss of a model, before its gradients. */
interface Made {
  readonly outputs: readonly Node[];
  readonly loss: Node;
  readonly declared: readonly Declared[];
}

/** With the loss's gradient by every trainable weight. */
const completed = (task: Task, batch: number, { outputs, loss, declared }: Made): System => {
  const table = interner();
  const found = grad(loss, declared.filter((d) => d.trainable).map((d) => parameterNode(d.name, d.sizes)), table);
  const [root = found.loss, ...rest] = closeGraph([found.loss, ...outputs, ...found.gradients], table).roots;
  return { batch, segments: segmentsOf(task), outputs: rest.slice(0, outputs.length), loss: root, gradients: rest.slice(outputs.length), declared, table };
};

const made = (variant: Variant, batch: number): Either<Fault, Made> =>
  pipe(wholeOf(variant), map(({ declared, run }) => {
    const { outputs, loss } = run(batch);
    return { outputs: [...outputs.values()], loss, declared: [...declared.values()] };
  }));

/**
 * A variant as it is trained: adapters beside the trunks on stored features, the others with their trunks. The loss is its task's, with
 * the regulariser; without a task, the objective of `molt run`.
 * errors: Name for an adapter inside trunks without named ones
 */
export const systemOf = (variant: Variant, batch: number): Either<Fault, System> => pipe(made(variant, batch), map((found) => completed(variant.task, batch, found)));

/**
 * An adapter beside the trunks on stored features. See `systemOf`.
 * errors: Unsupported for an adapter inside the trunks
 */
export const adapterSystem = (variant: Variant, batch: number): Either<Fault, System> =>
  isParallel(variant) ? systemOf(variant, batch) : left(fault('Unsupported', `adapter ${variant.adapter.kind}`, [`variant ${variant.name} on stored features`], 'its trunks in front: gradients flow through them'));

/**
 * A variant with its frozen trunks: from pictures and sounds to outputs, loss and gradients.
 * errors: Name for a variant that names no backbones
 */
export const wholeSystem = (variant: Variant, batch: number): Either<Fault, System> => {
  if (!isParallel(variant)) return systemOf(variant, batch);
  return pipe(namedTrunks(variant), chain((backbones) => pipe(made(variant, batch), map(({ outputs, loss, declared }) => {
    const { declared: frozen, tokens } = trunkInputs(backbones, batch * segmentsOf(variant.task));
    const [root = loss, ...rest] = substitute([loss, ...outputs], (leaf) => (is('input', leaf) ? tokens.get(leaf.params.name)?.() : undefined));
    return completed(variant.task, batch, { outputs: rest, loss: root, declared: [...frozen.values(), ...declared] });
  }))));
};

/** A trunk by itself, to its last tokens; its loss, if it is trained, is Σ y². */
export const trunkSystem = (config: BackboneConfig, batch: number, trained = false): System => {
  const output = unwrap(applied(config, { batch }, trained).taps.normed);
  const declared = [...weightsOf(config).values()].map((d) => ({ ...d, trainable: trained && d.trainable }));
  return completed({ kind: 'none' }, batch, { outputs: [output], loss: nodes.sumAxes(nodes.map('square', output), output.sizes.map((_, i) => i)), declared });
};

/** What a system costs, as planned unless asked otherwise; `asWritten` is found sooner and no bound. The last layers' gradients come first, so that what they need is freed first. */
export const systemCost = ({ batch, outputs, loss, gradients, declared, table }: System, planBy: PlanBy = asPlanned): Cost =>
  costOf({ batch, outputs, declared, ...(table === undefined ? {} : { table }), ...(gradients.length === 0 ? {} : { training: { forward: [loss], gradients: gradients.toReversed() } }) }, planBy);
