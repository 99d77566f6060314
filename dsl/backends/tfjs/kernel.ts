/**
 * Kernel: our own product of matrices in WebAssembly SIMD, on the heap of tfjs' engine.
 * idea:  tfjs' fast product packs its right operand at every call, which costs more than the product itself where the left one has few
 *        rows; its batched product is a scalar loop. This one packs nothing and takes a whole batch in one call.
 * laws:  test/dsl/backends/tfjs-kernel.test.ts: the bytes are those of the text; agrees with the definition for all small sizes
 *
 * This file is a trust boundary: the exports of our own module, and the memory of tfjs-backend-wasm 4.22, are taken at their types.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { kernelBytes } from './kernel-bytes.ts';

/** Addresses and strides in bytes; all sizes at least 1; scratch has room for 16 k numbers, or is 0. */
export type Product = (a: number, b: number, out: number, batch: number, m: number, k: number, n: number, aRow: number, aStep: number, aBatch: number, scratch: number) => void;

/** The kernel on a memory. */
export const productOn = (memory: WebAssembly.Memory): Product => {
  const kind = memory.buffer instanceof ArrayBuffer ? 'own' : 'shared';
  const module = new WebAssembly.Module(Uint8Array.from(atob(kernelBytes[kind]), (c) => c.charCodeAt(0)));
  return (new WebAssembly.Instance(module, { arena: { memory } }).exports as unknown as { readonly product: Product }).product;
};

/** The memory of the engine, which its module tells among its exports; undefined where it does not. */
export const memoryOf = (heap: BackendWasm): WebAssembly.Memory | undefined => {
  const { asm, HEAPU8 } = heap.wasm as unknown as { readonly asm?: { readonly memory?: unknown }; readonly HEAPU8?: Uint8Array };
  return asm?.memory instanceof WebAssembly.Memory && asm.memory.buffer === HEAPU8?.buffer ? asm.memory : undefined;
};
