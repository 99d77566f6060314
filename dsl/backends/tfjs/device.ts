/**
 * Device: what differs between the engines behind tfjs; everything else is one lowering.
 * idea:  a handful of operations whose ordinary kernel is slow or wrong on some engine are members here, so that a
 *        row never asks which engine it runs on.
 */
import type { Data, Sizes } from '../../expr.ts';
import type { Handle } from './kernels.ts';

export interface Device {
  /** `tfjs-wasm`, as printed */
  readonly name: string;
  /** name in tfjs' registry */
  readonly engine: string;
  /** greatest bytes of live buffers, or undefined where the engine has no fixed limit */
  readonly heapLimit: number | undefined;
  /** greatest number of axes of a stretching addition or a padding, after merging */
  readonly maxRank: number;
  /** whether values read back share memory with the device */
  readonly readsShare: boolean;
  /** whether a value and its reshaping share memory without tfjs knowing, which then counts it twice */
  readonly sharesUnseen: boolean;
  /** the device's own memory of a value, to be copied before anything else runs; undefined where it can't be seen */
  readonly view: ((x: Handle) => Data) | undefined;
  /** whether products keep a packed copy of their right operand as long as it lives */
  readonly packs: boolean;
  /** [m,k]·[k,n], or a batch of them, with operands possibly transposed in their last two axes */
  readonly matMul: (a: Handle, b: Handle, transposeA: boolean, transposeB: boolean) => Handle;
  /** sum over some axes, which are removed */
  readonly sum: (x: Handle, axes: readonly number[]) => Handle;
  /** numbers of another type, in a buffer of their own */
  readonly cast: (x: Handle, to: 'f32' | 'i32') => Handle;
  readonly slice: (x: Handle, begin: Sizes, size: Sizes) => Handle;
  /** repeat axes of size 1 */
  readonly stretch: (x: Handle, sizes: Sizes) => Handle;
  /** rows of a table by index; faults on an index out of bounds */
  readonly gather: (table: Handle, ids: Handle) => Handle;
  /** add rows of [n, w] into a table [rows, w] by index [n, 1] */
  readonly scatter: (ids: Handle, updates: Handle, rows: number) => Handle;
  /** the last thing wrong with a fresh handle, if any: an allocation that failed silently */
  readonly broken: (x: Handle) => boolean;
}
