/**
 * Encode: values as a safetensors file, the same bytes for the same tensors whatever their order.
 * idea:  the layout of the format's own library: types from wide to narrow, then names by code point; header padded with spaces to a
 *        multiple of 8. Every tensor is aligned, and the bytes equal those that the library writes. Metadata keys are sorted too.
 * laws:  proofs: decode after encode is the identity; independent of insertion order
 * source: https://huggingface.co/docs/safetensors
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault, type FaultTag } from '../../shapes/fault.ts';
import type { Value } from '../backend.ts';
import { elements, type Sizes } from '../expr.ts';
import { coordinates } from './decode.ts';
import { headerLimit, isCount, lengthBytes, tensorAt } from './header.ts';
import { naturalType, storedOrder, storedRows, type Stored, type StoredRow } from './stored.ts';

export interface EncodeOptions {
  /** the type in which a tensor is stored; default: the one that keeps it as it is (`naturalType`) */
  readonly stored?: (name: string, value: Value) => Stored;
}

/** Floating-point tensors as F16, BF16, F32 or F64, all others as they are. */
export const floatsAs =
  (stored: 'F16' | 'BF16' | 'F32' | 'F64') =>
  (_name: string, value: Value): Stored =>
    value.dtype === 'f32' ? stored : naturalType(value);

/** A file that was checked but not yet converted: iterate for its header and then each tensor's bytes, as often as wanted. */
export interface EncodedStream {
  /** of the whole file, bytes */
  readonly length: number;
  readonly chunks: Iterable<Uint8Array>;
}

const codePointAt = (text: string, at: number): number => text.codePointAt(at) ?? -1;

/** By code point, as bytes of UTF-8 sort; `<` would compare halves of characters beyond 16 bits. */
export const byCodePoint = (a: string, b: string): number => {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return codePointAt(a, i) - codePointAt(b, i);
};

/** A tensor whose bytes are known, or can be made: what the layout of a file needs of it. */
export interface TensorPart {
  readonly name: string;
  readonly stored: Stored;
  readonly sizes: Sizes;
  /** bytes of all chunks together */
  readonly length: number;
  readonly chunks: () => Iterable<Uint8Array>;
}

const wellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

const planned = (where: string, name: string, value: Value, stored: Stored): Either<Fault, TensorPart> => {
  const refuse = (tag: FaultTag, given: string, needed: string, hint?: string) => left(fault(tag, tensorAt(where, name), [given], needed, hint));
  const row: StoredRow = storedRows[stored];
  const count = elements(value.sizes);
  const described = `${value.dtype} [${value.sizes.join(', ')}]`;
  if (name === '__metadata__' || !wellFormed(name)) return refuse('Name', JSON.stringify(name), 'a name in whole characters, not __metadata__');
  if (!value.sizes.every(isCount)) return refuse('Shape', described, 'sizes that are integers from 0 on');
  if (count !== value.data.length) return refuse('Shape', `${described} with ${value.data.length} elements`, `${count} elements`);
  if (row.dtype !== value.dtype) return refuse('Decode', `${described} to be stored as ${stored}`, `a type that holds ${value.dtype}`);
  const misfit = row.miswritten(value.data);
  if (misfit !== undefined) {
    const tag = value.dtype === 'f32' ? 'NotFinite' : 'Decode';
    const given = `${misfit.given} at ${coordinates(value.sizes, misfit.index)}, to be stored as ${stored}`;
    return refuse(tag, given, misfit.needed, stored === 'BOOL' ? undefined : 'store it in a wider type');
  }
  return right({ name, stored, sizes: value.sizes, length: count * row.width, chunks: () => [row.write(value.data)] });
};

const layout = (a: TensorPart, b: TensorPart): number => storedOrder(a.stored) - storedOrder(b.stored) || byCodePoint(a.name, b.name);

/** The JSON by hand: JSON.stringify of an object would move names such as "10" to the front. */
const headerText = (tensors: readonly TensorPart[], metadata: ReadonlyMap<string, string>): string => {
  const fields: string[] = [];
  if (metadata.size > 0) {
    const sorted = [...metadata].sort(([a], [b]) => byCodePoint(a, b));
    fields.push(`"__metadata__":{${sorted.map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`).join(',')}}`);
  }
  let at = 0;
  for (const { name, sizes, stored, length } of tensors) {
    fields.push(`${JSON.stringify(name)}:{"dtype":"${stored}","shape":[${sizes.join(',')}],"data_offsets":[${at},${at + length}]}`);
    at += length;
  }
  return `{${fields.join(',')}}`;
};

const headerBytes = (text: string): Uint8Array => {
  const json = new TextEncoder().encode(text);
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(lengthBytes + length).fill(0x20);
  new DataView(bytes.buffer).setUint32(0, length, true);
  new DataView(bytes.buffer).setUint32(4, 0, true);
  bytes.set(json, lengthBytes);
  return bytes;
};

/**
 * A file from parts of which each is right in itself: the header and the order of the bytes, nothing else. `where` names the file.
 * errors: Name (metadata with half characters), Unsupported (a header over the limit).
 */
export const layOut = (where: string, parts: readonly TensorPart[], metadata: ReadonlyMap<string, string> = new Map()): Either<Fault, EncodedStream> => {
  for (const [key, text] of metadata) {
    if (wellFormed(key) && wellFormed(text)) continue;
    return left(fault('Name', `${where}: __metadata__`, [`${JSON.stringify(key)}: ${JSON.stringify(text)}`], 'text in whole characters'));
  }
  const sorted = parts.toSorted(layout);
  const header = headerBytes(headerText(sorted, metadata));
  const json = header.length - lengthBytes;
  if (json > headerLimit) return left(fault('Unsupported', where, [`a header of ${json} bytes`], `at most ${headerLimit} bytes`, 'fewer tensors or less metadata'));
  return right({
    length: sorted.reduce((sum, { length }) => sum + length, header.length),
    chunks: {
      *[Symbol.iterator]() {
        yield header;
        for (const { chunks } of sorted) yield* chunks();
      },
    },
  });
};

/**
 * A file in pieces, checked as a whole first: once this is a Right, no piece can fail. `where` names the file.
 * errors: Name, Shape (elements against sizes), Decode (type, integer range), NotFinite (a number that would become infinite).
 */
export const encodeStream = (
  where: string,
  tensors: ReadonlyMap<string, Value>,
  metadata: ReadonlyMap<string, string> = new Map(),
  { stored = (_, value) => naturalType(value) }: EncodeOptions = {},
): Either<Fault, EncodedStream> => {
  const all: TensorPart[] = [];
  for (const [name, value] of tensors) {
    const one = planned(where, name, value, stored(name, value));
    if (isLeft(one)) return one;
    all.push(one.right);
  }
  return layOut(where, all, metadata);
};

/**
 * A whole file in memory; see `encodeStream` for its layout and errors.
 */
export const encode = (
  where: string,
  tensors: ReadonlyMap<string, Value>,
  metadata: ReadonlyMap<string, string> = new Map(),
  options: EncodeOptions = {},
): Either<Fault, Uint8Array> => {
  const stream = encodeStream(where, tensors, metadata, options);
  if (isLeft(stream)) return stream;
  const bytes = new Uint8Array(stream.right.length);
  let at = 0;
  for (const chunk of stream.right.chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return right(bytes);
};
