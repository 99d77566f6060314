/**
 * Resident: the windows that are in memory, as they lie on the disk, in buffers that are made once.
 * idea:   two buffers: one is used while the next window is read into the other. Only the rows and tensors asked for are read, by position; a shard
 *         is open only while its rows are read.
 * laws:   test/molt/store/reader.test.ts: the buffers never grow; at most one shard of each source is open at a time
 */
import { join } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { using } from '../io/files.ts';
import { readFault, type OpenFile } from '../io/system.ts';
import { readHead } from './catalogue.ts';
import type { Collection } from './collection.ts';
import { foldersOf, shardFile } from './folders.ts';
import type { MadeTensor } from './made.ts';
import { itemsOf, type Plan, type Window } from './order.ts';
import { readRows, type Place } from './rows.ts';
import { rowBytes } from './shard.ts';
import type { StorePorts } from './system.ts';

/** Where a source's items lie, and which of its tensors are wanted. */
export interface Placed {
  readonly collection: Collection;
  readonly tensors: readonly MadeTensor[];
  readonly inputs: readonly string[];
  readonly places: readonly Place[];
}

/** Every tensor's rows begin at a multiple of this in a buffer. */
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** Bytes of some items, all tensors of all sources. */
export const bytesOfItems = (sources: readonly Placed[], items: number): number =>
  sources.reduce((sum, { collection, tensors }) => sum + tensors.reduce((part, tensor) => part + aligned(items * rowBytes(collection.made, tensor)), 0), 0);

/** Rows of one item, neighbours of which may be read with it. */
interface Wanted {
  readonly place: Place;
  /** in the run */
  readonly index: number;
}

/** Wanted rows by shard, neighbours on the disk and in the run joined. */
const joined = (wanted: readonly Wanted[]): ReadonlyMap<string, readonly { readonly first: number; readonly index: number; readonly count: number }[]> => {
  const shards = new Map<string, { first: number; index: number; count: number }[]>();
  for (const { place, index } of wanted) {
    const pieces = shards.get(place.shard) ?? [];
    const last = pieces.at(-1);
    if (last !== undefined && last.first + last.count === place.row && last.index + last.count === index) last.count += 1;
    else pieces.push({ first: place.row, index, count: 1 });
    shards.set(place.shard, pieces);
  }
  return shards;
};

/** A buffer and what is in it. */
interface Slot {
  readonly bytes: Uint8Array;
  /** the runs it holds or is being filled with, as text; undefined: nothing of use */
  held: string | undefined;
  /** byte at which each run begins */
  starts: ReadonlyMap<number, number>;
  ready: Promise<Either<Fault, void>>;
}

/** A window in memory. */
export interface Loaded {
  /** the rows of a tensor (of source `s`, number `t`) of an item; good until another window is asked for */
  readonly row: (s: number, t: number, item: number) => Uint8Array;
}

export interface Resident {
  /** bytes of the buffers together */
  readonly bytes: number;
  /** A window, read if it is not there. errors: Corrupt, Name (a shard that is gone), Storage */
  readonly load: (window: Window) => Promise<Either<Fault, Loaded>>;
  /** Begins to read a window into the buffer that the one last asked for does not use. */
  readonly ahead: (window: Window) => void;
  /** stops reading; resolves when nothing is read any more */
  readonly close: () => Promise<void>;
}

/** Buffers for a plan, and the reading into them. `verify`: checksums are compared when a run is read for the first time. */
export const resident = (ports: StorePorts, plan: Plan, sources: readonly Placed[], windows: number, verify: boolean): Resident => {
  const runBytes = bytesOfItems(sources, plan.run);
  const windowBytes = Math.min(plan.window, Math.ceil(plan.items / plan.run)) * runBytes;
  const verified = new Set<number>();
  let closed = false;
  const slots: Slot[] = [];
  let used: Slot | undefined;

  const fillFrom = async (source: Placed, shard: string, file: OpenFile, pieces: readonly { readonly first: number; readonly index: number; readonly count: number }[], from: number, run: Uint8Array, starts: readonly number[], check: boolean, over: () => boolean): Promise<Either<Fault, void>> => {
    const { made, folder, key } = source.collection;
    const path = join(foldersOf(folder).shards, shardFile(shard));
    const head = await readHead(path, made, key, file);
    if (isLeft(head)) return head;
    for (const { first, index, count } of pieces) {
      for (let i = 0; i < count; i++) {
        if (head.right.inputs[first + i] !== source.inputs[from + index + i]) return left(fault('Corrupt', path, [`another item in row ${first + i}`], `the item ${source.inputs[from + index + i]}`, 'repair the store, and extract again'));
      }
      for (const [t, tensor] of source.tensors.entries()) {
        if (over()) return right(undefined);
        const width = rowBytes(made, tensor);
        const begin = (starts[t] ?? 0) + index * width;
        const read = await readRows(path, made, head.right, file, { tensor, first, count }, run.subarray(begin, begin + count * width), check);
        if (isLeft(read)) return read;
      }
    }
    return right(undefined);
  };

  /** byte at which each tensor's rows begin in a run of `items` items, source by source */
  const layout = (items: number): readonly (readonly number[])[] => {
    let at = 0;
    return sources.map(({ collection, tensors }) => tensors.map((tensor) => {
      const start = at;
      at += aligned(items * rowBytes(collection.made, tensor));
      return start;
    }));
  };
  const [whole, last] = [layout(plan.run), layout(plan.items - (Math.ceil(plan.items / plan.run) - 1) * plan.run)];
  const layoutOf = (run: number) => ((run + 1) * plan.run <= plan.items ? whole : last);

  const fill = async (slot: Slot, runs: readonly number[], over: () => boolean): Promise<Either<Fault, void>> => {
    for (const run of runs) {
      const [from, to] = itemsOf(plan, run);
      const bytes = slot.bytes.subarray(slot.starts.get(run) ?? 0);
      const check = verify && !verified.has(run);
      for (const [s, source] of sources.entries()) {
        const wanted = Array.from({ length: to - from }, (_, index) => ({ place: source.places[from + index], index })).flatMap(({ place, index }) => (place === undefined ? [] : [{ place, index }]));
        for (const [shard, pieces] of joined(wanted)) {
          if (over()) return right(undefined);
          const path = join(foldersOf(source.collection.folder).shards, shardFile(shard));
          try {
            const done = await using(ports.files.open(path, 'read'), (file) => fillFrom(source, shard, file, pieces, from, bytes, layoutOf(run)[s] ?? [], check, over));
            if (isLeft(done)) return done;
          } catch (thrown) {
            return left(readFault(path, thrown));
          }
        }
      }
      verified.add(run);
    }
    return right(undefined);
  };

  const slotFor = ({ runs }: Window): Slot => {
    const held = runs.join();
    const there = slots.find((slot) => slot.held === held);
    if (there !== undefined) return there;
    const free = slots.find((slot) => slot !== used);
    const slot = free ?? { bytes: new Uint8Array(windowBytes), held, starts: new Map(), ready: Promise.resolve(right(undefined)) };
    if (!slots.includes(slot)) slots.push(slot);
    const before = slot.ready; // what is still being read into this buffer must be done first
    slot.held = held;
    const begin = (): Promise<Either<Fault, void>> => {
      slot.starts = new Map(runs.map((run, i) => [run, i * runBytes]));
      return fill(slot, runs, () => closed || slot.held !== held);
    };
    slot.ready = before.then(begin, begin);
    return slot;
  };

  return {
    bytes: windowBytes * Math.min(2, windows),
    load: async (window) => {
      const slot = slotFor(window);
      used = slot;
      const done = await slot.ready;
      if (closed) return left(fault('Usage', 'the reader of a feature store', ['a batch after it was closed'], 'an open reader'));
      if (isLeft(done)) {
        slot.held = undefined;
        return done;
      }
      return right({
        row: (s, t, item) => {
          const run = Math.floor(item / plan.run);
          const source = sources[s];
          const tensor = source?.tensors[t];
          if (source === undefined || tensor === undefined) return new Uint8Array();
          const width = rowBytes(source.collection.made, tensor);
          const begin = (slot.starts.get(run) ?? 0) + (layoutOf(run)[s]?.[t] ?? 0) + (item - run * plan.run) * width;
          return slot.bytes.subarray(begin, begin + width);
        },
      });
    },
    ahead: (window) => {
      if (!closed) slotFor(window).ready.catch(() => undefined);
    },
    close: async () => {
      closed = true;
      await Promise.all(slots.map(({ ready }) => ready.catch(() => undefined)));
      slots.length = 0;
    },
  };
};
