/**
 * Heap: arrays in the module's memory.
 * idea:  an array that lies there is read and written in place; any other is copied in and out. All addresses are counted, so
 *        that a leak shows.
 * not:   more than 4 GiB. An allocation that fails is a Memory fault, and the engine goes on.
 */
import { fault, raise } from '../../../../shapes/fault.ts';
import type { Data, ElementType } from '../../../expr.ts';
import type { Loaded, Pointer } from './module.ts';

/** Bytes that the module can hold. */
export const addressable = 2 ** 32 - 2 ** 16;

export const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

const views = {
  f32: (buffer: ArrayBufferLike, at: Pointer, length: number) => new Float32Array(buffer, at, length),
  i32: (buffer: ArrayBufferLike, at: Pointer, length: number) => new Int32Array(buffer, at, length),
  bool: (buffer: ArrayBufferLike, at: Pointer, length: number) => new Uint8Array(buffer, at, length),
} as const satisfies { readonly [T in ElementType]: (buffer: ArrayBufferLike, at: Pointer, length: number) => Data };

export interface Heap {
  /** errors (raised): Memory */
  readonly take: (bytes: number) => Pointer;
  readonly give: (at: Pointer) => void;
  /** the numbers at an address, not a copy; valid until given back */
  readonly view: (dtype: ElementType, at: Pointer, length: number) => Data;
  readonly floats: (at: Pointer, length: number) => Float32Array;
  /** where an array that was made here lies; undefined for any other */
  readonly addressOf: (data: ArrayBufferView) => Pointer | undefined;
  /** bytes taken and not given back */
  readonly taken: () => number;
  /** number of addresses taken and not given back */
  readonly live: () => number;
  /** bytes of the memory as it has grown */
  readonly size: () => number;
}

export const heapOf = ({ module, memory }: Pick<Loaded, 'module' | 'memory'>): Heap => {
  const sizes = new Map<Pointer, number>();
  /** each growth makes another buffer object of the same memory */
  const buffers = new WeakSet<ArrayBufferLike>();
  let bytesTaken = 0;
  const current = (): ArrayBufferLike => {
    buffers.add(memory.buffer);
    return memory.buffer;
  };
  return {
    take: (bytes) => {
      const at = bytes <= addressable ? module._malloc(Math.max(bytes, 1)) : 0;
      if (at === 0) return raise(fault('Memory', 'ort-web', [`${mib(bytes)} more, beside ${mib(bytesTaken)} taken before`], `at most ${mib(addressable)} of WebAssembly memory`, 'a smaller batch, or another backend'));
      sizes.set(at, bytes);
      bytesTaken += bytes;
      return at;
    },
    give: (at) => {
      module._free(at);
      bytesTaken -= sizes.get(at) ?? 0;
      sizes.delete(at);
    },
    view: (dtype, at, length) => views[dtype](current(), at, length),
    floats: (at, length) => views.f32(current(), at, length),
    addressOf: (data) => (buffers.has(data.buffer) ? data.byteOffset : undefined),
    taken: () => bytesTaken,
    live: () => sizes.size,
    size: () => memory.buffer.byteLength,
  };
};
