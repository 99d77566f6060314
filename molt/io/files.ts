/**
 * Files: atomic writes and whole-file reads, where every refusal of the disk is a fault that names the path.
 * idea:  a write goes to a temporary file beside its target, is forced to the disk, and takes the target's name last:
 *        a reader sees the earlier content or the new one, never a part.
 * not:   a lock. Two writers of one path leave the content of the later rename, whole.
 * source: POSIX rename(2) and fsync(2); the folder is synced too, else the new name may be lost with the power.
 */
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { chain, fromEither, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { codeOf, nodeFiles, readFault, showBytes, writeFault, type Files, type OpenFile } from './system.ts';

export type { Files, OpenFile } from './system.ts';

/** Bytes at once, or in pieces that never meet in memory. */
export type Chunks = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Uses an open file and closes it; the first reason to fail is the one that is told. */
export const using = async <A>(opening: Promise<OpenFile>, use: (file: OpenFile) => Promise<A>): Promise<A> => {
  const file = await opening;
  let result: A;
  try {
    result = await use(file);
  } catch (thrown) {
    await file.close().catch(() => undefined);
    throw thrown;
  }
  await file.close(); // a full disk may be told of only here
  return result;
};

/** Puts the folder's entry of the new name on the disk; where a folder cannot be synced (Windows, some networks) that is no failure. */
export const syncFolder = async (files: Files, folder: string): Promise<void> => {
  try {
    await using(files.open(folder, 'folder'), (handle) => handle.sync());
  } catch (thrown) {
    if (!['EISDIR', 'EINVAL', 'EPERM', 'EACCES', 'ENOTSUP', 'EBADF'].includes(codeOf(thrown))) throw thrown;
  }
};

/**
 * Writes a whole file or nothing: folder made, temporary file in it, content, fsync, rename, fsync of the folder.
 * A link is followed; a device or pipe is written to directly, as nothing else is possible.
 * errors: Storage, naming the path, the bytes written so far and the system's reason; the temporary file is removed and an
 *         earlier file at `path` still stands. A MoltError thrown by the chunks is given back as its fault.
 */
export const writeAtomic =
  (path: string, content: Chunks, files: Files = nodeFiles): TaskEither<Fault, void> =>
  async () => {
    let written = 0;
    const fill = async (file: OpenFile): Promise<void> => {
      for await (const bytes of content instanceof Uint8Array ? [content] : content) {
        await file.append(bytes);
        written += bytes.length;
      }
    };
    try {
      const target = await files.target(path);
      if (target.device) await using(files.open(target.path, 'device'), fill);
      else await replace(files, target.path, fill);
      return right(undefined);
    } catch (thrown) {
      const total = content instanceof Uint8Array ? ` of ${showBytes(content.length)}` : '';
      return left(writeFault(path, `${showBytes(written)}${total} written`, thrown));
    }
  };

const replace = async (files: Files, path: string, fill: (file: OpenFile) => Promise<void>): Promise<void> => {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  await files.makeFolder(folder);
  try {
    await using(files.open(temporary, 'create'), async (file) => {
      await fill(file);
      await file.sync();
    });
    await files.rename(temporary, path);
  } catch (thrown) {
    await files.remove(temporary).catch(() => undefined); // the first reason is the one to tell
    throw thrown;
  }
  await syncFolder(files, folder);
};

/** All bytes of a file. errors: Name if there is none, Storage if it cannot be read. Over 2 GiB: open it and read ranges. */
export const readBytes =
  (path: string, files: Files = nodeFiles): TaskEither<Fault, Uint8Array> =>
  async () => {
    try {
      return right(await files.readAll(path));
    } catch (thrown) {
      return left(readFault(path, thrown));
    }
  };

const utf8 = (path: string, bytes: Uint8Array): Either<Fault, string> => {
  try {
    return right(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return left(fault('Decode', path, [`${showBytes(bytes.length)} that are not UTF-8`], 'text in UTF-8'));
  }
};

const json = (path: string, text: string): Either<Fault, unknown> => {
  try {
    return right(JSON.parse(text));
  } catch (thrown) {
    return left(fault('Decode', path, [thrown instanceof Error ? thrown.message : String(thrown)], 'JSON', 'look for a missing comma or quote there'));
  }
};

/** A text file in UTF-8 (a byte-order mark is dropped). errors: as readBytes; Decode if it is not UTF-8. */
export const readText = (path: string, files: Files = nodeFiles): TaskEither<Fault, string> =>
  pipe(readBytes(path, files), chain((bytes) => fromEither(utf8(path, bytes))));

/** A JSON file, undecoded. errors: as readText; Decode if it is not JSON, with the parser's position. */
export const readJson = (path: string, files: Files = nodeFiles): TaskEither<Fault, unknown> =>
  pipe(readText(path, files), chain((text) => fromEither(json(path, text))));
