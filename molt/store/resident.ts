/**
 * Resident: the windows that are in memory, as they lie on the disk, in buffers that are made once.
 * idea:   two buffers: one is used while the next window is read into the other. A buffer knows the runs that it holds, so a window of the same runs
 *         is not read again: when everything fits, it is read once for all epochs.
 * laws:   test/molt/store/reading.test.ts: the buffers never grow; at most one shard is open at a time for each buffer
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { itemsOf, runsOf, windowsOf, type Plan, type Window } from './order.ts';
import { bytesOfItems, layoutOf, readRun, type Layout, type Placed } from './runs.ts';
import { rowBytes } from './shard.ts';
import type { StorePorts } from './system.ts';

/** A buffer and what is in it. */
interface Slot {
  readonly bytes: Uint8Array;
  /** the runs that it holds or is being filled with, as text; undefined: nothing of use */
  held: string | undefined;
  /** byte at which each run begins */
  starts: ReadonlyMap<number, number>;
  /** the last filling, done or under way */
  ready: Promise<Either<Fault, void>>;
}

/** The bytes of source `s`'s tensor number `t` for an item of a window that is in memory; good until another window is asked for. */
export type RowOf = (s: number, t: number, item: number) => Uint8Array;

export interface Resident {
  /** bytes of the buffers together */
  readonly bytes: number;
  /** A window, read if it is not there. errors: Corrupt, Name (a shard that is gone), Storage, Usage (closed) */
  readonly load: (window: Window) => Promise<Either<Fault, RowOf>>;
  /** Begins to read a window into the buffer that the one last asked for does not use. */
  readonly ahead: (window: Window) => void;
  /** Stops reading; resolves when nothing is read any more. */
  readonly close: () => Promise<void>;
}

/** Buffers for a plan, made when first needed, and the reading into them. `verify`: checksums are compared when a run is read for the first time. */
export const resident = (ports: StorePorts, plan: Plan, sources: readonly Placed[], verify: boolean): Resident => {
  const runBytes = bytesOfItems(sources, plan.run);
  const windowBytes = Math.min(plan.window, runsOf(plan)) * runBytes;
  const whole = layoutOf(sources, plan.run);
  const last = layoutOf(sources, plan.items - (runsOf(plan) - 1) * plan.run);
  const layoutAt = (run: number): Layout => (run === runsOf(plan) - 1 ? last : whole);
  const verified = new Set<number>();
  const slots: Slot[] = [];
  let used: Slot | undefined;
  let closed = false;

  const fill = async (slot: Slot, runs: readonly number[], over: () => boolean): Promise<Either<Fault, void>> => {
    slot.starts = new Map(runs.map((run, i) => [run, i * runBytes]));
    for (const run of runs) {
      const [from, to] = itemsOf(plan, run);
      const bytes = slot.bytes.subarray(slot.starts.get(run) ?? 0);
      const read = await readRun(ports, sources, { from, to, layout: layoutAt(run), bytes, check: verify && !verified.has(run), over });
      if (isLeft(read)) return read;
      if (over()) return right(undefined);
      verified.add(run);
    }
    return right(undefined);
  };

  const slotFor = ({ runs }: Window): Slot => {
    const held = runs.join();
    const there = slots.find((slot) => slot.held === held);
    if (there !== undefined) return there;
    const slot = slots.find((one) => one !== used) ?? { bytes: new Uint8Array(windowBytes), held, starts: new Map<number, number>(), ready: Promise.resolve(right(undefined)) };
    if (!slots.includes(slot)) slots.push(slot);
    slot.held = held;
    const begin = (): Promise<Either<Fault, void>> => fill(slot, runs, () => closed || slot.held !== held);
    slot.ready = slot.ready.then(begin, begin); // what is still being read into this buffer stops first
    return slot;
  };

  // one for every source and tensor: this is asked for every row of every batch
  const widths = sources.map(({ collection, tensors }) => tensors.map((tensor) => rowBytes(collection.made, tensor)));
  const rowIn = ({ bytes, starts }: Slot): RowOf => (s, t, item) => {
    const width = widths[s]?.[t];
    if (width === undefined) return new Uint8Array();
    const run = Math.floor(item / plan.run);
    const begin = (starts.get(run) ?? 0) + (layoutAt(run)[s]?.[t] ?? 0) + (item - run * plan.run) * width;
    return bytes.subarray(begin, begin + width);
  };

  return {
    bytes: windowBytes * Math.min(2, windowsOf(plan)),
    load: async (window) => {
      const slot = slotFor(window);
      used = slot;
      const done = await slot.ready;
      if (closed) return left(fault('Usage', 'the reader of a feature store', ['a batch after it was closed'], 'an open reader'));
      if (isLeft(done)) slot.held = undefined; // asked again, it is read again
      return isLeft(done) ? done : right(rowIn(slot));
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
