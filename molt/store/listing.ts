/**
 * Index: the file that lists a collection's shards, the same bytes for the same shards.
 * shape:  { version, collection, shards: [{ name, bytes, sha256, items }] }, a line for each shard, sorted by name; `sha256` is that of the shard's
 *         header, which holds the checksums of all its data
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { line, listOf, natural, oneOf, record, required } from '../variants/combinators.ts';
import { problemsFault } from '../variants/problems.ts';
import { canonical, checkVersion, storeVersion } from './made.ts';

/** A shard as the index has it. */
export interface IndexEntry {
  readonly name: string;
  /** of the whole file */
  readonly bytes: number;
  /** of the header */
  readonly sha256: string;
  /** hashes of the inputs, in order */
  readonly items: readonly string[];
}

export const printIndex = (key: string, shards: ReadonlyMap<string, IndexEntry>): string => {
  const lines = [...shards.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, bytes, sha256, items }) => canonical({ name, bytes, sha256, items }));
  return `{"version":${storeVersion},"collection":${JSON.stringify(key)},"shards":[\n${lines.join(',\n')}\n]}\n`;
};

const indexRecord = record({
  version: required(oneOf(storeVersion)),
  collection: required(line),
  shards: required(listOf(record({ name: required(line), bytes: required(natural), sha256: required(line), items: required(listOf(line)) }), 'none')),
});

/** The shards that an index lists, by name. errors: Unsupported (a later version), Name, Decode, Corrupt (another collection's) */
export const decodeIndex = (where: string, key: string, read: unknown): Either<Fault, ReadonlyMap<string, IndexEntry>> => {
  const known = checkVersion(where, read);
  if (isLeft(known)) return known;
  const decoded = indexRecord.decode(read);
  if (isLeft(decoded)) return left(problemsFault(where, 'the index of a collection', decoded.left));
  if (decoded.right.collection !== key) return left(fault('Corrupt', where, [`the index of collection ${decoded.right.collection}`], `that of ${key}`));
  return right(new Map(decoded.right.shards.map((entry) => [entry.name, entry])));
};
