/**
 * Shard: items of a collection in one safetensors file, the same bytes for the same items.
 * shape:  tensor `visual.0` [items, T, N, D]; metadata: `collection` its key, `items` their hashes, `sha256` of each tensor's bytes, item by item
 * idea:   the header follows from the items and their checksums, so it is made again and compared when read: a flipped byte of the header is
 *         found without the index. The hash of the header stands for the whole file, since the header holds the hashes of all the rest.
 * laws:   test/molt/store/shard.test.ts: read after written is the identity for f32, the nearest half for f16; every flipped byte is found and named
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Value } from '../../dsl/backend.ts';
import { elements } from '../../dsl/expr.ts';
import { coordinates, fromHalves, halfLimit, layOut, toHalves, type EncodedStream, type Header, type TensorPart, type Stored } from '../../dsl/safetensors/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { breathe } from '../data/progress.ts';
import { isObject } from '../variants/combinators.ts';
import { canonical, isHash, sha256, shardName, type Made, type MadeTensor } from './made.ts';

/** Features of one item: for each tensor of the collection a value [T, N, D]. */
export interface Item {
  /** SHA-256 of the media that they were made from, 64 hexadecimal digits */
  readonly input: string;
  readonly tensors: ReadonlyMap<string, Value>;
}

interface StoredAs {
  readonly stored: Stored;
  /** bytes of one number */
  readonly width: number;
  readonly bytes: (numbers: Float32Array) => Uint8Array;
  /** widened, from place `at` of `into` on; `bytes` starts at a multiple of `width` */
  readonly read: (bytes: Uint8Array, into: Float32Array, at: number) => void;
  /** sizes below this one stay finite */
  readonly limit: number;
}

/** How numbers are kept. */
export const dtypes = {
  f16: {
    stored: 'F16',
    width: 2,
    bytes: (numbers) => {
      const halves = new Uint16Array(numbers.length);
      toHalves(numbers, halves);
      return new Uint8Array(halves.buffer);
    },
    read: (bytes, into, at) => fromHalves(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2), into, at),
    limit: halfLimit,
  },
  f32: {
    stored: 'F32',
    width: 4,
    bytes: (numbers) => new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength),
    read: (bytes, into, at) => into.set(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), at),
    limit: Infinity,
  },
} as const satisfies { readonly [D in Made['dtype']]: StoredAs };

/** Sizes of a tensor of one item: [T, N, D]. */
export const itemSizes = (made: Made, tensor: MadeTensor): readonly number[] => [made.segments, ...tensor.sizes];

/** Bytes of a tensor of one item. */
export const rowBytes = (made: Made, tensor: MadeTensor): number => elements(itemSizes(made, tensor)) * dtypes[made.dtype].width;

const itemAt = (where: string, { input }: Item, name: string): string => `${where}: item ${input.slice(0, 12)}…, tensor ${JSON.stringify(name)}`;

/** The numbers of one tensor of one item, all of which can be kept. */
const numbersOf = (where: string, made: Made, item: Item, tensor: MadeTensor): Either<Fault, Float32Array> => {
  const row: StoredAs = dtypes[made.dtype];
  const value = item.tensors.get(tensor.name);
  const sizes = itemSizes(made, tensor);
  const place = itemAt(where, item, tensor.name);
  if (value === undefined) return left(fault('Name', place, [`the tensors ${[...item.tensors.keys()].join(', ') || '(none)'}`], `the tensors ${made.tensors.map(({ name }) => name).join(', ')}`));
  const same = value.dtype === 'f32' && value.sizes.length === sizes.length && sizes.every((size, i) => size === value.sizes[i]) && value.data.length === elements(sizes);
  if (!same) return left(fault('Shape', place, [`${value.dtype} [${value.sizes.join(', ')}], ${value.data.length} numbers`], `f32 [${sizes.join(', ')}]`));
  const numbers = value.data instanceof Float32Array ? value.data : Float32Array.from(value.data);
  const odd = firstNotBelow(row.limit, numbers);
  if (odd === undefined) return right(numbers);
  const hint = Number.isFinite(numbers[odd]) ? 'store these features as f32' : 'look where these features were made: a NaN spreads from there';
  return left(fault('NotFinite', place, [`${numbers[odd]} at ${coordinates(sizes, odd)}, to be stored as ${made.dtype}`], `numbers that stay finite as ${made.dtype}`, hint));
};

/** Place of the first number whose size is not below a limit, NaN included. */
const firstNotBelow = (limit: number, numbers: Float32Array): number | undefined => {
  for (let i = 0; i < numbers.length; i++) if (!(Math.abs(numbers[i] ?? 0) < limit)) return i;
  return undefined;
};

/** Can this item be kept? errors: those of `encodeShard` about one item */
export const checkItem = (where: string, made: Made, item: Item): Either<Fault, void> => {
  if (!isHash(item.input)) return left(fault('Name', where, [`the item ${JSON.stringify(item.input)}`], 'an item by the SHA-256 of its input, 64 hexadecimal digits'));
  for (const tensor of made.tensors) {
    const numbers = numbersOf(where, made, item, tensor);
    if (isLeft(numbers)) return numbers;
  }
  return right(undefined);
};

type Checksums = ReadonlyMap<string, readonly string[]>;

const metadataOf = (key: string, inputs: readonly string[], sums: Checksums): ReadonlyMap<string, string> =>
  new Map([['collection', key], ['items', canonical(inputs)], ['sha256', canonical(Object.fromEntries(sums))]]);

const partOf = (made: Made, tensor: MadeTensor, count: number, chunks: () => Iterable<Uint8Array>): TensorPart =>
  ({ name: tensor.name, stored: dtypes[made.dtype].stored, sizes: [count, ...itemSizes(made, tensor)], length: count * rowBytes(made, tensor), chunks });

const headerOf = (stream: EncodedStream): Uint8Array => {
  for (const bytes of stream.chunks) return bytes;
  return new Uint8Array();
};

/** A shard that can be written. */
export interface EncodedShard extends EncodedStream {
  readonly name: string;
  /** SHA-256 of the header, which holds those of all the rest */
  readonly root: string;
}

/**
 * Items as a file; once this is a Right, its chunks can't fail. Others may run between two items.
 * errors: Name (no items, an input that is no hash or stands there twice, a tensor that lacks), Shape, NotFinite (NaN, infinite, too great for f16)
 */
export const encodeShard = (where: string, made: Made, key: string, items: readonly Item[]): TaskEither<Fault, EncodedShard> => async () => {
  const inputs = items.map(({ input }) => input);
  const odd = inputs.find((input, i) => !isHash(input) || inputs.indexOf(input) !== i);
  if (odd !== undefined || inputs.length === 0) {
    return left(fault('Name', where, [odd === undefined ? 'no items' : `the item ${JSON.stringify(odd)}${isHash(odd) ? ', twice' : ''}`], 'different items, each by the SHA-256 of its input, 64 hexadecimal digits'));
  }
  const checksums = new Map<string, readonly string[]>();
  const parts: TensorPart[] = [];
  for (const tensor of made.tensors) {
    const rows: Uint8Array[] = [];
    const sums: string[] = [];
    for (const item of items) {
      const numbers = numbersOf(where, made, item, tensor);
      if (isLeft(numbers)) return numbers;
      rows.push(dtypes[made.dtype].bytes(numbers.right));
      sums.push(sha256(rows.at(-1) ?? ''));
      await breathe();
    }
    checksums.set(tensor.name, sums);
    parts.push(partOf(made, tensor, items.length, () => rows));
  }
  const stream = layOut(where, parts, metadataOf(key, inputs, checksums));
  return isLeft(stream) ? stream : right({ ...stream.right, name: shardName(key, inputs), root: sha256(headerOf(stream.right)) });
};

/** What a shard says it holds. */
export interface Head {
  readonly name: string;
  /** of the whole file */
  readonly bytes: number;
  readonly root: string;
  readonly inputs: readonly string[];
  readonly sums: Checksums;
  /** byte of the file at which a tensor's rows begin, an item after the other */
  readonly starts: ReadonlyMap<string, number>;
}

const parsed = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
};
const isTexts = (u: unknown): u is readonly string[] => Array.isArray(u) && u.every((x) => typeof x === 'string');

/**
 * The head of a shard, from its header as read and as decoded.
 * errors: Corrupt: not a header that this collection's shards have
 */
export const headOf = (where: string, made: Made, key: string, bytes: Uint8Array, header: Header, fileBytes: number): Either<Fault, Head> => {
  const inputs = parsed(header.metadata.get('items'));
  const told = parsed(header.metadata.get('sha256'));
  const refuse = (given: string) => left(fault('Corrupt', where, [given], 'the header of a shard of this collection', '`molt extract --verify --repair --store DIR` moves it aside; then extract again'));
  if (header.metadata.get('collection') !== key) return refuse(`the collection ${header.metadata.get('collection') ?? '(none)'}`);
  if (!isTexts(inputs) || !inputs.every(isHash) || !isObject(told)) return refuse('items or checksums that cannot be read');
  const sums = new Map<string, readonly string[]>();
  for (const { name } of made.tensors) {
    const of = told[name];
    if (!isTexts(of) || of.length !== inputs.length || !of.every(isHash)) return refuse(`checksums of ${name} that cannot be read`);
    sums.set(name, of);
  }
  const expected = layOut(where, made.tensors.map((tensor) => partOf(made, tensor, inputs.length, () => [])), metadataOf(key, inputs, sums));
  if (isLeft(expected)) return expected;
  if (Buffer.compare(headerOf(expected.right), bytes) !== 0) return refuse('a header that differs from the one of these items');
  const starts = new Map(made.tensors.map(({ name }) => [name, header.dataStart + (header.tensors.get(name)?.begin ?? 0)]));
  return right({ name: shardName(key, inputs), bytes: fileBytes, root: sha256(bytes), inputs, sums, starts });
};
