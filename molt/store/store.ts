/**
 * Store: a folder of collections of features, kept across runs and shared by processes.
 * idea:   a collection's folder is named by the hash of what its features were made from, so features are found again without a register.
 * laws:   test/molt/store/store.test.ts: opening what a killed process left always works; a later version is refused before anything is touched
 */
import { join } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { readJson } from '../io/files.ts';
import { readFault, writeFault } from '../io/system.ts';
import { isObject } from '../variants/combinators.ts';
import { openCollection, type Collection } from './collection.ts';
import { collectionIn, collectionsIn, foldersOf, madeFile, storeFile } from './folders.ts';
import { canonical, checkMade, checkVersion, collectionKey, decodeMade, isHash, printMade, storeVersion, type Made } from './made.ts';
import { nodePorts } from './ports.ts';
import { publish, sweep } from './publish.ts';
import type { StorePorts } from './system.ts';

/** A store that is only read; nothing on the disk changes. */
export interface ReadStore {
  readonly folder: string;
  /** What there is: for each collection's key what its features were made from. errors: Unsupported, Name, Decode, Corrupt, Storage */
  readonly contents: TaskEither<Fault, ReadonlyMap<string, Made>>;
  /** The collection of a key. errors: Name (not there), and those of `contents` */
  readonly existing: (key: string) => TaskEither<Fault, Collection>;
  /** All collections, in the order of their keys. errors: those of `contents` */
  readonly collections: TaskEither<Fault, readonly Collection[]>;
}

export interface Store extends ReadStore {
  /** The collection of features made so; made empty if it is not there. errors: Name, Decode (a description that can't be), Unsupported, Corrupt, Storage */
  readonly collection: (made: Made) => TaskEither<Fault, Collection>;
}

const kind = 'molt feature store';
const printStore = `${canonical({ kind, version: storeVersion })}\n`;

/** What `store.json` says. errors: Unsupported (a later version), Decode */
const decodeStore = (where: string, read: unknown): Either<Fault, void> => {
  const known = checkVersion(where, read);
  if (isLeft(known)) return known;
  if (isObject(read) && read['kind'] === kind && read['version'] === storeVersion) return right(undefined);
  return left(fault('Decode', where, [canonical(read)], printStore.trim(), 'this is no feature store: choose another folder'));
};

/** What a collection was made from. errors: Name (no description), Unsupported, Decode, Corrupt (that of another one), Storage */
export const readMade = async (ports: StorePorts, store: string, key: string): Promise<Either<Fault, Made>> => {
  const path = join(collectionIn(store, key), madeFile);
  const read = await readJson(path, ports.files)();
  const made = isLeft(read) ? read : decodeMade(path, read.right);
  if (isLeft(made) || collectionKey(made.right) === key) return made;
  return left(fault('Corrupt', path, [`the description of collection ${collectionKey(made.right)}`], `that of ${key}`, '`molt extract --verify --repair --store DIR` moves it aside; then extract again'));
};

/** Keys of the collections that have a description; one without was never finished being made. Rejects with what the system said. */
const keysOf = async (ports: StorePorts, store: string): Promise<readonly string[]> => {
  const keys: string[] = [];
  for (const key of (await ports.files.list(collectionsIn(store))).filter(isHash).sort()) {
    if ((await ports.files.list(collectionIn(store, key))).includes(madeFile)) keys.push(key);
  }
  return keys;
};

const readOnly = (ports: StorePorts, folder: string): ReadStore => {
  const keys = async (): Promise<Either<Fault, readonly string[]>> => {
    try {
      return right(await keysOf(ports, folder));
    } catch (thrown) {
      return left(readFault(folder, thrown));
    }
  };
  const opened = async (key: string): Promise<Either<Fault, Collection>> => {
    const made = await readMade(ports, folder, key);
    return isLeft(made) ? made : openCollection(ports, collectionIn(folder, key), made.right, key)();
  };
  const existing: ReadStore['existing'] = (key) => async () => {
    const found = await keys();
    if (isLeft(found)) return found;
    if (!found.right.includes(key)) return left(fault('Name', folder, [`the collection ${key}`], `one of the ${found.right.length} collections of this store`, 'run `molt extract` into this store first'));
    return opened(key);
  };
  /** the same for every key, until one fails */
  const forEach = <A>(use: (key: string) => Promise<Either<Fault, A>>): TaskEither<Fault, ReadonlyMap<string, A>> => async () => {
    const found = await keys();
    if (isLeft(found)) return found;
    const all = new Map<string, A>();
    for (const key of found.right) {
      const one = await use(key);
      if (isLeft(one)) return one;
      all.set(key, one.right);
    }
    return right(all);
  };
  return {
    folder,
    existing,
    contents: forEach((key) => readMade(ports, folder, key)),
    collections: async () => {
      const all = await forEach(opened)();
      return isLeft(all) ? all : right([...all.right.values()]);
    },
  };
};

/** The collection's folders and description, made if they are not there. */
const make = async (ports: StorePorts, store: string, made: Made, key: string): Promise<Either<Fault, Made>> => {
  const folder = collectionIn(store, key);
  const { shards, claims } = foldersOf(folder);
  try {
    for (const part of [shards, claims]) await ports.files.makeFolder(part);
    for (const part of [folder, shards, claims]) await sweep(ports, part);
    if (!(await ports.files.list(folder)).includes(madeFile)) await publish(ports, folder, madeFile, new TextEncoder().encode(printMade(made)), 'once');
  } catch (thrown) {
    return left(writeFault(folder, 'a collection', thrown));
  }
  return readMade(ports, store, key);
};

/** A store to read from. errors: Name (no store there), Unsupported (made by a later program), Decode, Storage */
export const readStore = (folder: string, ports?: StorePorts): TaskEither<Fault, ReadStore> => async () => {
  const world = ports ?? (await nodePorts());
  const path = join(folder, storeFile);
  const read = await readJson(path, world.files)();
  if (isLeft(read)) return read.left._tag === 'Name' ? left(fault('Name', folder, ['no feature store (it has no store.json)'], 'a folder that `molt extract … --store` made', 'check the path')) : read;
  const known = decodeStore(path, read.right);
  return isLeft(known) ? known : right(readOnly(world, folder));
};

/**
 * A store to write to: made if it is not there; what dead processes left half done is removed.
 * errors: Unsupported (made by a later program: nothing was touched), Decode, Storage
 */
export const openStore = (folder: string, ports?: StorePorts): TaskEither<Fault, Store> => async () => {
  const world = ports ?? (await nodePorts());
  try {
    await world.files.makeFolder(folder);
    if (!(await world.files.list(folder)).includes(storeFile)) await publish(world, folder, storeFile, new TextEncoder().encode(printStore), 'once');
  } catch (thrown) {
    return left(writeFault(join(folder, storeFile), 'a store', thrown));
  }
  const opened = await readStore(folder, world)();
  if (isLeft(opened)) return opened;
  try {
    await world.files.makeFolder(collectionsIn(folder));
    await sweep(world, folder);
    for (const key of await keysOf(world, folder)) {
      const { collection, shards, claims } = foldersOf(collectionIn(folder, key));
      for (const part of [collection, shards, claims]) await sweep(world, part);
    }
  } catch (thrown) {
    return left(writeFault(folder, 'a store', thrown));
  }
  return right({
    ...opened.right,
    collection: (made) => async () => {
      const checked = checkMade('the description of a collection', made);
      if (isLeft(checked)) return checked;
      const key = collectionKey(made);
      const known = await make(world, folder, made, key);
      return isLeft(known) ? known : openCollection(world, collectionIn(folder, key), known.right, key)();
    },
  });
};
