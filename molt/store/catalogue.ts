/**
 * Catalogue: the shards of a collection that are there, and what each holds, by their headers.
 * idea:   the shards themselves are the truth: a store whose index lacks or lags is as good. The index spares reading the headers of shards that it
 *         lists with their present length.
 * laws:   test/molt/store/collection.test.ts: the same catalogue with and without an index
 */
import { join } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { decodeHeader, decodeHeaderLength, lengthBytes } from '../../dsl/safetensors/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { using } from '../io/files.ts';
import { readFault, type OpenFile } from '../io/system.ts';
import type { IndexEntry } from './listing.ts';
import { shardFile, shardOf } from './folders.ts';
import type { Made } from './made.ts';
import { headOf, type Head } from './shard.ts';
import type { StorePorts } from './system.ts';

/** Headers that are read at the same time. */
const atOnce = 16;

const range = async (file: OpenFile, length: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, await file.readAt(bytes, 0));
};

/** The head of an open shard. errors: Corrupt, Decode */
export const readHead = async (path: string, made: Made, key: string, file: OpenFile): Promise<Either<Fault, Head>> => {
  const fileBytes = await file.size();
  const length = decodeHeaderLength(path, await range(file, lengthBytes), fileBytes);
  if (isLeft(length)) return length;
  const bytes = await range(file, lengthBytes + length.right);
  const header = decodeHeader(path, bytes, fileBytes);
  return isLeft(header) ? header : headOf(path, made, key, bytes, header.right, fileBytes);
};

/** The head of the shard of this name. errors: Name (no such file), Corrupt (its name is that of other items, too), Decode, Storage */
export const headOfFile = async (ports: StorePorts, folder: string, name: string, made: Made, key: string): Promise<Either<Fault, Head>> => {
  const path = join(folder, shardFile(name));
  try {
    const head = await using(ports.files.open(path, 'read'), (file) => readHead(path, made, key, file));
    if (isLeft(head) || head.right.name === name) return head;
    return left(fault('Corrupt', path, [`the items of shard ${head.right.name}`], 'the items that its name stands for', '`molt extract --verify --repair --store DIR` moves it aside; then extract again'));
  } catch (thrown) {
    return left(readFault(path, thrown));
  }
};

/** What is there. */
export interface Catalogue {
  /** by name, in the order of names */
  readonly shards: ReadonlyMap<string, IndexEntry>;
  /** shards that cannot be read, and why */
  readonly damaged: ReadonlyMap<string, Fault>;
}

export const entryOf = ({ name, bytes, root, inputs }: Head): IndexEntry => ({ name, bytes, sha256: root, items: inputs });

/** Names of the shards in a folder, sorted. */
export const shardNames = async (ports: StorePorts, folder: string): Promise<readonly string[]> =>
  (await ports.files.list(folder)).flatMap((file) => shardOf(file) ?? []).sort();

/**
 * Looks at the folder again; what `known` has is not read again: if its length is right (`lengths`), or at all (`names`: it was looked at before).
 * Rejects with what the system said of the folder.
 */
export const scan = async (ports: StorePorts, folder: string, made: Made, key: string, known: ReadonlyMap<string, IndexEntry>, trust: 'lengths' | 'names'): Promise<Catalogue> => {
  const names = await shardNames(ports, folder);
  const look = async (name: string): Promise<Either<Fault, IndexEntry>> => {
    const entry = known.get(name);
    if (entry !== undefined && trust === 'names') return right(entry);
    const found = entry === undefined ? undefined : await ports.files.stat(join(folder, shardFile(name))).catch(() => undefined);
    if (entry !== undefined && entry.bytes === found?.bytes) return right(entry);
    const head = await headOfFile(ports, folder, name, made, key);
    return isLeft(head) ? head : right(entryOf(head.right));
  };
  const shards = new Map<string, IndexEntry>();
  const damaged = new Map<string, Fault>();
  for (let from = 0; from < names.length; from += atOnce) {
    const part = names.slice(from, from + atOnce);
    const found = await Promise.all(part.map(look));
    found.forEach((entry, i) => {
      const name = part[i] ?? '';
      if (isLeft(entry) && entry.left._tag === 'Name') return; // moved aside since it was listed
      if (isLeft(entry)) damaged.set(name, entry.left);
      else shards.set(name, entry.right);
    });
  }
  return { shards, damaged };
};
