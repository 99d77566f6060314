/**
 * Stored: how each number type of the format is read into a value and written from one.
 * idea:  one row per type; what does not fit is found by the row's check, before anything is converted.
 * laws:  proofs: write then read is the identity for the natural type of a value
 * not:   big-endian hosts; types that no value of the language holds (U16, U32, U64, 8-bit floats, complex).
 * source: https://huggingface.co/docs/safetensors (little-endian, row-major)
 */
import type { Value } from '../backend.ts';
import type { Data, ElementType } from '../expr.ts';
import { fromHalves, halfLimit, toHalves } from './halves.ts';
import { bfloat16, binary16, fromHalf, toHalf } from './half.ts';

/** A place whose number cannot be kept: its flat index, what stands there, what would fit. */
export interface Misfit {
  readonly index: number;
  readonly given: string;
  readonly needed: string;
}

export interface StoredRow {
  /** bytes of one number */
  readonly width: number;
  /** the element type it is read as */
  readonly dtype: ElementType;
  readonly misread: (bytes: Uint8Array) => Misfit | undefined;
  /** `bytes` starts at a multiple of `width` in its buffer; the data may share it */
  readonly read: (bytes: Uint8Array) => Data;
  readonly miswritten: (data: Data) => Misfit | undefined;
  /** the bytes may share the data's buffer */
  readonly write: (data: Data) => Uint8Array;
}

type Numbers = Data | BigInt64Array | Int16Array | Int8Array | Uint16Array;

const bytesOf = (data: Numbers): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const firstMisfit = (data: Data | BigInt64Array, fits: (x: number) => boolean, needed: string): Misfit | undefined => {
  for (let i = 0; i < data.length; i++) if (!fits(Number(data[i]))) return { index: i, given: String(data[i]), needed };
  return undefined;
};

const anything = (): undefined => undefined;

const integers = (least: number, greatest: number) => (data: Data | BigInt64Array): Misfit | undefined =>
  firstMisfit(data, (x) => Number.isInteger(x) && x >= least && x <= greatest, `an integer from ${least} to ${greatest}`);

const i32 = integers(-(2 ** 31), 2 ** 31 - 1);

const finiteAs = (name: string, rounded: (x: number) => number) => (data: Data): Misfit | undefined =>
  firstMisfit(data, (x) => !Number.isFinite(x) || Number.isFinite(rounded(x)), `a number that stays finite as ${name}`);

const finiteF32 = finiteAs('F32', Math.fround);

const bigs = (bytes: Uint8Array): BigInt64Array => new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);

/** The types in the order in which the format's own library lays tensors out: widest first, so that every tensor is aligned. */
export const storedRows = {
  I64: {
    width: 8,
    dtype: 'i32',
    misread: (bytes) => i32(bigs(bytes)),
    read: (bytes) => Int32Array.from(bigs(bytes), Number),
    miswritten: integers(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    write: (data) => bytesOf(BigInt64Array.from(Array.from(data, BigInt))),
  },
  F64: {
    width: 8,
    dtype: 'f32',
    misread: anything,
    read: (bytes) => new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8),
    miswritten: anything,
    write: (data) => bytesOf(data instanceof Float64Array ? data : Float64Array.from(data)),
  },
  F32: {
    width: 4,
    dtype: 'f32',
    misread: anything,
    read: (bytes) => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4),
    miswritten: (data) => (data instanceof Float32Array ? undefined : finiteF32(data)),
    write: (data) => bytesOf(data instanceof Float32Array ? data : Float32Array.from(data)),
  },
  I32: {
    width: 4,
    dtype: 'i32',
    misread: anything,
    read: (bytes) => new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4),
    miswritten: i32,
    write: (data) => bytesOf(data instanceof Int32Array ? data : Int32Array.from(data)),
  },
  BF16: {
    width: 2,
    dtype: 'f32',
    misread: anything,
    // the upper half of a binary32
    read: (bytes) => {
      const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
      const words = new Uint32Array(halves.length);
      for (let i = 0; i < halves.length; i++) words[i] = (halves[i] ?? 0) << 16;
      return new Float32Array(words.buffer);
    },
    miswritten: finiteAs('BF16', (x) => fromHalf(bfloat16, toHalf(bfloat16, x))),
    write: (data) => bytesOf(Uint16Array.from(data, (x) => toHalf(bfloat16, x))),
  },
  F16: {
    width: 2,
    dtype: 'f32',
    misread: anything,
    read: (bytes) => {
      const data = new Float32Array(bytes.length / 2);
      fromHalves(new Uint16Array(bytes.buffer, bytes.byteOffset, data.length), data);
      return data;
    },
    miswritten: (data) => firstMisfit(data, (x) => !(Math.abs(x) >= halfLimit) || Math.abs(x) === Infinity, 'a number that stays finite as F16'),
    write: (data) => {
      if (!(data instanceof Float32Array)) return bytesOf(Uint16Array.from(data, (x) => toHalf(binary16, x)));
      const halves = new Uint16Array(data.length);
      toHalves(data, halves);
      return bytesOf(halves);
    },
  },
  I16: {
    width: 2,
    dtype: 'i32',
    misread: anything,
    read: (bytes) => Int32Array.from(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)),
    miswritten: integers(-32768, 32767),
    write: (data) => bytesOf(Int16Array.from(data)),
  },
  I8: {
    width: 1,
    dtype: 'i32',
    misread: anything,
    read: (bytes) => Int32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)),
    miswritten: integers(-128, 127),
    write: (data) => bytesOf(Int8Array.from(data)),
  },
  U8: {
    width: 1,
    dtype: 'i32',
    misread: anything,
    read: (bytes) => Int32Array.from(bytes),
    miswritten: integers(0, 255),
    write: (data) => Uint8Array.from(data),
  },
  BOOL: {
    width: 1,
    dtype: 'bool',
    misread: integers(0, 1),
    read: (bytes) => bytes,
    miswritten: integers(0, 1),
    write: (data) => (data instanceof Uint8Array ? data : Uint8Array.from(data)),
  },
} as const satisfies Readonly<Record<string, StoredRow>>;

/** A number type of the format. */
export type Stored = keyof typeof storedRows;

export const isStored = (name: unknown): name is Stored => typeof name === 'string' && Object.hasOwn(storedRows, name);

const order: ReadonlyMap<string, number> = new Map(Object.keys(storedRows).map((name, i) => [name, i]));

/** Place of a type in the layout of a file: lesser first. */
export const storedOrder = (stored: Stored): number => order.get(stored) ?? order.size;

/** The element type that a stored type is read as. */
export const readAs = (stored: Stored): ElementType => storedRows[stored].dtype;

/** The type that keeps a value as it is: F32 or F64 by its array, I32, BOOL. */
export const naturalType = (value: Value): Stored =>
  value.dtype === 'f32' ? (value.data instanceof Float64Array ? 'F64' : 'F32') : value.dtype === 'i32' ? 'I32' : 'BOOL';
