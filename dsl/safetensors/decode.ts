/**
 * Decode: the tensors of a safetensors file as values.
 * laws:  proofs: decode after encode is the identity
 * not:   lazy; a file too large for memory is read tensor by tensor with `decodeHeader` and `decodeTensor`.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { Value } from '../backend.ts';
import type { Sizes } from '../expr.ts';
import { decodeHeader, tensorAt, type Entry } from './header.ts';
import { storedRows, type StoredRow } from './stored.ts';

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Value>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Coordinates of a flat, row-major index: `[1, 0, 3]`. */
export const coordinates = (sizes: Sizes, index: number): string => {
  const places: number[] = [];
  let rest = index;
  for (const size of sizes.toReversed()) {
    places.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${places.join(', ')}]`;
};

/**
 * One tensor from exactly its bytes. F16 and BF16 become Float32Array, F64 stays Float64Array; I64, I16, I8, U8 become Int32Array.
 * The value may share the buffer of `bytes`.
 * errors: Corrupt (number of bytes, a BOOL that is neither 0 nor 1), Decode (an I64 beyond 32 bits).
 */
export const decodeTensor = (where: string, name: string, entry: Entry, bytes: Uint8Array): Either<Fault, Value> => {
  const row: StoredRow = storedRows[entry.stored];
  const place = tensorAt(where, name);
  const needed = entry.end - entry.begin;
  if (bytes.length !== needed) return left(fault('Corrupt', place, [`${bytes.length} bytes`], `${needed} bytes`, 'the file changed or was cut short while it was read'));
  const aligned = bytes.byteOffset % row.width === 0 ? bytes : bytes.slice();
  const misfit = row.misread(aligned);
  if (misfit === undefined) return right({ sizes: entry.sizes, dtype: row.dtype, data: row.read(aligned) });
  const tag = entry.stored === 'BOOL' ? 'Corrupt' : 'Decode';
  return left(fault(tag, place, [`${misfit.given} at ${coordinates(entry.sizes, misfit.index)} in ${entry.stored}`], misfit.needed));
};

/**
 * A whole file. Values have buffers of their own.
 * errors: those of `decodeHeader` and `decodeTensor`.
 */
export const decode = (where: string, bytes: Uint8Array): Either<Fault, TensorFile> => {
  const header = decodeHeader(where, bytes, bytes.length);
  if (isLeft(header)) return header;
  const { dataStart, metadata } = header.right;
  const tensors = new Map<string, Value>();
  for (const [name, entry] of header.right.tensors) {
    const value = decodeTensor(where, name, entry, new Uint8Array(bytes.subarray(dataStart + entry.begin, dataStart + entry.end)));
    if (isLeft(value)) return value;
    tensors.set(name, value.right);
  }
  return right({ tensors, metadata });
};
