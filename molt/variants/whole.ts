/**
 * Whole: an adapter of any kind with the head of its task, as graphs for any batch size: what is trained, costed and read.
 * idea:   adapters beside the trunks read stored features, the others have their trunks with them; heads do not know which.
 */
import { type Either, left, map, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { add, type Declared, full, type Node, nodes, reduce, square, unwrap } from '../../dsl/index.ts';
import { type Dim, type DimOf, fault, type Fault, reify, timesD } from '../../shapes/index.ts';
import { trainingForm } from '../adapters/training-form.ts';
import { cmbsHead, linearHead, publishedUnits, type VectorHead } from '../tasks/ave-heads.ts';
import { avqaHead } from '../tasks/avqa.ts';
import { avsHead } from '../tasks/avs.ts';
import type { Head, Streams } from '../tasks/head.ts';
import type { Learner, TrainBatch } from '../tasks/learner.ts';
import { buildVariant } from './build.ts';
import { type Encoder, parallelEncoder, type UseEncoder } from './encoder.ts';
import { insertedEncoder, normEncoder } from './inner-encoder.ts';
import { trunksOf } from './trunks.ts';
import { type AveHead, type Backbones, isInserted, isMolt, isParallel, type MoltVariant, type Task, type Variant } from './variant.ts';

/** One batch, batch norms by given statistics everywhere. */
interface Plain extends TrainBatch {
  /** what inference reads, by name */
  readonly outputs: ReadonlyMap<string, Node>;
}
/** One batch: outputs by given statistics, losses by the batch's own. */
export interface Batched extends Plain {
  /** what the losses' batch norms take for statistics, by the names of the leaves that outputs read */
  readonly moments: ReadonlyMap<string, Node>;
}
interface WholeOf<X> {
  readonly declared: ReadonlyMap<string, Declared>;
  /** of some samples */
  readonly run: (batch: number) => X;
}
export type Whole = WholeOf<Batched>;
type PlainWhole = WholeOf<Plain>;

/** Segments of one sample: heads that look at whole clips have as many as a clip has. */
export const segmentsOf = (task: Task): number => (task.kind === 'none' || (task.kind === 'ave' && task.head === 'linear') ? 1 : task.segments);

type AveTask = Extract<Task, { readonly kind: 'ave' }>;

const aveHeads = {
  linear: (task, t, d, c) => linearHead(t, d, c, task.classes, task.hidden),
  cmbs: (task, t, d, c) => cmbsHead(t, d, c, task.classes, 'avmoe', task.hidden || publishedUnits),
  'cmbs-dg-sct': (task, t, d, c) => cmbsHead(t, d, c, task.classes, 'dg-sct', task.hidden || publishedUnits),
} as const satisfies { readonly [H in AveHead]: <T extends Dim, D extends Dim, C extends Dim>(task: AveTask, t: DimOf<T>, d: DimOf<D>, c: DimOf<C>) => VectorHead<T, D, C> };

/** Σ_m mean(vector_m²): the loss where there is no task. */
const powerHead = <T extends Dim, D extends Dim, C extends Dim, M extends Dim>(): Head<T, D, C, M> => ({
  declared: new Map(),
  judge: (_, { vectors: { visual, audio } }) => {
    const power = reduce('mean', 'b d -> ');
    return { outputs: new Map([['fused.visual', unwrap(visual)], ['fused.audio', unwrap(audio)]]), loss: unwrap(add(power(square(visual)), power(square(audio)))) };
  },
});

const nothing = (): Node => unwrap(full(0));

/** A head that looks at nothing but the vectors. */
const ofVectors = <T extends Dim, D extends Dim, C extends Dim, M extends Dim>({ declared, judge }: VectorHead<T, D, C>): Head<T, D, C, M> => ({ declared, judge: (b, { vectors }) => judge(b, vectors) });

const headOf = <T extends Dim, D extends Dim, C extends Dim, M extends Dim>(task: Task, t: DimOf<T>, streams: Streams<D, C, M>): Head<T, D, C, M> => {
  switch (task.kind) {
    case 'none':
      return powerHead();
    case 'ave':
      return ofVectors(aveHeads[task.head](task, t, streams.d, streams.c));
    case 'avs':
      return avsHead(task, t, streams);
    case 'avqa':
      return avqaHead(task, t, streams);
  }
};

/** An encoder with the head of a task. */
const joined = (task: Task): UseEncoder<PlainWhole> => <D extends Dim, C extends Dim, M extends Dim>(encoder: Encoder<D, C, M>): PlainWhole =>
  reify(segmentsOf(task), <T extends Dim>(t: DimOf<T>): PlainWhole => {
    const head = headOf(task, t, encoder);
    return {
      declared: new Map([...encoder.declared, ...head.declared]),
      run: (batch) => reify(batch, (b) => {
        const encoded = encoder.encode(timesD(b, t));
        const { outputs, penalty } = encoded;
        const judged = head.judge(b, encoded);
        const tor = penalty === undefined ? undefined : unwrap(penalty);
        return { outputs: new Map([...judged.outputs, ...outputs]), loss: tor === undefined ? judged.loss : nodes.add(judged.loss, tor), task: judged.loss, tor: tor ?? nothing() };
      }),
    };
  });

/** MoLT without a task: outputs and objective of `molt run`. */
const bareMolt = (variant: MoltVariant): Either<Fault, PlainWhole> =>
  pipe(buildVariant(variant), map(({ declared, outputs }) => ({
    declared,
    run: (batch) => {
      const made = outputs(batch);
      return { outputs: made.outputs, loss: made.objective, task: made.objective, tor: nothing() };
    },
  })));

/** The trunks of a variant. errors: Name if it names none */
export const namedTrunks = ({ name, backbones }: Variant): Either<Fault, Backbones> =>
  backbones === undefined ? left(fault('Name', `variant ${name}`, ['features without trunks'], 'the key backbones', 'name the trunks instead of features')) : right(backbones);

const plainOf = (variant: Variant, frames: number | undefined): Either<Fault, PlainWhole> => {
  const { task } = variant;
  const use = joined(task);
  if (isMolt(variant) && task.kind === 'none') return bareMolt(variant);
  if (isParallel(variant)) return right(parallelEncoder(variant, use));
  return pipe(namedTrunks(variant), map((backbones) =>
    isInserted(variant) ? insertedEncoder(variant.adapter, trunksOf(backbones), use, frames) : normEncoder(trunksOf(backbones), use, frames)));
};

/** The same with losses by the batch's own statistics. */
const trainedByBatch = ({ declared, run }: PlainWhole): Whole => ({
  declared,
  run: (batch) => {
    const { outputs, loss, task, tor } = run(batch);
    const { roots: [a = loss, b = task, c = tor], moments } = trainingForm([loss, task, tor, ...outputs.values()], declared.values());
    return { outputs, loss: a, task: b, tor: c, moments };
  },
});

/**
 * A variant as it is trained: on stored features, or with its trunks if it stands inside them; `frames` of a segment's spectrogram, as many as
 * HTS-AT's picture holds if nothing is said.
 * errors: Name for an adapter inside trunks without named ones
 */
export const wholeOf = (variant: Variant, frames?: number): Either<Fault, Whole> => pipe(plainOf(variant, frames), map(trainedByBatch));

/**
 * A variant with a task as what training loops and evaluation take; a batch counts samples, which are clips for heads that look at clips.
 * Inputs: `visual.l` and `audio.l`, or `visual.pixels` and `audio.logmel` (`audio.pixels` for a Swin); then for each task and head
 *   ave    `labels`, or `foreground` and `event`
 *   avqa   `question` and `answer`, with `visual.normed` and `other.normed`, or `other.pixels`
 *   avs    `mask` or `masks`, with `visual.normed` and `visual.stage.s`
 * errors: those of `wholeOf`
 */
export const learnerFor = (variant: Variant, frames?: number): Either<Fault, Learner> =>
  pipe(wholeOf(variant, frames), map(({ declared, run }) => ({
    declared,
    train: (batch) => {
      const { loss, task, tor } = run(batch);
      return { loss, task, tor };
    },
    infer: (batch) => run(batch).outputs,
    ...([...declared.values()].some((d) => d.buffer === true) ? { moments: (batch: number) => run(batch).moments } : {}),
  })));
