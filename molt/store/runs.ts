/**
 * Runs: neighbouring items of all sources read into one piece of memory, each tensor's rows together.
 * idea:   only the rows and tensors asked for are read, by position, neighbours at once; a shard is open only while its rows are read, one at a time.
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

/** Every tensor's rows begin at a multiple of this. */
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** Bytes of some items, all tensors of all sources. */
export const bytesOfItems = (sources: readonly Placed[], items: number): number =>
  sources.reduce((sum, { collection, tensors }) => sum + tensors.reduce((part, tensor) => part + aligned(items * rowBytes(collection.made, tensor)), 0), 0);

/** Byte at which each tensor's rows begin in a run of some items, source by source. */
export type Layout = readonly (readonly number[])[];

export const layoutOf = (sources: readonly Placed[], items: number): Layout => {
  let at = 0;
  return sources.map(({ collection, tensors }) => tensors.map((tensor) => {
    const start = at;
    at += aligned(items * rowBytes(collection.made, tensor));
    return start;
  }));
};

/** Neighbours on the disk that are neighbours in the run: rows from `first` on, to place `index` of the run on. */
interface Piece {
  readonly first: number;
  readonly index: number;
  readonly count: number;
}

/** The rows of a run by shard, neighbours joined. */
const joined = (places: readonly Place[]): ReadonlyMap<string, readonly Piece[]> => {
  const shards = new Map<string, Piece[]>();
  for (const [index, { shard, row }] of places.entries()) {
    const pieces = shards.get(shard) ?? [];
    const last = pieces.at(-1);
    if (last !== undefined && last.first + last.count === row && last.index + last.count === index) pieces.splice(-1, 1, { ...last, count: last.count + 1 });
    else pieces.push({ first: row, index, count: 1 });
    shards.set(shard, pieces);
  }
  return shards;
};

/** One run to be read. */
export interface Reading {
  /** items: from, up to but not including */
  readonly from: number;
  readonly to: number;
  readonly layout: Layout;
  /** where it goes */
  readonly bytes: Uint8Array;
  /** compare checksums */
  readonly check: boolean;
  /** polled between reads: true stops, and what was read is of no use */
  readonly over: () => boolean;
}

/** The pieces of one open shard of source `s`. */
const readPieces = async (path: string, file: OpenFile, source: Placed, s: number, pieces: readonly Piece[], { from, layout, bytes, check, over }: Reading): Promise<Either<Fault, void>> => {
  const { made, key } = source.collection;
  const head = await readHead(path, made, key, file);
  if (isLeft(head)) return head;
  for (const { first, index, count } of pieces) {
    const odd = Array.from({ length: count }, (_, i) => i).find((i) => head.right.inputs[first + i] !== source.inputs[from + index + i]);
    if (odd !== undefined) return left(fault('Corrupt', path, [`another item in row ${first + odd}`], `the item ${source.inputs[from + index + odd] ?? ''}`, '`molt extract --verify --repair --store DIR` moves it aside; then extract again'));
    for (const [t, tensor] of source.tensors.entries()) {
      if (over()) return right(undefined);
      const width = rowBytes(made, tensor);
      const begin = (layout[s]?.[t] ?? 0) + index * width;
      const read = await readRows(path, made, head.right, file, { tensor, first, count }, bytes.subarray(begin, begin + count * width), check);
      if (isLeft(read)) return read;
    }
  }
  return right(undefined);
};

/** Reads a run. errors: Corrupt, Name (a shard that is gone), Storage */
export const readRun = async (ports: StorePorts, sources: readonly Placed[], reading: Reading): Promise<Either<Fault, void>> => {
  for (const [s, source] of sources.entries()) {
    for (const [shard, pieces] of joined(source.places.slice(reading.from, reading.to))) {
      if (reading.over()) return right(undefined);
      const path = join(foldersOf(source.collection.folder).shards, shardFile(shard));
      try {
        const done = await using(ports.files.open(path, 'read'), (file) => readPieces(path, file, source, s, pieces, reading));
        if (isLeft(done)) return done;
      } catch (thrown) {
        return left(readFault(path, thrown));
      }
    }
  }
  return right(undefined);
};
