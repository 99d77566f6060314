/**
 * Checkpoint: the tensors of a weights file, of the shards behind an index, or of a folder with either, read one by one.
 * idea:  headers are read first, so that names and sizes are checked before gigabytes are; what is not asked for is not read.
 * not:   names of the hub (molt/weights/hub/index.ts), or what the tensors mean (molt/weights/layouts.ts).
 * source: the index of sharded files as transformers writes it: { "weight_map": { name: file } }
 */
import { dirname, join } from 'node:path';
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts/lib/index.js';
import type { Entry, Value } from '../../dsl/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { readJson, using } from '../io/files.ts';
import { openSafetensors, type OpenSafetensors } from '../io/safetensors.ts';
import { codeOf, type Files, nodeFiles, readFault } from '../io/system.ts';
import { problemsFault } from '../variants/problems.ts';
import { foreignFault, magicBytes, pickleFault } from './pickle.ts';

/** Open files whose headers were checked. Close it after use. */
export interface Checkpoint {
  /** as faults name it */
  readonly where: string;
  /** every tensor, in the order of the files */
  readonly entries: ReadonlyMap<string, Entry>;
  /** errors: as `OpenSafetensors.tensor` */
  readonly tensor: (name: string) => TE.TaskEither<Fault, Value>;
  readonly close: () => Promise<void>;
}

/** The first bytes of a file; nothing of a folder. */
const beginning = (path: string, files: Files): TE.TaskEither<Fault, Uint8Array | undefined> => async () => {
  try {
    const bytes = new Uint8Array(magicBytes);
    return right(bytes.subarray(0, await using(files.open(path, 'read'), (file) => file.readAt(bytes, 0))));
  } catch (thrown) {
    return codeOf(thrown) === 'EISDIR' ? right(undefined) : left(readFault(path, thrown));
  }
};

const oneFile = (path: string, files: Files): TE.TaskEither<Fault, Checkpoint> =>
  pipe(openSafetensors(path, files), TE.map(({ header, tensor, close }) => ({ where: path, entries: header.tensors, tensor, close })));

/** A name of a file beside the index: no path that could lead elsewhere. */
const shardName = new t.Type<string>('the name of a file beside the index', t.string.is, (u, context) =>
  typeof u === 'string' && /^[^/\\\0]+$/.test(u) && u !== '.' && u !== '..' ? t.success(u) : t.failure(u, context, 'the name of a file beside the index'), t.identity);
const Index = t.type({ weight_map: t.record(t.string, shardName) });

const readIndex = (path: string, files: Files): TE.TaskEither<Fault, ReadonlyMap<string, string>> =>
  pipe(
    readJson(path, files),
    TE.chainEitherK((json): Either<Fault, ReadonlyMap<string, string>> => {
      const index = Index.decode(json);
      return isLeft(index) ? left(problemsFault(path, 'an index of shards', index.left)) : right(new Map(Object.entries(index.right.weight_map)));
    }),
  );

/** Opens all of them, or none. */
const openAll = (paths: readonly string[], files: Files): TE.TaskEither<Fault, ReadonlyMap<string, OpenSafetensors>> => async () => {
  const opened = new Map<string, OpenSafetensors>();
  for (const path of paths) {
    const one = await openSafetensors(path, files)();
    if (isLeft(one)) {
      await Promise.all([...opened.values()].map(({ close }) => close().catch(() => undefined)));
      return one;
    }
    opened.set(path, one.right);
  }
  return right(opened);
};

/** Names told of in one fault. */
const mostNames = 12;

const sharded = (path: string, files: Files): TE.TaskEither<Fault, Checkpoint> => async () => {
  const index = await readIndex(path, files)();
  if (isLeft(index)) return index;
  const places = new Map([...index.right].map(([name, file]) => [name, join(dirname(path), file)]));
  const opened = await openAll([...new Set(places.values())], files)();
  if (isLeft(opened)) return opened;
  const shards = opened.right;
  const close = async (): Promise<void> => void (await Promise.all([...shards.values()].map((shard) => shard.close())));
  const found = [...places].map(([name, file]) => ({ name, file, entry: shards.get(file)?.header.tensors.get(name) }));
  const lost = found.filter(({ entry }) => entry === undefined).map(({ name, file }) => `no ${name} in ${file}`);
  if (lost.length > 0) {
    await close().catch(() => undefined);
    return left(fault('Name', path, lost.length > mostNames ? [...lost.slice(0, mostNames), `and ${lost.length - mostNames} more`] : lost, 'shards that hold what the index says', 'fetch the index and its shards again, of one revision'));
  }
  return right({
    where: path,
    entries: new Map(found.flatMap(({ name, entry }) => (entry === undefined ? [] : [[name, entry] as const]))),
    tensor: (name) => shards.get(places.get(name) ?? '')?.tensor(name) ?? TE.left(fault('Name', path, [`tensor ${JSON.stringify(name)}`], 'a tensor of the index')),
    close,
  });
};

/** What a folder is looked through for, in this order, and how it is opened. */
const inFolder: readonly { readonly file: string; readonly open: (path: string, files: Files) => TE.TaskEither<Fault, Checkpoint> }[] = [
  { file: 'model.safetensors', open: oneFile },
  { file: 'model.safetensors.index.json', open: sharded },
  { file: 'pytorch_model.bin', open: (path) => TE.left(pickleFault(path)) },
];

const folder = (path: string, files: Files): TE.TaskEither<Fault, Checkpoint> => async () => {
  for (const { file, open } of inFolder) {
    const inside = join(path, file);
    const there = await beginning(inside, files)();
    if (!isLeft(there)) return there.right === undefined ? left(fault('Name', inside, ['a folder'], 'a file')) : open(inside, files)();
    if (there.left._tag !== 'Name') return there;
  }
  return left(fault('Name', path, ['a folder without weights'], inFolder.slice(0, 2).map(({ file }) => file).join(' or '), 'give the file itself'));
};

/**
 * Opens a .safetensors file, a .safetensors.index.json with its shards, or a folder that holds one of them as `model.…`.
 * errors: Name (no such file, no weights in the folder, shards without what the index says), Unsupported (a PyTorch file), Decode, Corrupt, Storage
 */
export const openCheckpoint = (source: string, files: Files = nodeFiles): TE.TaskEither<Fault, Checkpoint> =>
  pipe(
    beginning(source, files),
    TE.chain((bytes) => {
      if (bytes === undefined) return folder(source, files);
      const refused = foreignFault(source, bytes);
      if (refused !== undefined) return TE.left(refused);
      return bytes[0] === 0x7b ? sharded(source, files) : oneFile(source, files);
    }),
  );
