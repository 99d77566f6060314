/**
 * Reader: features of a list of items from one or more collections, batch by batch, in a fixed amount of memory.
 * shape:  each tensor [batch, …sizes of one segment], f32; segment ids item · T + segment [batch]. Of whole items: [batch, T, …sizes], ids are items
 * idea:   the order is `order.ts`, the memory `resident.ts`; a batch is gathered from the window in memory, widened into buffers that are used again.
 * laws:   test/molt/store/reading.test.ts: every segment exactly once in an epoch; batch (epoch, step) is the same whatever was read before; memory as stated
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Value } from '../../dsl/backend.ts';
import { elements } from '../../dsl/expr.ts';
import type { random } from '../../dsl/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { breathe } from '../data/progress.ts';
import { showBytes } from '../io/system.ts';
import type { Collection } from './collection.ts';
import type { MadeTensor } from './made.ts';
import { epochOf, planFor, segmentsAt, type Plan, type Window } from './order.ts';
import { nodePorts } from './ports.ts';
import { resident, type Resident } from './resident.ts';
import { bytesOfItems, type Placed } from './runs.ts';
import { dtypes } from './shard.ts';
import type { StorePorts } from './system.ts';

/** Items of one collection. */
export interface Source {
  readonly collection: Collection;
  /** hash of the input of item i; the same items in every source */
  readonly inputs: readonly string[];
}

export interface ReaderOptions {
  readonly sources: readonly Source[];
  /** tensors that are wanted; default: all of all sources */
  readonly names?: readonly string[];
  /** B: segments of a batch; items, where whole items are read */
  readonly batch: number;
  /** a batch is of items with all their segments; default false */
  readonly whole?: boolean;
  /** `shuffled`: anew in every epoch by this key */
  readonly order: { readonly kind: 'shuffled'; readonly key: random.Key } | { readonly kind: 'sequential' };
  /** greatest number of bytes held, buffers of the batch included; default 512 MiB */
  readonly memory?: number;
  /** compare checksums when a row is read for the first time; default true */
  readonly verify?: boolean;
}

/** Some segments, or some items. */
export interface Batch {
  /** item · T + segment; or the item */
  readonly ids: Int32Array;
  /** [B, …sizes]; their numbers are good until the next batch is asked for */
  readonly tensors: ReadonlyMap<string, Value>;
}

export interface Reader {
  /** segments: items · T; or items */
  readonly count: number;
  /** T, of what is counted: 1 where whole items are read */
  readonly segments: number;
  /** the tensors of a batch, with the sizes of one segment, or of one item */
  readonly inputs: ReadonlyMap<string, { readonly sizes: readonly number[] }>;
  /** batches of an epoch: shuffled ⌊count / B⌋, every batch whole; sequential ⌈count / B⌉, the last one short */
  readonly steps: number;
  /** bytes held at most */
  readonly bound: number;
  /** what the order depends on besides key and epoch: a run that is resumed must find the same */
  readonly plan: Plan;
  /** The segments of a step, without reading. */
  readonly ids: (epoch: number, step: number) => Int32Array;
  /** A batch; one step after the other is the fast way, and any step may be asked for. errors: Corrupt, Name (a shard that is gone), Storage, Usage (no such step) */
  readonly batch: (epoch: number, step: number) => TaskEither<Fault, Batch>;
  readonly close: () => Promise<void>;
}

const defaultMemory = 512 * 1024 * 1024;
/** Bytes that are widened before others may run. */
const turnBytes = 4 * 1024 * 1024;

/** A tensor of a batch: where it comes from, and the sizes of what is counted. */
interface Wanted {
  readonly tensor: MadeTensor;
  readonly source: number;
  readonly index: number;
  readonly stored: (typeof dtypes)[keyof typeof dtypes];
  /** numbers of a segment, or of an item */
  readonly width: number;
}
/** The same with the buffer that it goes to. */
interface Gathered extends Wanted {
  readonly buffer: Float32Array;
}

const placed = ({ collection, inputs }: Source, wanted: ReadonlySet<string> | undefined): Either<Fault, Placed> => {
  const places = inputs.flatMap((input) => collection.place(input) ?? []);
  if (places.length === inputs.length) return right({ collection, inputs, places, tensors: collection.made.tensors.filter(({ name }) => wanted === undefined || wanted.has(name)) });
  const missing = collection.missing(inputs);
  const given = [`${missing.length} of ${inputs.length} items are not in this collection`, ...missing.slice(0, 4).map((input) => `no ${input}`)];
  return left(fault('Name', collection.folder, given, 'the features of every item', 'run `molt extract` for these items, or leave them out'));
};

const placeAll = ({ sources, names }: ReaderOptions): Either<Fault, readonly Placed[]> => {
  const where = 'the reader of a feature store';
  const refuse = (given: string, needed: string, hint?: string) => left(fault('Usage', where, [given], needed, hint));
  const [first] = sources;
  if (first === undefined) return refuse('no collections', 'at least one');
  if (sources.some(({ inputs }) => inputs.length !== first.inputs.length)) return refuse(`lists of ${sources.map(({ inputs }) => inputs.length).join(', ')} items`, 'the same items in every source');
  const segments = sources.map(({ collection }) => collection.made.segments);
  if (segments.some((n) => n !== segments[0])) return refuse(`items of ${segments.join(', ')} segments`, 'as many segments in every collection', 'extract both with one setting');
  const there = sources.flatMap(({ collection }) => collection.made.tensors.map(({ name }) => name));
  const wanted = names === undefined ? undefined : new Set(names);
  const lacking = (names ?? []).filter((name) => !there.includes(name));
  if (lacking.length > 0) return left(fault('Name', where, [`the tensors ${lacking.join(', ')}`], `some of ${there.join(', ')}`));
  const twice = there.find((name, i) => there.indexOf(name) !== i && (wanted === undefined || wanted.has(name)));
  if (twice !== undefined) return left(fault('Name', where, [`the tensor ${twice} in two sources`], 'tensors of different names'));
  const all: Placed[] = [];
  for (const source of sources) {
    const one = placed(source, wanted);
    if (isLeft(one)) return one;
    all.push(one.right);
  }
  return right(all);
};

/** Copies the segments at places [from, to) of an epoch from windows into the buffers; lets others run now and then. */
const gather = async (memory: Resident, windows: readonly Window[], after: () => Window | undefined, gathered: readonly Gathered[], segments: number, from: number, to: number): Promise<Either<Fault, void>> => {
  let turn = 0;
  for (const [w, window] of windows.entries()) {
    if (window.to <= from || window.from >= to) continue;
    const loaded = await memory.load(window);
    if (isLeft(loaded)) return loaded;
    const next = windows[w + 1] ?? after();
    if (next !== undefined) memory.ahead(next);
    const ids = window.ids();
    for (let at = Math.max(from, window.from); at < Math.min(to, window.to); at++) {
      const id = ids[at - window.from] ?? 0;
      const item = Math.floor(id / segments);
      for (const { source, index, stored, width, buffer } of gathered) {
        const bytes = width * stored.width;
        const begin = (id % segments) * bytes;
        stored.read(loaded.right(source, index, item).subarray(begin, begin + bytes), buffer, (at - from) * width);
        turn += width * 4;
      }
      if (turn < turnBytes) continue;
      turn = 0;
      await breathe();
    }
  }
  return right(undefined);
};

/**
 * A reader of the items of one or more collections.
 * errors: Usage (lists or segments that differ), Name (items or tensors that lack), Memory (not even one item fits twice)
 */
export const reader = (options: ReaderOptions, ports?: StorePorts): TaskEither<Fault, Reader> => async () => {
  const sources = placeAll(options);
  if (isLeft(sources)) return sources;
  const { batch, order, memory = defaultMemory, verify = true, whole = false } = options;
  const [first] = options.sources;
  const items = first?.inputs.length ?? 0;
  const inItem = first?.collection.made.segments ?? 1;
  const segments = whole ? 1 : inItem;
  const asked: readonly Wanted[] = sources.right.flatMap(({ collection, tensors }, source) =>
    tensors.map((one, index): Wanted => {
      const sizes = whole ? [inItem, ...one.sizes] : one.sizes;
      return { tensor: { name: one.name, sizes }, source, index, stored: dtypes[collection.made.dtype], width: elements(sizes) };
    }));
  const gatheredBytes = asked.reduce((sum, { width }) => sum + width * batch * 4, 0);
  const itemBytes = bytesOfItems(sources.right, 1);
  const plan = planFor(items, segments, itemBytes, memory - gatheredBytes);
  if (plan === undefined) {
    const given = [`${showBytes(memory)}, of which a batch of ${batch} ${whole ? 'items' : 'segments'} takes ${showBytes(gatheredBytes)} and an item ${showBytes(itemBytes)}`];
    return left(fault('Memory', 'the reader of a feature store', given, `at least ${showBytes(gatheredBytes + 2 * itemBytes)}`, 'allow more memory, or a smaller batch'));
  }
  const count = items * segments;
  const key = order.kind === 'shuffled' ? order.key : undefined;
  const world = ports ?? (await nodePorts());
  const held = resident(world, plan, sources.right, verify);
  const gathered: readonly Gathered[] = asked.map((one) => ({ ...one, buffer: new Float32Array(batch * one.width) }));
  const epochs = new Map<number, readonly Window[]>();
  const epochAt = (epoch: number): readonly Window[] => {
    const known = epochs.get(epoch);
    if (known !== undefined) return known;
    const windows = epochOf(plan, key, epoch);
    for (const old of [...epochs.keys()].slice(0, -1)) epochs.delete(old);
    epochs.set(epoch, windows);
    return windows;
  };
  const steps = key === undefined ? Math.ceil(count / batch) : Math.floor(count / batch);
  const ids: Reader['ids'] = (epoch, step) => (step < 0 || step >= steps ? new Int32Array() : segmentsAt(epochAt(epoch), step * batch, (step + 1) * batch));
  const gatherNow = async (epoch: number, step: number): Promise<Either<Fault, Batch>> => {
    if (step < 0 || step >= steps) return left(fault('Usage', 'the reader of a feature store', [`step ${step}`], `one of ${steps} steps`));
    const to = Math.min(count, (step + 1) * batch);
    const done = await gather(held, epochAt(epoch), () => (key === undefined ? undefined : epochAt(epoch + 1)[0]), gathered, segments, step * batch, to);
    if (isLeft(done)) return done;
    const rows = to - step * batch;
    return right({
      ids: ids(epoch, step),
      tensors: new Map(gathered.map(({ tensor, width, buffer }): [string, Value] => [tensor.name, { sizes: [rows, ...tensor.sizes], dtype: 'f32', data: buffer.subarray(0, rows * width) }])),
    });
  };
  let turn: Promise<unknown> = Promise.resolve();
  return right({
    count, segments, steps, plan, ids,
    inputs: new Map(gathered.map(({ tensor }) => [tensor.name, { sizes: tensor.sizes }])),
    bound: held.bytes + gatheredBytes,
    batch: (epoch, step) => () => {
      const mine = turn.then(() => gatherNow(epoch, step)); // one at a time: the buffers are shared
      turn = mine.catch(() => undefined);
      return mine;
    },
    close: async () => {
      await turn;
      await held.close();
    },
  });
};
