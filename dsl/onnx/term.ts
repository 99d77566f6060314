/**
 * Term: what a lowering row says: an ONNX expression as a value, before anything has a name.
 * idea:  a row builds a small tree of operators over its operands; names, sharing and encoding are the emitter's.
 * not:   several results. An operator of more than one gives the one that is asked for.
 */
import { elements, type Sizes } from '../expr.ts';

/** Element types that we write, by the numbers of TensorProto.DataType. */
export const tensorTypes = { f32: 1, i32: 6, i64: 7, bool: 9 } as const;
export type TensorType = keyof typeof tensorTypes;

/** Numbers that are part of the file. */
export interface Tensor {
  readonly type: TensorType;
  readonly sizes: Sizes;
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: Tensor };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Apply {
  readonly kind: 'apply';
  /** operator of the default domain */
  readonly op: string;
  readonly inputs: readonly Term[];
  readonly attributes: Attributes;
  /** which of its results; 0 where nothing is said */
  readonly result: number;
}
export type Term =
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'tensor'; readonly tensor: Tensor }
  | Apply;

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const text = (value: string): Attribute => ({ kind: 'text', value });
export const listed = (value: readonly number[]): Attribute => ({ kind: 'ints', value });

/** The bytes of an array, not copied. Little-endian, as the format asks and as every machine with an engine has it. */
export const bytesOfData = (data: Tensor['data']): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export const apply = (op: string, inputs: readonly Term[], attributes: Attributes = {}, result = 0): Term => ({ kind: 'apply', op, inputs, attributes, result });

const held = (type: TensorType, sizes: Sizes, data: Tensor['data']): Term => ({ kind: 'tensor', tensor: { type, sizes, data } });
/** A list of sizes or axes, as operators take them. */
export const ints = (values: readonly number[]): Term => held('i64', [values.length], BigInt64Array.from(values, BigInt));
export const int32 = (value: number): Term => held('i32', [], Int32Array.of(value));
export const floats = (values: readonly number[], sizes: Sizes = [values.length]): Term => held('f32', sizes, Float32Array.from(values));

/** How an array of one number repeated is kept. */
const repeated = {
  f32: (n: number, value: number) => new Float32Array(n).fill(value),
  i32: (n: number, value: number) => new Int32Array(n).fill(value),
  bool: (n: number, value: number) => new Uint8Array(n).fill(value === 0 ? 0 : 1),
} as const;

/** One number repeated: a number is written out, an array is made when the file is loaded. shape: sizes */
export const filled = (type: 'f32' | 'i32' | 'bool', sizes: Sizes, value: number): Term =>
  elements(sizes) === 1
    ? held(type, sizes, repeated[type](1, value))
    : apply('ConstantOfShape', [ints(sizes)], { value: { kind: 'tensor', value: { type, sizes: [1], data: repeated[type](1, value) } } });
