/**
 * Arbitrary sets of named tensors for the safetensors laws: small sizes, every array class, any name.
 */
import fc from 'fast-check';
import type { Value } from '../../../dsl/backend.ts';
import { elements } from '../../../dsl/expr.ts';

const sizes = fc.array(fc.constantFrom(0, 1, 2, 3), { maxLength: 3 });

export const value: fc.Arbitrary<Value> = sizes.chain((s) => {
  const length = { minLength: elements(s), maxLength: elements(s) };
  return fc.oneof(
    fc.float32Array(length).map((data): Value => ({ sizes: s, dtype: 'f32', data })),
    fc.float64Array(length).map((data): Value => ({ sizes: s, dtype: 'f32', data })),
    fc.int32Array(length).map((data): Value => ({ sizes: s, dtype: 'i32', data })),
    fc.uint8Array({ ...length, max: 1 }).map((data): Value => ({ sizes: s, dtype: 'bool', data })),
  );
});

const name = fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom('10', '9', '__proto__', 'constructor', 'a.b.weight')).filter((s) => s !== '__metadata__');

export const tensors: fc.Arbitrary<ReadonlyMap<string, Value>> = fc.array(fc.tuple(name, value), { maxLength: 6 }).map((pairs) => new Map(pairs));

export const metadata: fc.Arbitrary<ReadonlyMap<string, string>> = fc
  .array(fc.tuple(fc.oneof(fc.string({ maxLength: 4 }), fc.constant('__proto__')), fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 3 })
  .map((pairs) => new Map(pairs));

/** Two values are the same: sizes, types, array class and every bit. */
export const plain = (v: Value) => ({ sizes: [...v.sizes], dtype: v.dtype, class: v.data.constructor.name, bytes: [...new Uint8Array(v.data.buffer, v.data.byteOffset, v.data.byteLength)] });

/** Comparable whatever the order. */
export const plainAll = (all: ReadonlyMap<string, Value>) => [...all].map(([key, v]) => ({ key, ...plain(v) })).toSorted((a, b) => (a.key < b.key ? -1 : 1));
