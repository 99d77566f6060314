/**
 * Checkpoint: the tensors of a weights file, of the shards behind an index, or of a folder with either, read one by one.
 * idea:  headers are read first, so that names and sizes are checked before gigabytes are; what is not asked for is not read.
 *        Every file's first bytes are looked at before: a pickle, or a pointer to the file, is told as what it is.
 * laws:  test/molt/weights/load.test.ts
 * not:   names of the hub (molt/weights/hub/index.ts), or what the tensors mean (molt/weights/layouts.ts).
 */
import { dirname, join } from 'node:path';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Entry, Value } from '../../dsl/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { fewLines } from '../../shapes/few.ts';
import { readJson, using } from '../io/files.ts';
import { openSafetensors, type OpenSafetensors } from '../io/safetensors.ts';
import { codeOf, type Files, nodeFiles, readFault } from '../io/system.ts';
import { foreignFault, isPickle, magicBytes, pickleFault } from './pickle.ts';
import { indexName, isIndex, isTensors, shardsIn, wholeName } from './shards.ts';

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

/** What a path leads to: a folder, or a file whose first bytes may be those of weights. errors: those of `foreignFault`, readFault */
const looked = (path: string, files: Files): TE.TaskEither<Fault, 'folder' | 'tensors' | 'index'> => async () => {
  try {
    const room = new Uint8Array(magicBytes);
    const bytes = room.subarray(0, await using(files.open(path, 'read'), (file) => file.readAt(room, 0)));
    const refused = foreignFault(path, bytes);
    return refused === undefined ? right(bytes[0] === 0x7b ? 'index' : 'tensors') : left(refused);
  } catch (thrown) {
    return codeOf(thrown) === 'EISDIR' ? right('folder') : left(readFault(path, thrown));
  }
};

const oneFile = (path: string, files: Files): TE.TaskEither<Fault, Checkpoint> =>
  pipe(openSafetensors(path, files), TE.map(({ header, tensor, close }) => ({ where: path, entries: header.tensors, tensor, close })));

const readIndex = (path: string, files: Files): TE.TaskEither<Fault, ReadonlyMap<string, string>> =>
  pipe(readJson(path, files), TE.chainEitherK((json) => shardsIn(path, json, (shard) => join(dirname(path), shard))));

/** Opens all of them, or none. */
const openAll = (paths: readonly string[], files: Files): TE.TaskEither<Fault, ReadonlyMap<string, OpenSafetensors>> => async () => {
  const opened = new Map<string, OpenSafetensors>();
  for (const path of paths) {
    const one = await pipe(looked(path, files), TE.chain(() => openSafetensors(path, files)))();
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
  const places = index.right;
  const opened = await openAll([...new Set(places.values())], files)();
  if (isLeft(opened)) return opened;
  const shards = opened.right;
  const close = async (): Promise<void> => void (await Promise.all([...shards.values()].map((shard) => shard.close())));
  const found = [...places].map(([name, file]) => ({ name, file, entry: shards.get(file)?.header.tensors.get(name) }));
  const lost = found.filter(({ entry }) => entry === undefined).map(({ name, file }) => `no ${name} in ${file}`);
  if (lost.length > 0) {
    await close().catch(() => undefined);
    return left(fault('Name', path, fewLines(lost, mostNames), 'shards that hold what the index says', 'fetch the index and its shards again, of one revision'));
  }
  return right({
    where: path,
    entries: new Map(found.flatMap(({ name, entry }) => (entry === undefined ? [] : [[name, entry] as const]))),
    tensor: (name) => shards.get(places.get(name) ?? '')?.tensor(name) ?? TE.left(fault('Name', path, [`tensor ${JSON.stringify(name)}`], 'a tensor of the index')),
    close,
  });
};

/** The pickle, or the shards of one, that hold the weights among those of a folder: `optimizer.pt` and the like stand beside them. */
const chosenPickles = (names: readonly string[]): readonly string[] => {
  const pickles = names.filter(isPickle).toSorted();
  const [named, shards] = [pickles.filter((name) => name === 'pytorch_model.bin'), pickles.filter((name) => /-\d+-of-\d+\./.test(name))];
  return [named, shards, pickles.slice(0, 1)].find((some) => some.length > 0) ?? [];
};

/** Why a folder has no weights: others than those looked for are given by themselves, pickles are not read. */
const bare = (path: string, names: readonly string[]): Fault => {
  const other = names.filter((name) => isTensors(name) || isIndex(name)).toSorted()[0];
  const [pickle, ...pickles] = chosenPickles(names).map((name) => join(path, name));
  return other === undefined && pickle !== undefined
    ? pickleFault(pickle, ...pickles)
    : fault('Name', path, ['a folder without weights'], `${wholeName} or ${indexName}`, other === undefined ? 'give the file itself' : `give the file itself: ${join(path, other)}`);
};

const folder = (path: string, files: Files): TE.TaskEither<Fault, Checkpoint> =>
  pipe(
    TE.tryCatch(() => files.list(path), (thrown) => readFault(path, thrown)),
    TE.chain((names) => {
      const found = [wholeName, indexName].find((name) => names.includes(name));
      return found === undefined ? TE.left(bare(path, names)) : openedAs(join(path, found), files, (inside) => TE.left(fault('Name', inside, ['a folder'], 'a file')));
    }),
  );

/** Opens what the first bytes say, or does with a folder what is done with folders. */
const openedAs = (path: string, files: Files, inFolder: typeof folder): TE.TaskEither<Fault, Checkpoint> =>
  pipe(looked(path, files), TE.chain((kind) => ({ folder: inFolder, tensors: oneFile, index: sharded })[kind](path, files)));

/**
 * Opens a .safetensors file, a .safetensors.index.json with its shards, or a folder that holds one of them as `model.…`.
 * errors: Name (no such file, no weights in the folder, shards without what the index says), Unsupported (a PyTorch file), Decode, Corrupt
 *         (damaged, or a pointer of Git LFS), Storage
 */
export const openCheckpoint = (source: string, files: Files = nodeFiles): TE.TaskEither<Fault, Checkpoint> => openedAs(source, files, folder);
