/**
 * Order: in which the segments of an epoch come, and which items must be in memory for them.
 * idea:   items are cut into runs of neighbours, which lie together on the disk; runs are shuffled, then gathered into windows that fit into memory, then
 *         the segments of each window are shuffled. All of it follows from (key, epoch), so the order from any step on is known without reading.
 * laws:   test/molt/store/order.test.ts: every segment exactly once in an epoch; one window: any order of all segments may come; the order does not
 *         depend on how the store is cut into shards
 * not:    a uniform permutation of all segments, unless they fit into one window: two segments far apart in the list meet in a batch only if
 *         their runs meet in a window, which every epoch draws anew.
 */
import { random } from '../../dsl/index.ts';

/** How items are cut and gathered. */
export interface Plan {
  readonly items: number;
  /** T: segments of an item */
  readonly segments: number;
  /** neighbouring items that are read together; the last run may be shorter */
  readonly run: number;
  /** greatest number of runs in memory at once */
  readonly window: number;
}

/** Runs and windows of the same order of length, made for `bytes` of memory and items of `itemBytes`; undefined if not even one item fits. */
export const planFor = (items: number, segments: number, itemBytes: number, bytes: number): Plan | undefined => {
  const longest = Math.max(1, Math.min(items, Math.floor(longestRun / itemBytes)));
  const runs = Math.max(1, Math.ceil(items / longest));
  if (runs * longest * itemBytes <= bytes) return { items, segments, run: longest, window: runs };
  const half = Math.floor(bytes / 2); // one window is used while the next is read
  if (itemBytes > half) return undefined;
  const run = Math.max(1, Math.floor(Math.min(longestRun, half / fewestRuns) / itemBytes));
  return { items, segments, run, window: Math.floor(half / (run * itemBytes)) };
};

/** Bytes of a run: long enough for a disk, short enough that many fit into memory. */
const longestRun = 8 * 1024 * 1024;
/** Runs that a window should have at least. */
const fewestRuns = 8;

export const runsOf = ({ items, run }: Plan): number => Math.ceil(items / run);

/** Number of windows of an epoch; their numbers of runs differ by one at most. */
export const windowsOf = (plan: Plan): number => Math.ceil(runsOf(plan) / plan.window);

/** Items of a run: from, up to but not including. */
export const itemsOf = ({ items, run }: Plan, at: number): readonly [from: number, to: number] => [at * run, Math.min(items, (at + 1) * run)];

/** One window of an epoch. */
export interface Window {
  /** rising */
  readonly runs: readonly number[];
  /** place in the epoch of its first segment */
  readonly from: number;
  /** place in the epoch after its last segment */
  readonly to: number;
  /** segments (item · T + segment) in the order in which they come */
  readonly ids: () => Int32Array;
}

/** The windows of an epoch, one after the other. `key` absent: items and segments as listed. */
export const epochOf = (plan: Plan, key: random.Key | undefined, epoch: number): readonly Window[] => {
  const runs = runsOf(plan);
  const windows = windowsOf(plan);
  const own = key === undefined ? undefined : random.child(key, epoch);
  const order = own === undefined ? Int32Array.from({ length: runs }, (_, i) => i) : random.permutation(own, runs);
  const lengthOf = (at: number): number => { const [from, to] = itemsOf(plan, at); return (to - from) * plan.segments; };
  let place = 0;
  return Array.from({ length: windows }, (_, w) => {
    const members = [...order.subarray(Math.floor((w * runs) / windows), Math.floor(((w + 1) * runs) / windows))].toSorted((a, b) => a - b);
    const from = place;
    place += members.reduce((sum, at) => sum + lengthOf(at), 0);
    let drawn: Int32Array | undefined;
    const listed = (): Int32Array => {
      const ids = new Int32Array(members.reduce((sum, at) => sum + lengthOf(at), 0));
      let i = 0;
      for (const at of members) {
        const first = itemsOf(plan, at)[0] * plan.segments;
        for (let s = 0; s < lengthOf(at); s++) ids[i++] = first + s;
      }
      return ids;
    };
    const draw = (): Int32Array => {
      const all = listed();
      return own === undefined ? all : random.permutation(random.child(own, w), all.length).map((i) => all[i] ?? 0);
    };
    return { runs: members, from, to: place, ids: () => (drawn ??= draw()) };
  });
};

/** The segments at places `from` to `to` of an epoch. */
export const segmentsAt = (windows: readonly Window[], from: number, to: number): Int32Array => {
  const out = new Int32Array(Math.max(0, Math.min(to, windows.at(-1)?.to ?? 0) - from));
  for (const window of windows) {
    if (window.to <= from || window.from >= to) continue;
    const part = window.ids().subarray(Math.max(0, from - window.from), to - window.from);
    out.set(part, Math.max(0, window.from - from));
  }
  return out;
};
