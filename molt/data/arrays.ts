/**
 * Named arrays as a safetensors file, at one, two or four bytes a number in memory too.
 * idea:    the header is read and checked by dsl/safetensors; the arrays are views of the file's bytes, because values of the language hold integers in 32 bits,
 *          four times what pictures need.
 * laws:    test/molt/data/cache — decode after encode is the identity.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Value } from '../../dsl/backend.ts';
import { decodeHeader, encodeStream, type Entry, type Stored } from '../../dsl/safetensors/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';

export type Data = Uint8Array | Int16Array | Int32Array | Float32Array;

export interface NamedArray {
  readonly sizes: readonly number[];
  readonly data: Data;
}

export interface Arrays {
  readonly [name: string]: NamedArray;
}

const storedAs = (data: Data | undefined): Stored => (data instanceof Uint8Array ? 'U8' : data instanceof Int16Array ? 'I16' : data instanceof Float32Array ? 'F32' : 'I32');

const valueOf = ({ sizes, data }: NamedArray): Value => ({ sizes, dtype: data instanceof Float32Array ? 'f32' : 'i32', data: data instanceof Int16Array ? Int32Array.from(data) : data });

/**
 * The bytes of a file, in pieces. `where` names the file.
 * errors:  those of dsl/safetensors: sizes that do not fit, text that is not whole characters.
 */
export const encodeArrays = (where: string, arrays: Arrays, metadata: ReadonlyMap<string, string>): E.Either<Fault, Iterable<Uint8Array>> => {
  const values = new Map(Object.entries(arrays).map(([name, array]) => [name, valueOf(array)]));
  return E.map(({ chunks }: { readonly chunks: Iterable<Uint8Array> }) => chunks)(encodeStream(where, values, metadata, { stored: (name) => storedAs(arrays[name]?.data) }));
};

/** The numbers of an entry, or undefined for a type that is none of ours. `bytes` are its own. */
const read = (stored: Stored, bytes: Uint8Array): Data | undefined => {
  if (stored === 'U8') return bytes;
  if (stored === 'I16') return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  if (stored === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return stored === 'I32' ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) : undefined;
};

/** A view where the bytes lie at a multiple of four, else a copy; a plain array even of a Buffer, whose slices and JSON differ. */
const aligned = (bytes: Uint8Array, { begin, end }: Entry, dataStart: number): Uint8Array => {
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset + dataStart + begin, end - begin);
  return view.byteOffset % 4 === 0 ? view : new Uint8Array(view);
};

/**
 * The arrays of a file; they may share its bytes.
 * errors:  Corrupt for a damaged file, Decode for numbers of another type.
 */
export const decodeArrays = (where: string, bytes: Uint8Array): E.Either<Fault, { readonly arrays: Arrays; readonly metadata: ReadonlyMap<string, string> }> => {
  const header = decodeHeader(where, bytes, bytes.length);
  if (E.isLeft(header)) return header;
  const { tensors, metadata, dataStart } = header.right;
  const found: [string, NamedArray][] = [];
  for (const [name, entry] of tensors) {
    const data = read(entry.stored, aligned(bytes, entry, dataStart));
    if (data === undefined) return E.left(fault('Decode', `${where}: tensor ${name}`, [entry.stored], 'U8, I16, I32 or F32'));
    found.push([name, { sizes: entry.sizes, data }]);
  }
  return E.right({ arrays: Object.fromEntries(found), metadata });
};
