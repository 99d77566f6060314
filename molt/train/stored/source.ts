/**
 * Source: a split of a feature store as batches of segments, or of clips.
 * idea:  the store's reader knows items and their tensors, the split knows labels; a batch joins both by the numbers of its segments.
 * laws:  test/molt/train/stored.test.ts: the same batch whoever asked before; memory stays within the reader's bound
 */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../../shapes/fault.ts';
import type { random, Value } from '../../../dsl/index.ts';
import type { Asked, BatchSource } from '../source.ts';
import { clipTargets } from './clips.ts';
import type { Split } from './split.ts';

/** Some segments as read: their numbers (item · segments + segment) and their tensors [segments, …sizes]; or some clips, [clips, T, …sizes]. */
export interface Page {
  readonly ids: Int32Array;
  readonly tensors: ReadonlyMap<string, Value>;
}

/** What of the store's reader is used: pages by epoch and step, in order the last one may be short; their numbers are good until the next one. */
export interface Pages {
  readonly batch: (epoch: number, step: number) => TaskEither<Fault, Page>;
  readonly close: () => Promise<void>;
}

/** What pages are asked for. */
export interface PagesAsked {
  readonly names: readonly string[];
  readonly batch: number;
  /** absent: in order */
  readonly key: random.Key | undefined;
}

/** What a sample is. */
export interface Sample {
  /** 1, or as many as a clip has */
  readonly segments: number;
  /** the label of background */
  readonly background: number;
}

/** The value with its last row repeated up to `batch` of them. */
const filledUp = (value: Value, batch: number): Value => {
  const [rows = 0, ...sizes] = value.sizes;
  if (rows === batch || rows === 0 || !(value.data instanceof Float32Array)) return value;
  const width = value.data.length / rows;
  const data = new Float32Array(batch * width);
  data.set(value.data);
  for (let row = rows; row < batch; row += 1) data.copyWithin(row * width, (rows - 1) * width, rows * width);
  return { sizes: [batch, ...sizes], dtype: 'f32', data };
};

/** Clips one after the other. shape: [B, T, …] → [B·T, …] */
const joined = (value: Value, segments: number): Value => {
  const [rows = 0, , ...sizes] = value.sizes;
  return segments === 1 ? value : { ...value, sizes: [rows * segments, ...sizes] };
};

const bound = ({ labels }: Split, { segments, background }: Sample, { names, batch }: Asked, { ids, tensors }: Page): ReadonlyMap<string, Value> => {
  const values = new Map([...tensors].map(([name, value]) => [name, joined(filledUp(value, batch), segments)]));
  const own = new Int32Array(batch * segments);
  for (let i = 0; i < batch; i += 1) {
    const id = ids[Math.min(i, ids.length - 1)] ?? 0;
    own.set(labels.subarray(id * segments, (id + 1) * segments), i * segments);
  }
  if (names.has('labels')) values.set('labels', { sizes: [own.length], dtype: 'i32', data: own });
  for (const [name, value] of clipTargets(own, segments, background)) if (names.has(name)) values.set(name, value);
  return values;
};

/** A split as a source; `open` starts the store's reader, of whole items where samples are clips, when the first batch is asked for. */
export const storedSource = (split: Split, inputs: ReadonlyMap<string, readonly number[]>, sample: Sample, open: (asked: PagesAsked) => TaskEither<Fault, Pages>): BatchSource => {
  const count = split.labels.length / sample.segments;
  const perItem = split.labels.length / Math.max(1, split.ids.length);
  return {
    count,
    segments: sample.segments,
    inputs,
    labels: split.labels,
    called: (segment) => `${split.ids[Math.floor(segment / perItem)] ?? ''}, segment ${segment % perItem}`,
    open: (asked) => {
      let opening: Promise<E.Either<Fault, Pages>> | undefined;
      const opened = (): Promise<E.Either<Fault, Pages>> => (opening ??= open({ names: [...inputs.keys()].filter((name) => asked.names.has(name)), batch: asked.batch, key: asked.shuffle })());
      return {
        steps: asked.shuffle === undefined ? Math.ceil(count / asked.batch) : Math.floor(count / asked.batch),
        batch: (epoch, step) => async () => {
          const pages = await opened();
          return E.isLeft(pages) ? pages : E.map((page: Page) => bound(split, sample, asked, page))(await pages.right.batch(epoch, step)());
        },
        close: async () => {
          const pages = await opening;
          if (pages !== undefined && E.isRight(pages)) await pages.right.close();
        },
      };
    },
  };
};
