/**
 * Infer: what a learner answers on whole feature sets, and how often it is right.
 * idea:  one program, compiled once, for as many sets and weights as one likes.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../shapes/fault.ts';
import { type Backend, elements, type Node, plainTarget, planOf, type Program, type Value } from '../../dsl/index.ts';
import { inputsOf } from '../../dsl/optim/index.ts';
import type { Learner } from '../tasks/learner.ts';
import { batchOf, type FeatureSet } from './features.ts';

/** A compiled inference. */
export interface Inference {
  /** Values by name for all segments of a set, [segments, …]; the last batch is filled up and cut. errors: those of the engine */
  readonly run: (weights: ReadonlyMap<string, Value>, set: FeatureSet) => TE.TaskEither<Fault, ReadonlyMap<string, Value>>;
  readonly dispose: () => void;
}

interface Shown {
  readonly name: string;
  readonly node: Node;
}

const runAll = (program: Program, inputs: ReadonlySet<string>, shown: readonly Shown[], batch: number): Inference['run'] => (weights, set) => async () => {
  const collected = shown.map(({ name, node }) => ({ name, sizes: node.sizes.slice(1), data: new Float32Array((set.count * elements(node.sizes)) / batch) }));
  for (let from = 0; from < set.count; from += batch) {
    const ids = Int32Array.from({ length: batch }, (_, i) => Math.min(from + i, set.count - 1));
    const values = await program.run({ inputs: batchOf(set, inputs, ids), parameters: weights })();
    if (E.isLeft(values)) return values;
    const kept = Math.min(batch, set.count - from);
    collected.forEach(({ data }, i) => {
      const value = values.right[i]?.data ?? new Float32Array();
      const width = value.length / batch;
      data.set(value.subarray(0, kept * width), from * width);
    });
  }
  return E.right(new Map(collected.map(({ name, sizes, data }): [string, Value] => [name, { sizes: [set.count, ...sizes], dtype: 'f32', data }])));
};

/** Compiles the named outputs of a learner (those that it has) for batches of one size. */
export const inference = (backend: Backend, learner: Learner, names: readonly string[], batch: number): TE.TaskEither<Fault, Inference> => {
  const outputs = learner.infer(batch);
  const shown = names.flatMap((name) => { const node = outputs.get(name); return node === undefined ? [] : [{ name, node }]; });
  const plan = planOf(shown.map(({ node }) => node), { target: backend.target ?? plainTarget });
  return pipe(backend.compile(plan), TE.map((program): Inference => ({ run: runAll(program, inputsOf(plan), shown, batch), dispose: program.dispose })));
};

/** The same for one set. */
export const inferAll = (backend: Backend, learner: Learner, names: readonly string[], weights: ReadonlyMap<string, Value>, set: FeatureSet, batch: number): TE.TaskEither<Fault, ReadonlyMap<string, Value>> => async () => {
  const made = await inference(backend, learner, names, batch)();
  if (E.isLeft(made)) return made;
  try {
    return await made.right.run(weights, set)();
  } finally {
    made.right.dispose();
  }
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

/** Share of a set's segments whose greatest logit is that of their label. The inference shows `logits`. */
export const accuracyOn = (logits: Inference, weights: ReadonlyMap<string, Value>, set: FeatureSet): TE.TaskEither<Fault, number> =>
  pipe(logits.run(weights, set), TE.map((found) => { const rows = found.get('logits'); return rows === undefined ? 0 : accuracy(greatestOf(rows), set.labels); }));
