/**
 * Proto: the part of the ONNX file format that we write, message by message.
 * idea:  a message is a list of puts, each knows its field number; the wire format is protobufjs' Writer. Not its reflection, which
 *        makes functions from text: a page that forbids that (Content-Security-Policy) can still run models.
 * laws:  test/dsl/onnx: what is written is read back by protobufjs' reflection from the public descriptor
 * source: onnx.proto3 of ONNX 1.15 (IR version 9), https://github.com/onnx/onnx/blob/v1.15.0/onnx/onnx.proto3
 */
import { Writer } from 'protobufjs/minimal.js';
import { type Attribute, bytesOfData, type Tensor, tensorTypes } from './term.ts';

/** A fixed size, or the name of one. */
export type Extent = number | string;

export interface ValueInfo {
  readonly name: string;
  readonly type: Tensor['type'];
  readonly sizes: readonly Extent[];
}
export interface Operation {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}
/** Where the numbers of an initialiser lie if not in the file. Bytes. */
export interface Place {
  readonly location: string;
  readonly offset: number;
}
export interface Initialiser {
  readonly name: string;
  readonly tensor: Tensor;
  readonly place?: Place;
}
export interface Graph {
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly initialisers: readonly Initialiser[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}
export interface Model {
  readonly graph: Graph;
  readonly irVersion: number;
  readonly opset: number;
  readonly producer: string;
  readonly version: string;
  readonly metadata: Readonly<Record<string, string>>;
}

type Put = (w: Writer) => void;
/** Wire types: 0 a varint, 2 bytes of known length, 5 four bytes. */
const tag = (field: number, wire: 0 | 2 | 5): number => field * 8 + wire;
const integer = (field: number, value: number): Put => (w) => { w.uint32(tag(field, 0)).int64(value); };
const real = (field: number, value: number): Put => (w) => { w.uint32(tag(field, 5)).float(value); };
const string = (field: number, value: string): Put => (w) => { w.uint32(tag(field, 2)).string(value); };
const bytes = (field: number, value: Uint8Array): Put => (w) => { w.uint32(tag(field, 2)).bytes(value); };
const all = (puts: readonly Put[]): Put => (w) => { for (const put of puts) put(w); };
const message = (field: number, ...puts: readonly Put[]): Put => (w) => { w.uint32(tag(field, 2)).fork(); all(puts)(w); w.ldelim(); };
const packed = (field: number, values: readonly number[]): Put => (w) => { w.uint32(tag(field, 2)).fork(); for (const v of values) w.int64(v); w.ldelim(); };

const pair = (field: number, key: string, value: string): Put => message(field, string(1, key), string(2, value));

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9, external_data 13, data_location 14 (1 is EXTERNAL). */
const tensor = (field: number, { type, sizes, data }: Tensor, name?: string, place?: Place): Put =>
  message(
    field,
    packed(1, sizes),
    integer(2, tensorTypes[type]),
    ...(name === undefined ? [] : [string(8, name)]),
    ...(place === undefined
      ? [bytes(9, bytesOfData(data))]
      : [pair(13, 'location', place.location), pair(13, 'offset', String(place.offset)), pair(13, 'length', String(data.byteLength)), integer(14, 1)]),
  );

/** AttributeProto: name 1, type 20, and one field with the value: f 2, i 3, s 4, t 5, ints 8. */
const attribute = (name: string, a: Attribute): Put => message(5, string(1, name), ...valueOf(a));
const valueOf = (a: Attribute): readonly Put[] => {
  switch (a.kind) {
    case 'float': return [real(2, a.value), integer(20, 1)];
    case 'int': return [integer(3, a.value), integer(20, 2)];
    case 'text': return [string(4, a.value), integer(20, 3)];
    case 'tensor': return [tensor(5, a.value), integer(20, 4)];
    case 'ints': return [packed(8, a.value), integer(20, 7)];
  }
};

/** NodeProto: input 1, output 2, name 3, op_type 4, attribute 5. */
const operation = (o: Operation): Put =>
  message(1, ...o.inputs.map((n) => string(1, n)), ...o.outputs.map((n) => string(2, n)), string(3, o.name), string(4, o.op), ...Object.entries(o.attributes).map(([name, a]) => attribute(name, a)));

/** ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 | dim_param 2 } } } }. */
const valueInfo = (field: number, v: ValueInfo): Put =>
  message(field, string(1, v.name), message(2, message(1, integer(1, tensorTypes[v.type]), message(2, ...v.sizes.map((n) => message(1, typeof n === 'number' ? integer(1, n) : string(2, n)))))));

/** GraphProto: node 1, name 2, initializer 5, input 11, output 12. */
const graph = (g: Graph): readonly Put[] => [
  ...g.operations.map(operation),
  string(2, g.name),
  ...g.initialisers.map((i) => tensor(5, i.tensor, i.name, i.place)),
  ...g.inputs.map((v) => valueInfo(11, v)),
  ...g.outputs.map((v) => valueInfo(12, v)),
];

/** ModelProto: ir_version 1, producer_name 2, producer_version 3, graph 7, opset_import 8, metadata_props 14. */
export const encode = (m: Model): Uint8Array => {
  const w = Writer.create();
  all([
    integer(1, m.irVersion),
    string(2, m.producer),
    string(3, m.version),
    message(7, ...graph(m.graph)),
    message(8, string(1, ''), integer(2, m.opset)),
    ...Object.entries(m.metadata).map(([key, value]) => pair(14, key, value)),
  ])(w);
  return w.finish();
};
