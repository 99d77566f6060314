/**
 * Safetensors files: read whole or tensor by tensor, written piece by piece and all or nothing.
 * idea:  the pure codec of dsl/safetensors over byte ranges, so that a file larger than any buffer works.
 * laws:  what was written is read back equal; a write that fails leaves the earlier file.
 */
import { isLeft, left, map, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import {
  decodeHeader, decodeHeaderLength, decodeTensor, encodeStream, lengthBytes, type EncodeOptions, type Entry, type Header, type TensorFile,
} from '../../dsl/safetensors/index.ts';
import type { Value } from '../../dsl/backend.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { didYouMean } from '../../shapes/nearest.ts';
import { writeAtomic } from './files.ts';
import { nodeFiles, readFault, showBytes, type Files, type OpenFile } from './system.ts';

/** A file whose header was checked; its tensors are read when asked for. Close it after use. */
export interface OpenSafetensors {
  readonly header: Header;
  /** errors: Name (no such tensor), Corrupt, Decode, Memory, Storage */
  readonly tensor: (name: string) => TaskEither<Fault, Value>;
  /** Some rows of a tensor along its first axis, [count, …]. errors: those of `tensor`; Shape for rows that are not there */
  readonly rows: (name: string, from: number, count: number) => TaskEither<Fault, Value>;
  readonly close: () => Promise<void>;
}

const range = async (file: OpenFile, begin: number, length: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, await file.readAt(bytes, begin));
};

const headerOf = async (path: string, file: OpenFile): Promise<Either<Fault, Header>> => {
  const fileLength = await file.size();
  const length = decodeHeaderLength(path, await range(file, 0, lengthBytes), fileLength);
  return isLeft(length) ? length : decodeHeader(path, await range(file, 0, lengthBytes + length.right), fileLength);
};

/** A part of a tensor, as an entry of its own. errors: Shape */
const rowsOf = (path: string, name: string, entry: Entry, from: number, count: number): Either<Fault, Entry> => {
  const [rows = 0, ...rest] = entry.sizes;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(count) || from < 0 || count < 0 || from + count > rows)
    return left(fault('Shape', path, [`rows ${from} … ${from + count} of ${JSON.stringify(name)} [${entry.sizes.join(', ')}]`], `rows between 0 and ${rows}`));
  const width = rows === 0 ? 0 : (entry.end - entry.begin) / rows;
  return right({ ...entry, sizes: [count, ...rest], begin: entry.begin + from * width, end: entry.begin + (from + count) * width });
};

const reader =
  (path: string, file: OpenFile, header: Header, part: (name: string, entry: Entry) => Either<Fault, Entry>) =>
  (name: string): TaskEither<Fault, Value> =>
  async () => {
    const whole = header.tensors.get(name);
    if (whole === undefined) {
      const given = `tensor ${JSON.stringify(name)}${didYouMean(name, header.tensors.keys())}`;
      return left(fault('Name', path, [given], `a tensor of this file, which has ${header.tensors.size}`));
    }
    const chosen = part(name, whole);
    if (isLeft(chosen)) return chosen;
    const entry = chosen.right;
    try {
      return decodeTensor(path, name, entry, await range(file, header.dataStart + entry.begin, entry.end - entry.begin));
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) return left(readFault(path, thrown)); // else the engine cannot hold that many bytes at once
      const given = `tensor ${JSON.stringify(name)} of ${showBytes(entry.end - entry.begin)}`;
      return left(fault('Memory', path, [given], 'memory for one tensor at a time', 'close other programs, or use a machine with more memory'));
    }
  };

/**
 * Opens a file of any length and checks its header; no tensor is read yet.
 * errors: Name (no such file), Storage, and those of `decodeHeader`; the file is closed again then.
 */
export const openSafetensors =
  (path: string, files: Files = nodeFiles): TaskEither<Fault, OpenSafetensors> =>
  async () => {
    try {
      const file = await files.open(path, 'read');
      const header = await headerOf(path, file).catch((thrown: unknown) => left(readFault(path, thrown)));
      if (isLeft(header)) await file.close().catch(() => undefined);
      return map((found: Header): OpenSafetensors => ({
        header: found,
        tensor: reader(path, file, found, (_, entry) => right(entry)),
        rows: (name, from, count) => reader(path, file, found, (one, entry) => rowsOf(path, one, entry, from, count))(name),
        close: file.close,
      }))(header);
    } catch (thrown) {
      return left(readFault(path, thrown));
    }
  };

/**
 * All tensors of a file, each read into memory of its own.
 * errors: those of `openSafetensors` and of its tensors; the first one found.
 */
export const readSafetensors =
  (path: string, files: Files = nodeFiles): TaskEither<Fault, TensorFile> =>
  async () => {
    const opened = await openSafetensors(path, files)();
    if (isLeft(opened)) return opened;
    const { header, tensor, close } = opened.right;
    try {
      const tensors = new Map<string, Value>();
      for (const name of header.tensors.keys()) {
        const value = await tensor(name)();
        if (isLeft(value)) return value;
        tensors.set(name, value.right);
      }
      return right({ tensors, metadata: header.metadata });
    } finally {
      await close().catch(() => undefined); // nothing was written: what was read stands
    }
  };

/**
 * Writes tensors and metadata as one file, deterministic to the byte; all tensors are checked before the disk is touched.
 * errors: those of `encodeStream`, then those of `writeAtomic` (Storage); an earlier file at `path` then still stands.
 */
export const writeSafetensors = (
  path: string,
  tensors: ReadonlyMap<string, Value>,
  metadata: ReadonlyMap<string, string> = new Map(),
  options: EncodeOptions = {},
  files: Files = nodeFiles,
): TaskEither<Fault, void> =>
  async () => {
    const stream = encodeStream(path, tensors, metadata, options);
    return isLeft(stream) ? stream : writeAtomic(path, stream.right.chunks, files)();
  };
