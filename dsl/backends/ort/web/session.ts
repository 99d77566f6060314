/**
 * Session: a model in the module, and a run of it on addresses.
 * idea:  inputs are tensors over given addresses; an output is written to a given address, or where the engine puts it.
 * not:   checks of sizes or types; a session is made from a plan and run on what was checked against the plan.
 */
import { fault, raise, type Fault } from '../../../../shapes/fault.ts';
import { byteSize, type ElementType, type Sizes } from '../../../expr.ts';
import type { OnnxModel } from '../../../onnx/index.ts';
import { faultOfMessage } from '../faults.ts';
import type { Heap } from './heap.ts';
import type { ExternalFile, OrtModule, Pointer } from './module.ts';

/** Type codes of ONNX. */
const codes = { f32: 1, i32: 6, bool: 9 } as const satisfies { readonly [T in ElementType]: number };
const onCpu = 1;
/** All rewritings; no arena and no pattern: freed memory is used again at once, which keeps the peak of a run least. */
const settings = { level: 99, arena: false, pattern: false, sequential: 0, severity: 4 } as const;

/** An input or an output of the graph. */
export interface Port {
  readonly name: string;
  readonly dtype: ElementType;
  readonly sizes: Sizes;
}

/** A tensor of the engine: the address of its handle, and of its numbers. */
export interface Tensor {
  readonly handle: Pointer;
  readonly data: Pointer;
}

export interface Session {
  /**
   * Inputs by address; outputs where the address is given, otherwise where the engine puts them. What is returned is the caller's to `drop`.
   * errors (raised): Memory, Decode (an index), Defect
   */
  readonly run: (inputs: readonly Pointer[], outputs: readonly (Pointer | undefined)[]) => readonly Tensor[];
  readonly drop: (tensors: readonly Tensor[]) => void;
  readonly release: () => void;
}

/** What the engine says went wrong. */
const complaint = (module: OrtModule): Fault => {
  const stack = module.stackSave();
  const at = module.stackAlloc(8);
  module._OrtGetLastError(at, at + 4);
  const message = module.UTF8ToString(module.getValue(at + 4, '*'));
  module.stackRestore(stack);
  return faultOfMessage('ort-web', message);
};

/** The initialisers of a model as one file, without laying them one after another. */
const fileOf = (external: OnnxModel['external']): ExternalFile => ({
  byteLength: external.reduce((end, { offset, data }) => Math.max(end, offset + data.byteLength), 0),
  subarray: (from, to) => {
    const piece = external.find(({ offset, data }) => offset <= from && to <= offset + data.byteLength);
    return piece === undefined
      ? raise(fault('Defect', 'ort-web', [`initialisers from ${from} to ${to}`], 'one initialiser', 'please report this'))
      : new Uint8Array(piece.data.buffer, piece.data.byteOffset + from - piece.offset, to - from);
  },
});

const create = (module: OrtModule, heap: Heap, model: OnnxModel): Pointer => {
  const options = module._OrtCreateSessionOptions(settings.level, settings.arena, settings.pattern, settings.sequential, false, 0, 0, settings.severity, 0, 0);
  if (options === 0) return raise(complaint(module));
  const bytes = heap.take(model.bytes.byteLength);
  try {
    heap.view('bool', bytes, model.bytes.byteLength).set(model.bytes);
    for (const location of new Set(model.external.map((one) => one.location))) module.mountExternalData(location, fileOf(model.external.filter((one) => one.location === location)));
    const session = module._OrtCreateSession(bytes, model.bytes.byteLength, options);
    return session === 0 ? raise(complaint(module)) : session;
  } finally {
    module.unmountExternalData();
    heap.give(bytes);
    module._OrtReleaseSessionOptions(options);
  }
};

const text = (module: OrtModule, heap: Heap) => (value: string): Pointer => {
  const bytes = module.lengthBytesUTF8(value) + 1;
  const at = heap.take(bytes);
  module.stringToUTF8(value, at, bytes);
  return at;
};

/** A session of the model. errors (raised): Memory, Unsupported, Defect */
export const sessionOf = (module: OrtModule, heap: Heap, model: OnnxModel, outputs: readonly Port[]): Session => {
  const session = create(module, heap, model);
  const inputs: readonly Port[] = model.inputs.map(({ name, leaf, sizes }) => ({ name, dtype: leaf.dtype, sizes }));
  const names = { inputs: inputs.map(({ name }) => text(module, heap)(name)), outputs: outputs.map(({ name }) => text(module, heap)(name)) };

  // addresses below are of the module's stack, which every caller restores
  const words = (values: readonly number[]): Pointer => {
    const at = module.stackAlloc(4 * Math.max(values.length, 1));
    values.forEach((value, i) => module.setValue(at + 4 * i, value, '*'));
    return at;
  };
  const tensor = (port: Port, data: Pointer): Tensor => {
    const handle = module._OrtCreateTensor(codes[port.dtype], data, byteSize(port), words(port.sizes), port.sizes.length, onCpu);
    return handle === 0 ? raise(complaint(module)) : { handle, data };
  };
  const dataOf = (handle: Pointer): Pointer => {
    const at = words([0, 0, 0, 0]);
    if (module._OrtGetTensorData(handle, at, at + 4, at + 8, at + 12) !== 0) return raise(complaint(module));
    module._OrtFree(module.getValue(at + 8, '*'));
    return module.getValue(at + 4, '*');
  };
  const drop = (tensors: readonly Tensor[]): void => tensors.forEach(({ handle }) => void module._OrtReleaseTensor(handle));
  const nothing: Tensor = { handle: 0, data: 0 };

  return {
    run: (given, into) => {
      const stack = module.stackSave();
      const [bound, made]: readonly [Tensor[], Tensor[]] = [[], []];
      try {
        inputs.forEach((port, i) => bound.push(tensor(port, given[i] ?? 0)));
        outputs.forEach((port, i) => {
          const at = into[i];
          made.push(at === undefined ? nothing : tensor(port, at));
        });
        const results = words(made.map(({ handle }) => handle));
        const code = module._OrtRun(session, words(names.inputs), words(bound.map(({ handle }) => handle)), inputs.length, words(names.outputs), outputs.length, results, 0);
        made.forEach(({ data }, i) => { made[i] = { handle: module.getValue(results + 4 * i, '*'), data }; });
        return code === 0 ? made.map(({ handle, data }): Tensor => ({ handle, data: data === 0 ? dataOf(handle) : data })) : raise(complaint(module));
      } catch (thrown) {
        drop(made.filter(({ handle }) => handle !== 0));
        throw thrown;
      } finally {
        drop(bound);
        module.stackRestore(stack);
      }
    },
    drop,
    release: () => {
      module._OrtReleaseSession(session);
      [...names.inputs, ...names.outputs].forEach(heap.give);
    },
  };
};
