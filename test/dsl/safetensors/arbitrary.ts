/**
 * Arbitrary sets of named tensors for the safetensors laws: small sizes, every array class, any name.
 */
import type { Value } from '../../../dsl/backend.ts';

export { metadata, tensors } from '../../../proofs/dsl/safetensors.ts';

/** Two values are the same: sizes, types, array class and every bit. */
export const plain = (v: Value) => ({ sizes: [...v.sizes], dtype: v.dtype, class: v.data.constructor.name, bytes: [...new Uint8Array(v.data.buffer, v.data.byteOffset, v.data.byteLength)] });

/** Comparable whatever the order. */
export const plainAll = (all: ReadonlyMap<string, Value>) => [...all].map(([key, v]) => ({ key, ...plain(v) })).toSorted((a, b) => (a.key < b.key ? -1 : 1));
