/**
 * Tensors: arrays of ours as values of ONNX Runtime, without a copy.
 * idea:  a value is a header over memory that stays ours: sizes, type, address. A leaf or an output that meets the same array again keeps
 *        its header, so that a training step, whose arrays never change, makes none.
 * laws:  none is alive after the last program is disposed
 */
import { type ElementType, elements, type Sizes } from '../../../expr.ts';
import { type Api, cell, type Memory } from './api.ts';
import { check } from './status.ts';
import type { Pointer } from './table.ts';

/** ONNXTensorElementDataType. */
const elementTypes = { f32: 1, i32: 6, i64: 7, bool: 9 } as const satisfies { readonly [T in ElementType | 'i64']: number };

/** What an array is taken for. */
export interface Shaped {
  readonly sizes: Sizes;
  readonly dtype: keyof typeof elementTypes;
}

export interface Tensors {
  /** A header; the memory must stay alive until it is released. */
  readonly make: (memory: Memory, shaped: Shaped) => Pointer;
  readonly release: (tensor: Pointer) => void;
  /** headers alive */
  readonly alive: () => number;
}

export const tensorsOf = (api: Api, info: Pointer): Tensors => {
  const out = cell(api);
  // where a value without elements lies
  const nowhere = new Uint8Array(8);
  let alive = 0;
  return {
    make: (memory, { sizes, dtype }) => {
      const extents = BigInt64Array.from(sizes.length === 0 ? [0] : sizes, BigInt);
      const at = api.address(elements(sizes) === 0 ? nowhere : memory);
      check(api, 'tensor', api.CreateTensorWithDataAsOrtValue(info, at, memory.byteLength, api.address(extents), sizes.length, elementTypes[dtype], out.at));
      alive += 1;
      return out.read();
    },
    release: (tensor) => {
      api.ReleaseValue(tensor);
      alive -= 1;
    },
    alive: () => alive,
  };
};

/** The place of a leaf or an output: at most one header, over the array that was bound last. */
export interface Slot {
  readonly bind: (memory: Memory) => Pointer;
  readonly clear: () => void;
  readonly full: () => boolean;
}

export const slotOf = (tensors: Tensors, shaped: Shaped): Slot => {
  let held: { readonly memory: Memory; readonly tensor: Pointer } | undefined;
  const clear = (): void => {
    if (held !== undefined) tensors.release(held.tensor);
    held = undefined;
  };
  return {
    bind: (memory) => {
      if (held?.memory !== memory) {
        clear();
        held = { memory, tensor: tensors.make(memory, shaped) };
      }
      return held.tensor;
    },
    clear,
    full: () => held !== undefined,
  };
};
