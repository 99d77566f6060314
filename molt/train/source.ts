/**
 * Source: where batches come from: anything that knows its segments' labels and gives the inputs of any batch by its number.
 * shape: a batch is of samples: segments, or clips of T segments for learners that look at whole clips
 * idea:  the order is a pure function of (key, epoch, step), so a run that stopped goes on with the batch that it would have seen,
 *        and a source that reads from a disk can read ahead.
 * laws:  test/molt/train/source.test.ts: an epoch shows every segment at most once; the same batch whoever asked before; in order, all
 *        segments once
 */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { random, type Value } from '../../dsl/index.ts';
import type { Fault } from '../../shapes/fault.ts';
import { batchOf, type FeatureSet } from './features.ts';

/** What is wanted of a source. */
export interface Asked {
  /** of the inputs, and of the targets: `labels`, or `foreground` and `event` */
  readonly names: ReadonlySet<string>;
  /** samples of a batch */
  readonly batch: number;
  /** of the random order, another one in every epoch; absent: the order of the source, the last batch filled up with its last sample */
  readonly shuffle?: random.Key;
}

/** Batches of one size in one order. */
export interface Batches {
  /** batches of an epoch: whole ones only if shuffled, as many as hold all samples otherwise */
  readonly steps: number;
  /** What a program binds: each input [batch · segments, …sizes], `labels` [batch · segments], `foreground` [batch, T], `event` [batch]. errors: those of reading */
  readonly batch: (epoch: number, step: number) => TaskEither<Fault, ReadonlyMap<string, Value>>;
  /** gives back what reading ahead holds */
  readonly close: () => Promise<void>;
}

export interface BatchSource {
  /** samples */
  readonly count: number;
  /** of a sample: 1, or T where a sample is a clip */
  readonly segments: number;
  /** sizes of one segment of each input */
  readonly inputs: ReadonlyMap<string, readonly number[]>;
  /** of all segments of all samples, in order */
  readonly labels: Int32Array;
  /** what a segment is called in messages */
  readonly called: (segment: number) => string;
  readonly open: (asked: Asked) => Batches;
}

/** Segments of batch `step` in the order of the source, the last one as often as it takes. */
export const filled = (count: number, batch: number, step: number): Int32Array => Int32Array.from({ length: batch }, (_, i) => Math.min(step * batch + i, count - 1));

/** Places of batch `step` in random order; the permutation of one epoch is kept. */
const shuffled = (key: random.Key, count: number, batch: number): ((epoch: number, step: number) => Int32Array) => {
  let kept: { readonly epoch: number; readonly order: Int32Array } | undefined;
  return (epoch, step) => {
    if (kept?.epoch !== epoch) kept = { epoch, order: random.permutation(random.child(key, epoch), count) };
    return kept.order.subarray(step * batch, (step + 1) * batch);
  };
};

/** What is known of samples of one segment each that lie in memory. */
type Held = Pick<BatchSource, 'count' | 'inputs' | 'labels'>;

/** A source in memory: `gather` gives the named inputs and targets of some segments. */
export const gathered = (held: Held, gather: (names: ReadonlySet<string>, ids: Int32Array) => ReadonlyMap<string, Value>): BatchSource => ({
  ...held,
  segments: 1,
  called: (segment) => `segment ${segment}`,
  open: ({ names, batch, shuffle }) => {
    const { count } = held;
    const ids = shuffle === undefined ? (_: number, step: number) => filled(count, batch, step) : shuffled(shuffle, count, batch);
    return {
      steps: shuffle === undefined ? Math.ceil(count / batch) : Math.floor(count / batch),
      batch: (epoch, step) => async () => E.right(gather(names, ids(epoch, step))),
      close: async () => {},
    };
  },
});

/** A set in memory as a source. */
export const inMemory = (set: FeatureSet): BatchSource =>
  gathered({ count: set.count, inputs: new Map([...set.inputs].map(([name, { sizes }]) => [name, sizes])), labels: set.labels }, (names, ids) => batchOf(set, names, ids));
