/**
 * ONNX Runtime by its own JavaScript door, for models as bytes. A development package of ours.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { elements, type Value } from '../../../dsl/index.ts';

const types = { f32: 'float32', i32: 'int32', bool: 'bool' } as const;

const fed = ({ sizes, dtype, data }: Value): Tensor =>
  dtype === 'f32' ? new Tensor(types.f32, data instanceof Float32Array ? data : Float32Array.from(data), sizes) : dtype === 'i32' ? new Tensor(types.i32, Int32Array.from(data), sizes) : new Tensor(types.bool, Uint8Array.from(data), sizes);

const read = (t: Tensor): Value => {
  const { data, dims } = t;
  if (data instanceof Float32Array) return { dtype: 'f32', sizes: dims, data };
  if (data instanceof Int32Array) return { dtype: 'i32', sizes: dims, data };
  if (data instanceof Uint8Array && data.length === elements(dims)) return { dtype: 'bool', sizes: dims, data };
  throw new Error(`an output of type ${t.type}`);
};

export interface Session {
  readonly run: (inputs: ReadonlyMap<string, Value>) => Promise<ReadonlyMap<string, Value>>;
  readonly close: () => Promise<void>;
}

/** A model from its bytes, or from its path. */
export const session = async (model: Uint8Array | string, threads = 1): Promise<Session> => {
  const options = { logSeverityLevel: 3 as const, intraOpNumThreads: threads };
  const made = await (typeof model === 'string' ? InferenceSession.create(model, options) : InferenceSession.create(model, options));
  return {
    run: async (inputs) => new Map(Object.entries(await made.run(Object.fromEntries([...inputs].map(([name, value]) => [name, fed(value)])))).map(([name, t]) => [name, read(t)])),
    close: () => made.release(),
  };
};
