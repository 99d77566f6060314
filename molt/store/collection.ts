/**
 * Collection: the features that one backbone made in one way, item by item, in shards.
 * idea:   writing is idempotent: a shard's name follows from its items, and the first whole file of a name stays. What is there is read from the
 *         shards' headers, so a killed run is gone on with by asking what is missing.
 * laws:   test/molt/store/interleaved.test.ts, test/molt/store/killed.test.ts: any writers, any kills: the sealed collection is that of an undisturbed run
 */
import { join } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Value } from '../../dsl/backend.ts';
import { fault, raise, type Fault } from '../../shapes/fault.ts';
import { readJson, using } from '../io/files.ts';
import { readFault, showBytes, writeFault } from '../io/system.ts';
import { headOfFile, scan, type Catalogue } from './catalogue.ts';
import { claim, type Claim } from './claim.ts';
import { foldersOf, indexFile, shardFile } from './folders.ts';
import { decodeIndex, type IndexEntry } from './listing.ts';
import type { Made } from './made.ts';
import { itemFrom } from './one.ts';
import { publish, sweep } from './publish.ts';
import { addPlaces, type Place } from './rows.ts';
import { moveAside, sealNow } from './seal.ts';
import { checkItem, encodeShard, type Item } from './shard.ts';
import type { StorePorts } from './system.ts';

/** A shard that is on the disk. */
export interface Written {
  readonly name: string;
  readonly bytes: number;
  /** false: it was there already */
  readonly fresh: boolean;
}

/** What a sealed collection holds. */
export interface Sealed {
  readonly shards: number;
  /** different ones */
  readonly items: number;
  readonly bytes: number;
  /** shards that cannot be read and are not in the index: `verify` tells more */
  readonly damaged: readonly string[];
}

export interface Collection {
  readonly made: Made;
  readonly key: string;
  readonly folder: string;
  /** what was there when last looked at: at opening, `refresh`, `claim`, and what this object wrote since */
  readonly catalogue: () => Catalogue;
  /** where an item lies; undefined if it is not there */
  readonly place: (input: string) => Place | undefined;
  readonly has: (input: string) => boolean;
  /** those not there, each once, in their order */
  readonly missing: (inputs: readonly string[]) => readonly string[];
  /** looks at the folder again, for what other processes wrote. errors: Storage */
  readonly refresh: TaskEither<Fault, void>;
  /** Features of one item, checked against their checksums, widened to f32 [T, N, D]. errors: Name (not there), Corrupt, Storage */
  readonly read: (input: string) => TaskEither<Fault, ReadonlyMap<string, Value>>;
  /**
   * The right to do a work that has this name, or undefined while another process is at it. What was written meanwhile is then known
   * (as after `refresh`): ask for what is missing again. errors: Storage
   */
  readonly claim: (work: string) => TaskEither<Fault, Claim | undefined>;
  /** Can this item be written? `write` refuses a whole shard for one item that can't. errors: Name, Shape, NotFinite (NaN, infinite, too great for f16) */
  readonly check: (item: Item) => Either<Fault, void>;
  /** One shard of these items, in this order, whole on the disk or not at all. errors: those of `encodeShard`, Storage */
  readonly write: (items: readonly Item[]) => TaskEither<Fault, Written>;
  /** Writes the index of all shards that are there, in one step, and removes what dead processes left. errors: Storage */
  readonly seal: TaskEither<Fault, Sealed>;
}

/** A collection whose folders and description are there. errors: Storage */
export const openCollection = (ports: StorePorts, folder: string, made: Made, key: string): TaskEither<Fault, Collection> => async () => {
  const { shards, claims } = foldersOf(folder);
  const known = new Map<string, IndexEntry>();
  const places = new Map<string, Place>();
  let damaged: ReadonlyMap<string, Fault> = new Map();
  const catalogue = (): Catalogue => ({ shards: new Map([...known].toSorted(([a], [b]) => (a < b ? -1 : 1))), damaged });
  const add = (entry: IndexEntry): void => {
    known.set(entry.name, entry);
    addPlaces(places, entry);
  };
  /** Takes over what was found in the folder; what was written here while it was looked at stays known. */
  const find = async (finding: () => Promise<Catalogue>): Promise<void> => {
    const before = [...known.keys()];
    const found = await finding();
    const gone = before.filter((name) => !found.shards.has(name));
    if (gone.length > 0) {
      for (const name of gone) known.delete(name);
      places.clear();
      for (const entry of known.values()) addPlaces(places, entry);
    }
    for (const [name, entry] of found.shards) if (known.get(name) !== entry) add(entry);
    damaged = new Map([...found.damaged].filter(([name]) => !known.has(name)));
  };
  const look = async (from: ReadonlyMap<string, IndexEntry>, trust: 'lengths' | 'names'): Promise<Either<Fault, void>> => {
    try {
      await find(() => scan(ports, shards, made, key, from, trust));
      return right(undefined);
    } catch (thrown) {
      return left(readFault(shards, thrown));
    }
  };
  const refresh: TaskEither<Fault, void> = () => look(known, 'names');
  const write: Collection['write'] = (items) => async () => {
    const shard = await encodeShard(folder, made, key, items)();
    if (isLeft(shard)) return shard;
    const { name, length, root, chunks } = shard.right;
    const path = join(shards, shardFile(name));
    const inputs = items.map(({ input }) => input);
    /** What stands under the name afterwards; a shard that cannot be read is moved aside first. */
    const put = async (): Promise<Omit<Written, 'name'> & { readonly sha256: string }> => {
      if (await publish(ports, shards, shardFile(name), chunks, 'once')) return { fresh: true, bytes: length, sha256: root };
      const head = await headOfFile(ports, shards, name, made, key);
      if (!isLeft(head)) return { fresh: false, bytes: head.right.bytes, sha256: head.right.root };
      if (head.left._tag === 'Storage') return raise(head.left);
      if (head.left._tag !== 'Name') await moveAside(ports, folder, name);
      return put();
    };
    try {
      const { fresh, ...stands } = await put();
      const entry: IndexEntry = { name, items: inputs, ...stands };
      add(entry);
      damaged = new Map([...damaged].filter(([other]) => other !== name));
      return right({ name, bytes: stands.bytes, fresh });
    } catch (thrown) {
      return left(writeFault(path, `a shard of ${showBytes(length)}`, thrown));
    }
  };
  const claimed: Collection['claim'] = (work) => async () => {
    try {
      const held = await claim(ports, claims, work);
      if (held === undefined) return right(undefined);
      const looked = await refresh();
      if (isLeft(looked)) await held.release();
      return isLeft(looked) ? looked : right(held);
    } catch (thrown) {
      return left(writeFault(claims, 'a claim', thrown));
    }
  };
  const read: Collection['read'] = (input) => async () => {
    const found = places.get(input);
    if (found === undefined) return left(fault('Name', folder, [`the item ${input}`], `one of the ${places.size} items of this collection`, 'run `molt extract` for it'));
    const path = join(shards, shardFile(found.shard));
    try {
      return await using(ports.files.open(path, 'read'), (file) => itemFrom(path, made, key, input, found.row, file));
    } catch (thrown) {
      return left(readFault(path, thrown));
    }
  };
  const seal: TaskEither<Fault, Sealed> = async () => {
    try {
      for (const part of [folder, shards, claims]) await sweep(ports, part);
      await find(() => sealNow(ports, folder, made, key, known));
      const bytes = [...known.values()].reduce((sum, shard) => sum + shard.bytes, 0);
      return right({ shards: known.size, items: places.size, bytes, damaged: [...damaged.keys()] });
    } catch (thrown) {
      return left(writeFault(join(folder, indexFile), 'the index', thrown));
    }
  };
  const index = await readJson(join(folder, indexFile), ports.files)();
  const listed = isLeft(index) ? index : decodeIndex(join(folder, indexFile), key, index.right);
  if (isLeft(listed) && listed.left._tag === 'Unsupported') return listed;
  const looked = await look(isLeft(listed) ? known : listed.right, 'lengths');
  if (isLeft(looked)) return looked;
  return right({
    made, key, folder, refresh, read, write, seal,
    claim: claimed,
    check: (item) => checkItem(folder, made, item),
    catalogue,
    place: (input) => places.get(input),
    has: (input) => places.has(input),
    missing: (inputs) => [...new Set(inputs)].filter((input) => !places.has(input)),
  });
};
