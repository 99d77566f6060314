/**
 * Verify: is a store what was written, down to the last byte, and if not, what exactly is wrong.
 * idea:   a shard's header must be the one that its items and checksums make, its name that of its items, every row what its checksum says, the
 *         index the one that the shards make. So every byte of every file is covered by some comparison.
 * laws:   test/molt/store/verify.test.ts: any flipped, missing or added byte anywhere is found; an undamaged store gives no findings
 * not:    a lock: repair while nobody extracts into the store
 */
import { join } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../shapes/fault.ts';
import { readText, using } from '../io/files.ts';
import { readFault } from '../io/system.ts';
import { entryOf, headOfFile, shardNames } from './catalogue.ts';
import { openCollection } from './collection.ts';
import type { Finding, FindingKind } from './finding.ts';
import { collectionIn, collectionsIn, foldersOf, indexFile, madeFile, shardFile, shardOf, storeFile } from './folders.ts';
import { decodeIndex, printIndex, type IndexEntry } from './listing.ts';
import { isHash, printMade, type Made } from './made.ts';
import { nodePorts } from './ports.ts';
import { inTheMaking, leftovers } from './publish.ts';
import { readRows } from './rows.ts';
import { moveAside } from './seal.ts';
import { rowBytes, type Head } from './shard.ts';
import { readMade, readStore } from './store.ts';
import type { StorePorts } from './system.ts';

export interface VerifyOptions {
  /** `quick`: names, lengths and headers; `full` (default): every byte too */
  readonly mode?: 'quick' | 'full';
  /** damaged files are moved aside and the index is made again, so that the next extraction makes what lacks; default false: nothing changes */
  readonly repair?: boolean;
  /** called after each shard */
  readonly onShard?: (done: number, total: number) => void;
}

/** What a fault says, in one line. */
const reasonOf = ({ given, needed }: Fault): string => `${given.join('; ')}; needed ${needed}`;

/** Rows of a shard that are not what their checksums say. errors: Storage. Rejects with what the system said. */
const damagedRows = async (ports: StorePorts, path: string, made: Made, head: Head): Promise<readonly Pick<Finding, 'item' | 'tensor' | 'detail'>[]> =>
  using(ports.files.open(path, 'read'), async (file) => {
    const found: Pick<Finding, 'item' | 'tensor' | 'detail'>[] = [];
    const bytes = new Uint8Array(Math.max(...made.tensors.map((tensor) => rowBytes(made, tensor))));
    for (const [first, input] of head.inputs.entries()) {
      for (const tensor of made.tensors) {
        const read = await readRows(path, made, head, file, { tensor, first, count: 1 }, bytes, true);
        if (isLeft(read)) found.push({ item: input, tensor: tensor.name, detail: reasonOf(read.left) });
      }
    }
    return found;
  });

interface Checked {
  readonly findings: readonly Finding[];
  readonly entry: IndexEntry | undefined;
}

const checkShard = async (ports: StorePorts, folder: string, name: string, made: Made, key: string, mode: 'quick' | 'full'): Promise<Either<Fault, Checked>> => {
  const path = join(foldersOf(folder).shards, shardFile(name));
  const head = await headOfFile(ports, foldersOf(folder).shards, name, made, key);
  const about = { kind: 'damaged', collection: key, path, shard: name } as const;
  if (isLeft(head)) return head.left._tag === 'Storage' ? head : right({ findings: [{ ...about, detail: reasonOf(head.left) }], entry: undefined });
  try {
    const rows = mode === 'full' ? await damagedRows(ports, path, made, head.right) : [];
    return right({ findings: rows.map((row) => ({ ...about, ...row })), entry: entryOf(head.right) });
  } catch (thrown) {
    return left(readFault(path, thrown));
  }
};

/** The index against the shards that are there. */
const checkIndex = (key: string, folder: string, text: Either<Fault, string>, there: ReadonlyMap<string, IndexEntry>, names: readonly string[]): readonly Finding[] => {
  const path = join(folder, indexFile);
  const finding = (kind: FindingKind, detail: string, shard?: string): Finding => ({ kind, collection: key, path, detail, ...(shard === undefined ? {} : { shard }) });
  const shardAt = (name: string): string => join(foldersOf(folder).shards, shardFile(name));
  if (isLeft(text)) return text.left._tag === 'Name' ? (names.length === 0 ? [] : [finding('unsealed', 'no index')]) : [finding('index', reasonOf(text.left))];
  const json = parsed(text.right);
  if (json === undefined) return [finding('index', 'not JSON')];
  const listed = decodeIndex(path, key, json);
  if (isLeft(listed)) return [finding('index', reasonOf(listed.left))];
  const missing = [...listed.right.keys()].filter((name) => !names.includes(name)).map((name): Finding => ({ ...finding('missing', 'listed in the index, not there', name), path: shardAt(name) }));
  const unlisted = names.filter((name) => !listed.right.has(name)).map((name): Finding => ({ ...finding('unlisted', 'not listed in the index', name), path: shardAt(name) }));
  const differing = [...there].flatMap(([name, entry]) => {
    const other = listed.right.get(name);
    if (other === undefined || printIndex(key, new Map([[name, entry]])) === printIndex(key, new Map([[name, other]]))) return [];
    return [finding('index', `lists shard ${name} as ${other.bytes} bytes, header ${other.sha256.slice(0, 12)}…, ${other.items.length} items; it is ${entry.bytes} bytes, header ${entry.sha256.slice(0, 12)}…, ${entry.items.length} items`, name)];
  });
  const found = [...missing, ...unlisted, ...differing];
  return found.length > 0 || text.right === printIndex(key, listed.right) ? found : [finding('index', 'not written as an index is')];
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Files of a folder that nobody wrote there, or that a dead process left. */
const strangers = async (ports: StorePorts, folder: string, key: string, known: (name: string) => boolean): Promise<readonly Finding[]> => {
  const left = new Set(await leftovers(ports, folder));
  const names = (await ports.files.list(folder)).toSorted();
  return names.flatMap((name): readonly Finding[] => {
    const about = { collection: key, path: join(folder, name) };
    if (left.has(name)) return [{ ...about, kind: 'leftover', detail: 'left by a process that is no more' }];
    return known(name) || inTheMaking(name) ? [] : [{ ...about, kind: 'surplus', detail: 'not a file of a store' }];
  });
};

const ofCollection = ['shards', 'claims', 'quarantine', madeFile, indexFile];
const ofStore = ['collections', 'manifests', storeFile];

/** Moves aside what is damaged, names where to, and makes the index again. */
const mend = async (ports: StorePorts, folder: string, made: Made, key: string, findings: readonly Finding[]): Promise<Either<Fault, readonly Finding[]>> => {
  const aside = new Map<string, string>();
  for (const { kind, shard } of findings) if (kind === 'damaged' && shard !== undefined && !aside.has(shard)) aside.set(shard, await moveAside(ports, folder, shard));
  const opened = await openCollection(ports, folder, made, key)();
  const sealed = isLeft(opened) ? opened : await opened.right.seal();
  if (isLeft(sealed)) return sealed;
  return right(findings.map((one) => {
    const moved = one.kind === 'damaged' && one.shard !== undefined ? aside.get(one.shard) : undefined;
    return moved === undefined ? one : { ...one, aside: moved };
  }));
};

/** A description that is damaged is moved aside: the next extraction writes it again, and finds the shards. */
const mendMade = async (ports: StorePorts, folder: string): Promise<string> => {
  const { quarantine } = foldersOf(folder);
  const aside = join(quarantine, `${madeFile}.${ports.unique()}`);
  await ports.files.makeFolder(quarantine);
  await ports.files.rename(join(folder, madeFile), aside);
  return aside;
};

const checkCollection = async (ports: StorePorts, store: string, key: string, { mode = 'full', repair = false }: VerifyOptions, onShard: () => void): Promise<Either<Fault, readonly Finding[]>> => {
  const folder = collectionIn(store, key);
  const { shards, claims } = foldersOf(folder);
  const path = join(folder, madeFile);
  const made = await readMade(ports, store, key);
  if (isLeft(made)) {
    if (['Unsupported', 'Storage'].includes(made.left._tag)) return made;
    const there = (await ports.files.list(folder)).includes(madeFile);
    if (!there && (await shardNames(ports, shards)).length === 0) return right([]); // a process was killed while it made the collection
    const aside = repair && there ? { aside: await mendMade(ports, folder) } : {};
    return right([{ kind: 'damaged', collection: key, path, detail: there ? reasonOf(made.left) : 'not there', ...aside }]);
  }
  const text = await readText(path, ports.files)();
  if (isLeft(text)) return text;
  const description: readonly Finding[] = text.right === printMade(made.right) ? [] : [{ kind: 'damaged', collection: key, path, detail: 'not written as a description is', ...(repair ? { aside: await mendMade(ports, folder) } : {}) }];
  const names = await shardNames(ports, shards);
  const entries = new Map<string, IndexEntry>();
  const damage: Finding[] = [];
  for (const name of names) {
    const checked = await checkShard(ports, folder, name, made.right, key, mode);
    if (isLeft(checked)) return checked;
    damage.push(...checked.right.findings);
    if (checked.right.entry !== undefined) entries.set(name, checked.right.entry);
    onShard();
  }
  const findings = [
    ...description,
    ...damage,
    ...checkIndex(key, folder, await readText(join(folder, indexFile), ports.files)(), entries, names),
    ...(await strangers(ports, folder, key, (name) => ofCollection.includes(name))),
    ...(await strangers(ports, shards, key, (name) => shardOf(name) !== undefined)),
    ...(await strangers(ports, claims, key, (name) => name.endsWith('.claim'))),
  ];
  return repair && findings.length > 0 ? mend(ports, folder, made.right, key, findings) : right(findings);
};

/**
 * Everything that is wrong with a store; none if nothing is. With `repair`, damaged shards are moved to `quarantine/` beside the shards and the index is
 * made again: the findings tell what was wrong before.
 * errors: Name (no store there), Unsupported (made by a later program), Decode (store.json), Storage
 */
export const verify = (folder: string, options: VerifyOptions = {}, ports?: StorePorts): TaskEither<Fault, readonly Finding[]> => async () => {
  const world = ports ?? (await nodePorts());
  const opened = await readStore(folder, world)();
  if (isLeft(opened)) return opened;
  try {
    const keys = (await world.files.list(collectionsIn(folder))).filter(isHash).toSorted();
    let total = 0;
    for (const key of keys) total += (await shardNames(world, foldersOf(collectionIn(folder, key)).shards)).length;
    let done = 0;
    const all: Finding[] = [
      ...(await strangers(world, folder, '', (name) => ofStore.includes(name))),
      ...(await strangers(world, collectionsIn(folder), '', isHash)),
    ];
    for (const key of keys) {
      const found = await checkCollection(world, folder, key, options, () => options.onShard?.((done += 1), total));
      if (isLeft(found)) return found;
      all.push(...found.right);
    }
    return right(all);
  } catch (thrown) {
    return left(readFault(folder, thrown));
  }
};
