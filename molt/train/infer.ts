/**
 * Infer: what a learner answers on all segments of a source, and how often it is right.
 * idea:  one program, compiled once, for as many sources and weights as one likes.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { type Backend, type Declared, elements, type Node, plainTarget, planOf, type Program, type Value } from '../../dsl/index.ts';
import { inputsOf } from '../../dsl/optim/index.ts';
import type { Answers, Learner } from '../tasks/learner.ts';
import type { BatchSource } from './source.ts';
import { unwatched, type Watched } from './watch.ts';

/** A compiled inference. */
export interface Inference {
  /** Values by name for all samples, [samples, …]; the last batch is filled up and cut. errors: Interrupted, those of the engine and of reading */
  readonly run: (weights: ReadonlyMap<string, Value>, source: BatchSource, watched?: Watched) => TE.TaskEither<Fault, ReadonlyMap<string, Value>>;
  readonly dispose: () => void;
}

interface Shown {
  readonly name: string;
  readonly node: Node;
}

const runAll = (program: Program, names: ReadonlySet<string>, shown: readonly Shown[], batch: number): Inference['run'] => (weights, source, watched = unwatched) => async () => {
  const collected = shown.map(({ name, node }) => ({ name, sizes: node.sizes.slice(1), data: new Float32Array((source.count * elements(node.sizes)) / batch) }));
  const batches = source.open({ names, batch });
  try {
    for (let step = 0; step < batches.steps; step += 1) {
      if (watched.interrupted()) return E.left(fault('Interrupted', 'inference', [`batch ${step} of ${batches.steps}`], 'more time'));
      const inputs = await batches.batch(0, step)();
      if (E.isLeft(inputs)) return inputs;
      const values = await program.run({ inputs: inputs.right, parameters: weights })();
      if (E.isLeft(values)) return values;
      const from = step * batch;
      const kept = Math.min(batch, source.count - from);
      collected.forEach(({ data }, i) => {
        const value = values.right[i]?.data ?? new Float32Array();
        const width = value.length / batch;
        data.set(value.subarray(0, kept * width), from * width);
      });
      watched.onStep(step + 1, batches.steps);
    }
  } finally {
    await batches.close();
  }
  return E.right(new Map(collected.map(({ name, sizes, data }): [string, Value] => [name, { sizes: [source.count, ...sizes], dtype: 'f32', data }])));
};

/** What training makes: weights that it changes, and statistics. */
const isMade = (d: Declared | undefined): boolean => d?.trainable === true || d?.buffer === true;

/** The weights of a learner that no training changes. */
export const residentsOf = ({ declared, given }: Learner): ReadonlyMap<string, Value> => new Map([...(given ?? [])].filter(([name]) => !isMade(declared.get(name))));

/** Compiles the named outputs of a learner (those that it has) for batches of one size; its frozen weights stay with the program. */
export const inference = (backend: Backend, learner: Learner, names: readonly string[], batch: number): TE.TaskEither<Fault, Inference> => {
  const outputs = learner.infer(batch);
  const shown = names.flatMap((name) => { const node = outputs.get(name); return node === undefined ? [] : [{ name, node }]; });
  const plan = planOf(shown.map(({ node }) => node), { target: backend.target ?? plainTarget });
  return pipe(backend.compile(plan, residentsOf(learner)), TE.map((program): Inference => ({ run: runAll(program, inputsOf(plan), shown, batch), dispose: program.dispose })));
};

/** Index of the greatest entry of each row. */
export const greatestOf = (rows: Value): Int32Array => {
  const width = rows.sizes.at(-1) ?? 1;
  return Int32Array.from({ length: rows.data.length / width }, (_, r) => {
    let best = 0;
    for (let i = 1; i < width; i += 1) if ((rows.data[r * width + i] ?? 0) > (rows.data[r * width + best] ?? 0)) best = i;
    return best;
  });
};

/** Share of segments whose label is right. */
export const accuracy = (predicted: Int32Array, labels: Int32Array): number => predicted.reduce((sum, p, i) => sum + (p === labels[i] ? 1 : 0), 0) / Math.max(1, labels.length);

/** The greatest logit of each segment. */
const greatest: Answers = { reads: ['logits'], labels: (outputs) => { const rows = outputs.get('logits'); return rows === undefined ? new Int32Array() : greatestOf(rows); } };

/** How a learner answers. */
export const answersOf = ({ answers = greatest }: Learner): Answers => answers;

/** The label that is answered for each segment. The inference shows what the learner's answers read. */
export const labelsOn = (shown: Inference, learner: Learner, weights: ReadonlyMap<string, Value>, source: BatchSource, watched?: Watched): TE.TaskEither<Fault, Int32Array> =>
  pipe(shown.run(weights, source, watched), TE.map(answersOf(learner).labels));

/** Share of a source's segments whose answer is their label. The inference shows what the learner's answers read. */
export const accuracyOn = (shown: Inference, learner: Learner, weights: ReadonlyMap<string, Value>, source: BatchSource, watched?: Watched): TE.TaskEither<Fault, number> =>
  pipe(labelsOn(shown, learner, weights, source, watched), TE.map((found) => accuracy(found, source.labels)));
