/**
 * Kernel: the sweep of AdamW in WebAssembly SIMD, over ranges of one memory.
 * idea:  written in WebAssembly text, assembled by tools/wasm/build.mjs, kept as bytes; addresses and strides in bytes.
 * laws:  test/dsl/optim/kernel.test.ts: the bytes are those of the text; a range may be cut anywhere
 * not:   memory (dsl/optim/arena.ts owns that).
 *
 * This file is a trust boundary: the exports of our own module are taken at their types.
 */
import type { Scalars } from './adamw.ts';
import { kernelBytes } from './kernel-bytes.ts';

export interface Kernel {
  /** w, m, v, g: addresses; n: numbers */
  readonly adamw: (...args: readonly [w: number, m: number, v: number, g: number, n: number, ...Scalars]) => void;
  /** rows [from, to) of a parameter whose gradient is formed on the way; the factors' ranks are filled up to a multiple of 4; scratch takes a row */
  readonly product: (...args: readonly [scratch: number, w: number, m: number, v: number, left: number, right: number, rows: number, groups: number, columns: number, ranks: number, from: number, to: number, ...Scalars]) => void;
  /** sum of the squares of n numbers, in double precision */
  readonly squares: (g: number, n: number) => number;
}

/** The compiled module, for memories of one thread or for memories that threads share. */
export const kernelModule = (kind: keyof typeof kernelBytes = 'own'): WebAssembly.Module => new WebAssembly.Module(Uint8Array.from(atob(kernelBytes[kind]), (c) => c.charCodeAt(0)));

/** The kernel on a memory. */
export const kernelOn = (module: WebAssembly.Module, memory: WebAssembly.Memory): Kernel => new WebAssembly.Instance(module, { arena: { memory } }).exports as unknown as Kernel;
