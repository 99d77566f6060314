/**
 * System: a variant as the graphs of its use and of its training, on stored features or with its trunks in front.
 * idea:  one record for whoever costs, plans or prints; trunks enter by replacing the inputs `visual.l` and `audio.l`.
 * laws:  test/molt/variants/system.test.ts: trunks in front save nothing but what the adapters read of them
 * not:   numbers: nothing is run and no weight is made.
 */
import { chain, type Either, left, map, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { add, asPlanned, type Cost, costOf, type Declared, grad, is, type Node, nodes, parameterNode, type PlanBy, reduce, square, substitute, unwrap } from '../../dsl/index.ts';
import { type Dim, type DimOf, fault, type Fault, reify, timesD } from '../../shapes/index.ts';
import { applied } from '../backbones/applied.ts';
import { weightsOf } from '../backbones/backbone.ts';
import type { BackboneConfig } from '../backbones/config.ts';
import { modalities } from '../modality.ts';
import { cmbsHead, type Head, linearHead, publishedUnits } from '../tasks/ave-heads.ts';
import { configsOf, placesAt } from './backbones.ts';
import { buildVariant } from './build.ts';
import { type Encoder, parallelEncoder, type UseEncoder } from './encoder.ts';
import { insertedEncoder, normEncoder } from './inner-encoder.ts';
import { bareTrunks, trunksOf } from './trunks.ts';
import { type AveHead, type Backbones, isInserted, isMolt, isParallel, type ParallelVariant, type Task, type Variant } from './variant.ts';

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
}

/** Outputs and loss of a model, before its gradients. */
interface Made {
  readonly outputs: readonly Node[];
  readonly loss: Node;
  readonly declared: readonly Declared[];
}

/** With the loss's gradient by every trainable weight. */
const completed = (task: Task, batch: number, { outputs, loss, declared }: Made): System => {
  const found = grad(loss, declared.filter((d) => d.trainable).map((d) => parameterNode(d.name, d.sizes)));
  return { batch, segments: segmentsOf(task), outputs, loss: found.loss, gradients: found.gradients, declared };
};

const unsupported = ({ name, task }: Variant): Either<Fault, never> => left(fault('Unsupported', `task ${task.kind}`, [`variant ${name}`], 'a task that is built: none or ave'));

/** Segments of one sample: heads that look at whole clips have as many as a clip has. */
export const segmentsOf = (task: Task): number => (task.kind === 'ave' && task.head !== 'linear' ? task.segments : task.kind === 'avqa' ? task.segments : 1);

type AveTask = Extract<Task, { readonly kind: 'ave' }>;
const aveHeads = {
  linear: (task, t, d, c) => linearHead(t, d, c, task.classes, task.hidden),
  cmbs: (task, t, d, c) => cmbsHead(t, d, c, task.classes, 'avmoe', task.hidden || publishedUnits),
  'cmbs-dg-sct': (task, t, d, c) => cmbsHead(t, d, c, task.classes, 'dg-sct', task.hidden || publishedUnits),
} as const satisfies { readonly [H in AveHead]: <T extends Dim, D extends Dim, C extends Dim>(task: AveTask, t: DimOf<T>, d: DimOf<D>, c: DimOf<C>) => Head<T, D, C> };

/** Σ_m mean(vector_m²): the loss where there is no task. */
const powerHead = <T extends Dim, D extends Dim, C extends Dim>(): Head<T, D, C> => ({
  declared: new Map(),
  judge: (_, { visual, audio }) => {
    const power = reduce('mean', 'b d -> ');
    return { outputs: new Map([['fused.visual', unwrap(visual)], ['fused.audio', unwrap(audio)]]), loss: unwrap(add(power(square(visual)), power(square(audio)))) };
  },
});

/** An encoder with the head of a task, over a batch of samples. */
const made = (task: AveTask | Extract<Task, { readonly kind: 'none' }>, batch: number): UseEncoder<Made> => <D extends Dim, C extends Dim>({ d, c, declared, encode }: Encoder<D, C>): Made =>
  reify(batch, (b) => reify(segmentsOf(task), <T extends Dim>(t: DimOf<T>) => {
    const head = task.kind === 'none' ? powerHead<T, D, C>() : aveHeads[task.head](task, t, d, c);
    const { vectors, outputs, penalty } = encode(timesD(b, t));
    const judged = head.judge(b, vectors);
    return { outputs: [...judged.outputs.values(), ...outputs.values()], loss: penalty === undefined ? judged.loss : nodes.add(judged.loss, unwrap(penalty)), declared: [...declared.values(), ...head.declared.values()] };
  }));

/** The same graphs with the weights frozen that are declared so. */
const asDeclared = ({ outputs, loss, declared }: Made): Made => {
  const still = new Set(declared.filter((d) => !d.trainable).map((d) => d.name));
  const [root = loss, ...rest] = substitute([loss, ...outputs], (leaf) => (is('parameter', leaf) && still.has(leaf.params.name) ? parameterNode(leaf.params.name, leaf.sizes, false) : undefined));
  return { outputs: rest, loss: root, declared };
};

const onFeatures = (variant: ParallelVariant, batch: number): Either<Fault, Made> => {
  const { task } = variant;
  if (task.kind === 'ave' || (task.kind === 'none' && !isMolt(variant))) return right(parallelEncoder(variant, made(task, batch)));
  return task.kind === 'none'
    ? pipe(buildVariant(variant), map((built) => {
        const { outputs, objective } = built.outputs(batch);
        return { outputs: [...outputs.values()], loss: objective, declared: [...built.declared.values()] };
      }))
    : unsupported(variant);
};

const namedTrunks = ({ name, backbones }: Variant): Either<Fault, Backbones> =>
  backbones === undefined ? left(fault('Name', `variant ${name}`, ['features without trunks'], 'the key backbones', 'name the trunks instead of features')) : right(backbones);

/** Trunks with an adapter inside, and the head of the task. */
const insideTrunks = (variant: Variant, batch: number): Either<Fault, Made> =>
  pipe(namedTrunks(variant), chain((backbones) => {
    const { task } = variant;
    if (task.kind !== 'ave' && task.kind !== 'none') return unsupported(variant);
    const trunks = trunksOf(backbones);
    return right(isInserted(variant) ? insertedEncoder(variant.adapter, trunks, made(task, batch)) : asDeclared(normEncoder(trunks, made(task, batch))));
  }));

/**
 * An adapter beside the trunks on stored features. The loss is its task's, with the regulariser; without a task, the objective of `molt run`.
 * errors: Unsupported for a task that is not built, or an adapter inside the trunks
 */
export const adapterSystem = (variant: Variant, batch: number): Either<Fault, System> =>
  isParallel(variant)
    ? pipe(onFeatures(variant, batch), map((found) => completed(variant.task, batch, found)))
    : left(fault('Unsupported', `adapter ${variant.adapter.kind}`, [`variant ${variant.name} on stored features`], 'its trunks in front: gradients flow through them'));

/**
 * A variant with its frozen trunks: from pictures and sounds to outputs, loss and gradients.
 * errors: Unsupported for a task that is not built, Name for a variant that names no backbones
 */
export const wholeSystem = (variant: Variant, batch: number): Either<Fault, System> => {
  if (!isParallel(variant)) return pipe(insideTrunks(variant, batch), map((found) => completed(variant.task, batch, found)));
  return pipe(namedTrunks(variant), chain((backbones) => pipe(onFeatures(variant, batch), map(({ outputs, loss, declared }) => {
    const { declared: frozen, tokens } = features(backbones, batch * segmentsOf(variant.task));
    const [root = loss, ...rest] = substitute([loss, ...outputs], (leaf) => (is('input', leaf) ? tokens.get(leaf.params.name) : undefined));
    return completed(variant.task, batch, { outputs: rest, loss: root, declared: [...frozen, ...declared] });
  }))));
};

/**
 * A variant as it is trained: adapters beside the trunks on stored features, the others with their trunks.
 * errors: Unsupported for a task that is not built
 */
export const systemOf = (variant: Variant, batch: number): Either<Fault, System> => (isParallel(variant) ? adapterSystem : wholeSystem)(variant, batch);

/** The tokens of the chosen layer pairs from both trunks, by the names of the inputs that they replace. */
const features = (backbones: Backbones, segments: number): { readonly declared: readonly Declared[]; readonly tokens: ReadonlyMap<string, Node> } => {
  const configs = configsOf(backbones);
  const { taps, declared } = bareTrunks(trunksOf(backbones), { batch: segments }, false);
  const tokens = modalities.flatMap((m) =>
    placesAt(configs[m], backbones.position).flatMap((place, l) => taps[m].blocks.filter((tap) => tap.stage === place.stage && tap.block === place.block).map((tap): [string, Node] => [`${m}.${l}`, unwrap(tap.value)])));
  return { declared: [...declared.values()], tokens: new Map(tokens) };
};

/** A trunk by itself, to its last tokens; its loss, if it is trained, is Σ y². */
export const trunkSystem = (config: BackboneConfig, batch: number, trained = false): System => {
  const output = unwrap(applied(config, { batch }, trained).taps.normed);
  const declared = [...weightsOf(config).values()].map((d) => ({ ...d, trainable: trained && d.trainable }));
  return completed({ kind: 'none' }, batch, { outputs: [output], loss: nodes.sumAxes(nodes.map('square', output), output.sizes.map((_, i) => i)), declared });
};

/** What a system costs; `asWritten` gives an upper bound sooner. The last layers' gradients come first, so that what they need is freed first. */
export const systemCost = ({ batch, outputs, loss, gradients, declared }: System, planBy: PlanBy = asPlanned): Cost =>
  costOf({ batch, outputs, declared, ...(gradients.length === 0 ? {} : { training: { forward: [loss], gradients: gradients.toReversed() } }) }, planBy);
