/**
 * Header: what a safetensors file says it holds, checked against the file's length before a byte of data is read.
 * idea:  8 bytes of length (little-endian), that many bytes of JSON, then the data; the tensors tile the data without hole or overlap.
 * laws:  proofs: a file damaged in any listed way is refused, with the fault of that damage
 * source: https://huggingface.co/docs/safetensors; limits and checks as in the format's own library
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { Sizes } from '../expr.ts';
import { parseUnique } from './json.ts';
import { isStored, storedRows, type Stored } from './stored.ts';

/** Where one tensor lies: bytes `begin` to `end` after the header. */
export interface Entry {
  readonly stored: Stored;
  readonly sizes: Sizes;
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** by name, in the order of the data */
  readonly tensors: ReadonlyMap<string, Entry>;
  readonly metadata: ReadonlyMap<string, string>;
  /** byte of the file at which the data begins */
  readonly dataStart: number;
}

/** Bytes before the JSON. */
export const lengthBytes = 8;

/** Greatest length of the JSON, bytes. */
export const headerLimit = 100_000_000;

const cutShort = 'the file was probably cut short: fetch or write it again';
const notOurs = 'check that this is a safetensors file';
const corrupt = (where: string, given: string, needed: string, hint?: string) => left(fault('Corrupt', where, [given], needed, hint));

/** Name of a tensor of a file, as faults say it. */
export const tensorAt = (where: string, name: string): string => `${where}: tensor ${JSON.stringify(name)}`;

type Json = Readonly<Record<string, unknown>>;
const isObject = (x: unknown): x is Json => typeof x === 'object' && x !== null && !Array.isArray(x);
/** A size or an offset. */
export const isCount = (x: unknown): x is number => typeof x === 'number' && Number.isSafeInteger(x) && x >= 0;
const isSizes = (x: unknown): x is Sizes => Array.isArray(x) && x.every(isCount);
const isRange = (x: unknown): x is readonly [number, number] => Array.isArray(x) && x.length === 2 && x.every(isCount);
const show = (x: unknown): string => {
  const text = JSON.stringify(x) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};

/**
 * Bytes of the JSON, from the first 8 bytes of a file of `fileLength` bytes.
 * errors: Corrupt: shorter than 8 bytes, over the limit, longer than the file.
 */
export const decodeHeaderLength = (where: string, bytes: Uint8Array, fileLength: number): Either<Fault, number> => {
  const present = Math.min(bytes.length, fileLength);
  if (present < lengthBytes) return corrupt(where, `a file of ${present} bytes`, `at least ${lengthBytes} bytes`, cutShort);
  const view = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > headerLimit) return corrupt(where, `a header of ${length} bytes`, `at most ${headerLimit} bytes`, notOurs);
  if (lengthBytes + length > fileLength) return corrupt(where, `a header of ${length} bytes in a file of ${fileLength} bytes`, `at least ${lengthBytes + length} bytes`, cutShort);
  return right(length);
};

const decodeText = (where: string, bytes: Uint8Array): Either<Fault, Json> => {
  const refuse = (why: string) => left(fault('Corrupt', where, [`a header of ${bytes.length} bytes: ${why}`], 'a JSON object in UTF-8 with each key once', notOurs));
  if (bytes[0] !== 0x7b) return refuse('it does not begin with {');
  const text = utf8(bytes);
  if (text === undefined) return refuse('not UTF-8');
  const parsed = parseUnique(text);
  if (isLeft(parsed)) return refuse(parsed.left);
  return isObject(parsed.right) ? right(parsed.right) : refuse('not an object');
};

const utf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

const decodeMetadata = (where: string, json: unknown): Either<Fault, ReadonlyMap<string, string>> => {
  const place = `${where}: __metadata__`;
  if (json === undefined) return right(new Map());
  if (!isObject(json)) return corrupt(place, show(json), 'an object of strings');
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(json)) {
    if (typeof text !== 'string') return corrupt(place, `${JSON.stringify(key)}: ${show(text)}`, 'a string under every key');
    metadata.set(key, text);
  }
  return right(metadata);
};

const decodeEntry = (where: string, json: unknown): Either<Fault, Entry> => {
  if (!isObject(json)) return corrupt(where, show(json), 'an object with dtype, shape and data_offsets');
  const { dtype, shape, data_offsets: range } = json;
  const known = Object.keys(storedRows).join(', ');
  if (!isStored(dtype)) return left(fault('Decode', where, [`dtype ${show(dtype)}`], `one of ${known}`, 'convert the tensor where the file is written'));
  if (!isSizes(shape)) return corrupt(where, `shape ${show(shape)}`, 'a list of sizes, each an integer from 0 on');
  if (!isRange(range)) return corrupt(where, `data_offsets ${show(range)}`, 'two integers from 0 on');
  const [begin, end] = range;
  const width = storedRows[dtype].width;
  const needed = shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, width);
  if (!Number.isSafeInteger(needed)) return corrupt(where, `shape ${show(shape)}`, 'a number of bytes that can be counted');
  if (end - begin !== needed) return corrupt(where, `data_offsets [${begin}, ${end}], ${end - begin} bytes`, `${needed} bytes for ${dtype} [${shape.join(', ')}]`);
  return right({ stored: dtype, sizes: shape, begin, end });
};

/** Sorted by place; the entries must tile bytes 0 to `length` of the data. */
const tile = (where: string, entries: readonly (readonly [string, Entry])[], length: number): Either<Fault, ReadonlyMap<string, Entry>> => {
  const sorted = entries.toSorted(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  let before: string | undefined;
  for (const [name, { begin, end }] of sorted) {
    const place = tensorAt(where, name);
    const range = `data_offsets [${begin}, ${end}]`;
    if (end > length) return corrupt(place, `${range}, but ${length} bytes of data`, `data up to byte ${end}`, cutShort);
    if (begin > at) return corrupt(place, `${range}; bytes ${at} to ${begin} belong to no tensor`, `data_offsets that begin at ${at}`);
    if (begin < at) return corrupt(place, `${range}; overlaps tensor ${JSON.stringify(before)}, which ends at ${at}`, `data_offsets that begin at ${at}`);
    at = end;
    before = name;
  }
  if (at === length) return right(new Map(sorted));
  return corrupt(where, `${length} bytes of data, of which the tensors take ${at}`, 'no byte after the last tensor', 'the file was probably written twice or joined with another');
};

/**
 * The header of a file of `fileLength` bytes, from its first bytes (`bytes` may hold more than the header). `where` names the file.
 * errors: Corrupt (length, JSON, duplicate key, shape, offsets, overlap, hole, truncation, surplus), Decode (a dtype that is not read).
 */
export const decodeHeader = (where: string, bytes: Uint8Array, fileLength: number): Either<Fault, Header> => {
  const length = decodeHeaderLength(where, bytes, fileLength);
  if (isLeft(length)) return length;
  const dataStart = lengthBytes + length.right;
  if (bytes.length < dataStart) return corrupt(where, `${bytes.length} bytes of a header that ends at byte ${dataStart}`, 'the whole header', cutShort);
  const json = decodeText(where, bytes.subarray(lengthBytes, dataStart));
  if (isLeft(json)) return json;
  const { __metadata__, ...rest } = json.right;
  const metadata = decodeMetadata(where, __metadata__);
  if (isLeft(metadata)) return metadata;
  const entries: (readonly [string, Entry])[] = [];
  for (const [name, entryJson] of Object.entries(rest)) {
    const entry = decodeEntry(tensorAt(where, name), entryJson);
    if (isLeft(entry)) return entry;
    entries.push([name, entry.right]);
  }
  const tensors = tile(where, entries, fileLength - dataStart);
  return isLeft(tensors) ? tensors : right({ tensors: tensors.right, metadata: metadata.right, dataStart });
};
