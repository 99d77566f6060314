/**
 * An independent reader of ONNX files: protobufjs' reflection over the public descriptor, as far as we write.
 */
import protobuf from 'protobufjs/light.js';

const field = (type: string, id: number, rule?: 'repeated'): protobuf.IField => ({ type, id, ...(rule === undefined ? {} : { rule }) });
const messages: Readonly<Record<string, Record<string, protobuf.IField>>> = {
  StringStringEntryProto: { key: field('string', 1), value: field('string', 2) },
  OperatorSetIdProto: { domain: field('string', 1), version: field('int64', 2) },
  TensorProto: {
    dims: field('int64', 1, 'repeated'), dataType: field('int32', 2), name: field('string', 8), rawData: field('bytes', 9),
    externalData: field('StringStringEntryProto', 13, 'repeated'), dataLocation: field('int32', 14),
  },
  AttributeProto: { name: field('string', 1), f: field('float', 2), i: field('int64', 3), s: field('bytes', 4), t: field('TensorProto', 5), ints: field('int64', 8, 'repeated'), type: field('int32', 20) },
  NodeProto: { input: field('string', 1, 'repeated'), output: field('string', 2, 'repeated'), name: field('string', 3), opType: field('string', 4), attribute: field('AttributeProto', 5, 'repeated') },
  Dimension: { dimValue: field('int64', 1), dimParam: field('string', 2) },
  TensorShapeProto: { dim: field('Dimension', 1, 'repeated') },
  TensorTypeProto: { elemType: field('int32', 1), shape: field('TensorShapeProto', 2) },
  TypeProto: { tensorType: field('TensorTypeProto', 1) },
  ValueInfoProto: { name: field('string', 1), type: field('TypeProto', 2) },
  GraphProto: {
    node: field('NodeProto', 1, 'repeated'), name: field('string', 2), initializer: field('TensorProto', 5, 'repeated'), input: field('ValueInfoProto', 11, 'repeated'), output: field('ValueInfoProto', 12, 'repeated'),
  },
  ModelProto: {
    irVersion: field('int64', 1), producerName: field('string', 2), producerVersion: field('string', 3), graph: field('GraphProto', 7),
    opsetImport: field('OperatorSetIdProto', 8, 'repeated'), metadataProps: field('StringStringEntryProto', 14, 'repeated'),
  },
};

const root = protobuf.Root.fromJSON({ nested: Object.fromEntries(Object.entries(messages).map(([name, fields]) => [name, { fields }])) });

export interface ReadTensor {
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly name: string;
  readonly rawData: Uint8Array;
  readonly externalData: readonly { readonly key: string; readonly value: string }[];
  readonly dataLocation: number;
}
export interface ReadNode {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly opType: string;
  readonly attribute: readonly { readonly name: string; readonly type: number; readonly f: number; readonly i: number; readonly s: Uint8Array; readonly ints: readonly number[]; readonly t?: ReadTensor | null }[];
}
export interface ReadInfo {
  readonly name: string;
  readonly type: { readonly tensorType: { readonly elemType: number; readonly shape: { readonly dim: readonly { readonly dimValue: number; readonly dimParam: string }[] } } };
}
export interface ReadModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly metadataProps: readonly { readonly key: string; readonly value: string }[];
  readonly graph: { readonly name: string; readonly node: readonly ReadNode[]; readonly initializer: readonly ReadTensor[]; readonly input: readonly ReadInfo[]; readonly output: readonly ReadInfo[] };
}

/** This file is a trust boundary: the descriptor above is what makes the value a ReadModel. */
export const decode = (bytes: Uint8Array): ReadModel => {
  const type = root.lookupType('ModelProto');
  return type.toObject(type.decode(bytes), { longs: Number, defaults: true }) as ReadModel;
};

/** `[2, 3]`, `[batch, 3]` */
export const sizesOf = ({ type }: ReadInfo): readonly (number | string)[] => type.tensorType.shape.dim.map(({ dimValue, dimParam }) => (dimParam === '' ? dimValue : dimParam));
