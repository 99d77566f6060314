/**
 * Spool: a safetensors file whose tensors arrive in pieces along their first axis, with one piece in memory at a time.
 * idea:  the format keeps each tensor in one place, so pieces go to a spool file first and are put in their order when all are there.
 * laws:  test/molt/io/spool.test.ts: the bytes of `writeSafetensors` of the whole tensors; nothing stays beside the file
 * not:   several types: pieces are float32, as engines give them.
 */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Value } from '../../dsl/backend.ts';
import { elements, sameSizes, type Sizes } from '../../dsl/expr.ts';
import { byCodePoint } from '../../dsl/safetensors/encode.ts';
import { layOut } from '../../dsl/safetensors/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { using, writeAtomic } from './files.ts';
import { nodeFiles, showBytes, writeFault, type Files, type OpenFile } from './system.ts';

/** Takes one piece of some tensors, each [count, …]; all pieces of a tensor have the same further sizes. errors: Shape, Decode, Storage */
export type Add = (piece: ReadonlyMap<string, Value>) => TaskEither<Fault, void>;

interface Piece {
  readonly begin: number;
  readonly length: number;
}

/** One tensor so far. */
interface Growing {
  rows: number;
  readonly rest: Sizes;
  readonly pieces: Piece[];
}

/** Greatest number of bytes read back at once. */
const most = 16 * 1024 * 1024;


const refused = (where: string, name: string, value: Value, known: Growing | undefined): Fault | undefined => {
  const [, ...rest] = value.sizes;
  const given = `${name} ${value.dtype} [${value.sizes.join(', ')}] with ${value.data.length} numbers`;
  if (!(value.data instanceof Float32Array)) return fault('Decode', where, [given], 'float32');
  if (value.sizes.length === 0 || elements(value.sizes) !== value.data.length) return fault('Shape', where, [given], 'rows along a first axis, and as many numbers as the sizes say');
  return known === undefined || sameSizes(rest, known.rest) ? undefined : fault('Shape', where, [given], `[rows, ${known.rest.join(', ')}], as in the pieces before`);
};

const littleEndian = ({ data }: Value): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** What a piece adds, kept beside the spool. */
const adder = (where: string, spool: OpenFile, tensors: Map<string, Growing>): Add => {
  const at = { end: 0 };
  return (piece) => async () => {
    for (const [name, value] of piece) {
      const known = tensors.get(name);
      const refusal = refused(where, name, value, known);
      if (refusal !== undefined) return left(refusal);
      const growing = known ?? { rows: 0, rest: value.sizes.slice(1), pieces: [] };
      const bytes = littleEndian(value);
      try {
        await spool.append(bytes);
      } catch (thrown) {
        return left(writeFault(where, `${showBytes(at.end)} spooled`, thrown));
      }
      growing.pieces.push({ begin: at.end, length: bytes.length });
      growing.rows += value.sizes[0] ?? 0;
      at.end += bytes.length;
      tensors.set(name, growing);
    }
    return right(undefined);
  };
};

const headerOf = (path: string, tensors: ReadonlyMap<string, Growing>, metadata: ReadonlyMap<string, string>): Either<Fault, Uint8Array> => {
  const parts = [...tensors].map(([name, { rows, rest }]) => ({ name, stored: 'F32' as const, sizes: [rows, ...rest], length: 4 * rows * elements(rest), chunks: () => [] }));
  const laid = layOut(path, parts, metadata);
  if (isLeft(laid)) return laid;
  const [header = new Uint8Array()] = laid.right.chunks;
  return right(header);
};

/** The header, then each tensor's pieces one after the other. */
const contents = async function* (header: Uint8Array, spool: OpenFile, tensors: ReadonlyMap<string, Growing>): AsyncGenerator<Uint8Array> {
  yield header;
  for (const [, { pieces }] of [...tensors].sort(([a], [b]) => byCodePoint(a, b)))
    for (const { begin, length } of pieces)
      for (let done = 0; done < length; done += most) {
        const bytes = new Uint8Array(Math.min(most, length - done));
        yield bytes.subarray(0, await spool.readAt(bytes, begin + done));
      }
};

/** Reads back what was spooled, into the file of its name. */
const putInOrder = (path: string, temporary: string, tensors: ReadonlyMap<string, Growing>, metadata: ReadonlyMap<string, string>, files: Files): TaskEither<Fault, void> => async () => {
  const header = headerOf(path, tensors, metadata);
  if (isLeft(header)) return header;
  return using(files.open(temporary, 'read'), (spool) => writeAtomic(path, contents(header.right, spool, tensors), files)());
};

/** Beside the file, so that the disk is the same; a device (/dev/null) has no such place. */
const besides = async (path: string, files: Files): Promise<string> => {
  const { path: real, device } = await files.target(path).catch(() => ({ path, device: false }));
  return join(device ? tmpdir() : dirname(real), `.${basename(real)}.${randomBytes(6).toString('hex')}.spool.tmp`);
};

/**
 * Fills a file piece by piece; what `fill` gives is given back, and `metadata` may be made of it.
 * errors: those of `fill` and of `Add`, Storage; then no file is made and an earlier one stands
 */
export const spooled =
  <A>(path: string, fill: (add: Add) => TaskEither<Fault, A>, metadata: (filled: A) => ReadonlyMap<string, string> = () => new Map(), files: Files = nodeFiles): TaskEither<Fault, A> =>
  async () => {
    const temporary = await besides(path, files);
    const tensors = new Map<string, Growing>();
    try {
      await files.makeFolder(dirname(temporary));
      const filled = await using(files.open(temporary, 'create'), (spool) => fill(adder(path, spool, tensors))());
      if (isLeft(filled)) return filled;
      const written = await putInOrder(path, temporary, tensors, metadata(filled.right), files)();
      return isLeft(written) ? written : filled;
    } catch (thrown) {
      return left(writeFault(path, 'spooling', thrown));
    } finally {
      await files.remove(temporary).catch(() => undefined);
    }
  };
