/**
 * Shared: arrays that the main thread and its workers read and write without copying.
 */
export const sharedFloats = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(length * 4));
export const sharedIntegers = (values: ArrayLike<number>): Int32Array => {
  const out = new Int32Array(new SharedArrayBuffer(values.length * 4));
  out.set(Array.from(values));
  return out;
};
export const sharedBytes = (values: Uint8Array): Uint8Array => {
  const out = new Uint8Array(new SharedArrayBuffer(values.length));
  out.set(values);
  return out;
};
