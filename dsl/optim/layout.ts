/**
 * Layout: where each parameter's weights, moments and gradient lie in WebAssembly memories.
 * idea:  all that one parameter needs lies in one memory, so that one kernel call reaches it; memories are filled in order
 *        and hold at most 1 GiB, unless one parameter alone needs more.
 * laws:  test/dsl/optim/arena.test.ts: regions never overlap, lie inside their memory and on 64 bytes
 */
import * as E from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';

/** A gradient of sizes [rows, groups, columns] that is a product: g[i, j, k] = Σ over r of left[r, j, i] · right[r, j, k]. */
export interface ProductSizes {
  readonly rank: number;
  readonly groups: number;
  readonly rows: number;
  readonly columns: number;
}

/** A parameter: how many numbers it has, and its gradient's factors where that is a product. */
export interface Slot {
  readonly length: number;
  readonly product?: ProductSizes;
  /** its rate as a multiple of the others'; 1 if absent */
  readonly pace?: number;
}

/** Numbers in a memory. */
export interface Region {
  /** byte address */
  readonly at: number;
  readonly length: number;
}

/** Where a gradient lies: whole, or as the two factors of a product, after which zeros fill their rank up to a multiple of 4. */
export type GradientPlace = { readonly kind: 'whole'; readonly region: Region } | { readonly kind: 'product'; readonly sizes: ProductSizes; readonly left: Region; readonly right: Region };

export interface Place {
  readonly memory: number;
  readonly weights: Region;
  readonly first: Region;
  readonly second: Region;
  readonly gradient: GradientPlace;
  readonly pace: number;
}

export interface Layout {
  readonly places: ReadonlyMap<string, Place>;
  /** bytes of each memory */
  readonly memories: readonly number[];
  /** every memory begins with room for a row of any product, this many bytes for each thread */
  readonly scratch: number;
}

export interface LayoutOptions {
  /** bytes of one memory where the parameters allow it */
  readonly limit?: number;
  readonly threads?: number;
}

const line = 64;
/** A memory's addresses have 32 bits. */
const most = 2 ** 32;
const memoryLimit = 2 ** 30;

const padded = (length: number): number => Math.ceil((length * 4) / line) * line;
/** The kernel takes a row's numbers by eights. */
const spareColumns = 7;
/** Ranks as the kernel takes them. */
export const paddedRank = (rank: number): number => Math.ceil(rank / 4) * 4;

/** Regions one after the other. */
const walker = (start: number) => {
  let at = start;
  return { take: (length: number, spare = 0): Region => { const region = { at, length }; at += padded(length + spare); return region; }, end: () => at };
};

const placed = ({ length, product, pace = 1 }: Slot, memory: number, start: number): { readonly place: Place; readonly end: number } => {
  const { take, end } = walker(start);
  const [weights, first, second] = [take(length), take(length), take(length)];
  if (product === undefined) return { place: { memory, weights, first, second, pace, gradient: { kind: 'whole', region: take(length) } }, end: end() };
  const { rank, groups, rows, columns } = product;
  const spare = paddedRank(rank) - rank;
  const left = take(rank * groups * rows, spare * groups * rows);
  const right = take(rank * groups * columns, spare * groups * columns + spareColumns);
  return { place: { memory, weights, first, second, pace, gradient: { kind: 'product', sizes: product, left, right } }, end: end() };
};

/** Places for all slots, in their order. errors: Memory where one parameter needs more than a memory can address */
export const layoutOf = (slots: ReadonlyMap<string, Slot>, { limit = memoryLimit, threads = 1 }: LayoutOptions = {}): E.Either<Fault, Layout> => {
  const scratch = padded(Math.max(0, ...[...slots.values()].map(({ product }) => (product === undefined ? 0 : product.columns + spareColumns))));
  const places = new Map<string, Place>();
  const memories: number[] = [];
  for (const [name, slot] of slots) {
    const last = memories.length - 1;
    const tried = placed(slot, last, memories[last] ?? limit);
    const { place, end } = last >= 0 && tried.end <= limit ? tried : placed(slot, last + 1, scratch * threads);
    if (end > most) return E.left(fault('Memory', `parameter '${name}'`, [`${slot.length} numbers`], 'a parameter that fits into 4 GiB with its moments and gradient'));
    places.set(name, place);
    memories[place.memory] = end;
  }
  return E.right({ places, memories, scratch });
};
