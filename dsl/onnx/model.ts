/**
 * Model: a plan as the bytes of an ONNX file.
 * laws:  test/dsl/onnx, test/golden/onnx_check.py
 */
import { type Either, map } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fault } from '../../shapes/fault.ts';
import type { Sizes } from '../expr.ts';
import type { Plan } from '../schedule.ts';
import { batched } from './batch.ts';
import { graphOf, type GraphOptions, plainGraphOf, type PlanGraph } from './graph.ts';
import type { OnnxLeaf } from './leaves.ts';
import { encode, type Initialiser } from './proto.ts';
import { irVersion, opset } from './rows.ts';
import { bytesOfData, type TensorType } from './term.ts';

export interface OnnxOptions extends GraphOptions {
  /** of molt, the producer */
  readonly version?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** whether large initialisers are described only, and given beside the bytes */
  readonly external?: boolean;
  /** what the file calls the place of external data; `weights` if nothing is said */
  readonly location?: string;
}

/** An initialiser whose numbers are not in the file. */
export interface ExternalData {
  /** of the initialiser */
  readonly name: string;
  readonly location: string;
  /** bytes, a multiple of 4096 */
  readonly offset: number;
  /** what the numbers are */
  readonly type: TensorType;
  readonly sizes: Sizes;
  /** the caller's own array where it was f32, not a copy */
  readonly data: Uint8Array | Float32Array;
}

export interface OnnxModel {
  readonly bytes: Uint8Array;
  /** the graph's inputs, in order */
  readonly inputs: readonly OnnxLeaf[];
  /** sizes of the outputs as the graph declares them: the plan's, or with `views` others of as many elements; -1 for a batch axis */
  readonly outputs: readonly { readonly name: string; readonly sizes: readonly number[] }[];
  /** in order of offset; empty unless asked for */
  readonly external: readonly ExternalData[];
}

/** Initialisers from this many bytes on are external. Shapes and axes never are: engines read them when loading. */
const externalFrom = 1024;
/** A page, so that a file may be mapped. */
const page = 4096;

/** Initialisers with a place each, one after another. */
const placed = (initialisers: readonly Initialiser[], location: string): readonly Initialiser[] => {
  let end = 0;
  return initialisers.map((one) => {
    const length = one.tensor.data.byteLength;
    if (length < externalFrom || one.tensor.type === 'i64') return one;
    const offset = end;
    end = Math.ceil((offset + length) / page) * page;
    return { ...one, place: { location, offset } };
  });
};

const externalOf = (initialisers: readonly Initialiser[]): readonly ExternalData[] =>
  initialisers.flatMap(({ name, tensor: { type, sizes, data }, place }) => (place === undefined ? [] : [{ name, ...place, type, sizes, data: data instanceof Float32Array ? data : bytesOfData(data) }]));

/** The file of a graph. */
const modelOf = ({ graph, inputs }: PlanGraph, options: OnnxOptions): OnnxModel => {
  const initialisers = options.external === true ? placed(graph.initialisers, options.location ?? 'weights') : graph.initialisers;
  const bytes = encode({ graph: { ...graph, initialisers }, irVersion, opset, producer: 'molt', version: options.version ?? '', metadata: options.metadata ?? {} });
  return { bytes, inputs, outputs: graph.outputs.map(({ name, sizes }) => ({ name, sizes: sizes.map((n) => (typeof n === 'number' ? n : -1)) })), external: externalOf(initialisers) };
};

/**
 * A plan as an ONNX model, IR version 9, operator set 20, default domain.
 * Every leaf is an input under its name, but those in `initialisers`; a name that is both an input and a parameter becomes `in.NAME`
 * and `w.NAME`. f32 is FLOAT, i32 INT32, bool BOOL.
 * errors: Usage (names of outputs), Name (leaves of one name that differ), Shape (an initialiser), Unsupported (naming the node)
 */
export const onnxModel = (plan: Plan, options: OnnxOptions): Either<Fault, OnnxModel> => pipe(graphOf(plan, options), map((made) => modelOf(made, options)));

export interface DynamicBatch {
  /** name of the batch axis in the sizes of inputs and outputs */
  readonly symbol: string;
  /** plans are made for about this size: the model is right for every size and fast near it */
  readonly size: number;
}

/**
 * A model for every batch size, from its plans. `planAt`: the plan at a batch size.
 * errors: as `onnxModel`; Unsupported, naming the operation, where the graph does not follow the batch as k·B (sizes) or k/B (numbers)
 */
export const onnxModelOverBatches = (planAt: (batch: number) => Plan, batch: DynamicBatch, options: Omit<OnnxOptions, 'views'>): Either<Fault, OnnxModel> =>
  pipe(batched((size) => plainGraphOf(planAt(size), options), batch.size, batch.symbol), map((made) => modelOf(made, options)));
