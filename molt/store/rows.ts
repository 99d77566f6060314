/**
 * Rows: the bytes of items in a shard, read where they lie, compared with their checksums.
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { breathe } from '../data/progress.ts';
import { showBytes, type OpenFile } from '../io/system.ts';
import { sha256, type Made, type MadeTensor } from './made.ts';
import { rowBytes, type Head } from './shard.ts';

/** Some neighbouring rows of a tensor. */
export interface Rows {
  readonly tensor: MadeTensor;
  readonly first: number;
  readonly count: number;
}

const place = (path: string, { inputs }: Head, tensor: MadeTensor, row: number): string => `${path}: item ${row} (${(inputs[row] ?? '').slice(0, 12)}…), tensor ${JSON.stringify(tensor.name)}`;

/** What differs from its checksum: a row of a tensor. */
const damageOf = (path: string, head: Head, tensor: MadeTensor, row: number): Fault =>
  fault('Corrupt', place(path, head, tensor, row), ['bytes that do not match their checksum'], 'an undamaged shard', '`molt extract --verify --repair --store DIR` moves it aside; then extract again');

/** Is row `row` of the tensor what was written? */
const sound = (head: Head, tensor: MadeTensor, row: number, bytes: Uint8Array): boolean => head.sums.get(tensor.name)?.[row] === sha256(bytes);

/** Fills `into` with rows of an open shard. errors: Corrupt (cut short; with `verify` a checksum that differs, the first one). Rejects with what the system said. */
export const readRows = async (path: string, made: Made, head: Head, file: OpenFile, { tensor, first, count }: Rows, into: Uint8Array, verify: boolean): Promise<Either<Fault, void>> => {
  const width = rowBytes(made, tensor);
  const found = await file.readAt(into.subarray(0, count * width), (head.starts.get(tensor.name) ?? 0) + first * width);
  if (found !== count * width) return left(fault('Corrupt', place(path, head, tensor, first), [showBytes(found)], showBytes(count * width), 'the file was cut short: `molt extract --verify --repair --store DIR` moves it aside; then extract again'));
  if (!verify) return right(undefined);
  for (let i = 0; i < count; i++) {
    if (!sound(head, tensor, first + i, into.subarray(i * width, (i + 1) * width))) return left(damageOf(path, head, tensor, first + i));
    await breathe(); // a checksum takes a while: let others run
  }
  return right(undefined);
};

/** Where an item lies. */
export interface Place {
  readonly shard: string;
  readonly row: number;
}

/** Adds the items of a shard to the places; of several places the one in the first shard by name stays. */
export const addPlaces = (places: Map<string, Place>, { name, items }: { readonly name: string; readonly items: readonly string[] }): void => {
  items.forEach((input, row) => {
    const known = places.get(input);
    if (known === undefined || name < known.shard) places.set(input, { shard: name, row });
  });
};
