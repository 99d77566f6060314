/**
 * Made: what a collection of features was made from, and the address that follows from it.
 * idea:   the key is a hash of everything that changes a number: configuration, weights, preprocessing, position, layers, type, format. The name of
 *         the backbone is not among it: the same weights under another name make the same features.
 * laws:   test/molt/store/made.test.ts: another value in any field but `backbone` gives another key; the order of keys of an object does not matter
 */
import { createHash } from 'node:crypto';
import { isLeft, left, map, right, type Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { decoder, isObject, line, listOf, oneOf, optional, positive, record, required, type Decoder } from '../variants/combinators.ts';
import { problemsFault } from '../variants/problems.ts';

/** Version of the layout of folders and files that this program writes; it reads this one and earlier ones. */
export const storeVersion = 1;

/** One tensor of a segment: `visual.0` [N, D]. */
export interface MadeTensor {
  readonly name: string;
  /** of one segment */
  readonly sizes: readonly number[];
}

/** What every feature of a collection has in common. */
export interface Made {
  /** name of the backbone, for people */
  readonly backbone: string;
  /** its configuration: any JSON */
  readonly config: unknown;
  /** hash of its weights */
  readonly weights: string;
  /** canonical text of what happens to the media before the backbone */
  readonly preprocessing: string;
  /** which blocks are kept: `late`, … */
  readonly position: string;
  readonly modality: 'visual' | 'audio';
  /** how numbers are stored */
  readonly dtype: 'f16' | 'f32';
  readonly tensors: readonly MadeTensor[];
  /** T: segments of an item */
  readonly segments: number;
}

/** JSON whose text depends on the value alone: keys sorted, no spaces. A key without a value is left out. */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((x: unknown) => canonical(x)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const fields = Object.keys(value).filter((key) => value[key] !== undefined).sort();
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
};

/** SHA-256 in hexadecimal digits. */
export const sha256 = (...parts: readonly (string | Uint8Array)[]): string => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/** A SHA-256 as it is written here. */
export const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** The address of a collection, 64 hexadecimal digits. */
export const collectionKey = ({ config, weights, preprocessing, position, modality, dtype, tensors, segments }: Made): string =>
  sha256(canonical({ version: storeVersion, config, weights, preprocessing, position, modality, dtype, tensors: tensors.map(({ name, sizes }) => ({ name, sizes })), segments }));

/** The name of a shard follows from what it holds: the collection and its items, in order. 64 hexadecimal digits. */
export const shardName = (key: string, inputs: readonly string[]): string => sha256([key, ...inputs].join('\n'));

const json: Decoder<unknown> = decoder('any JSON', (u, context) => (u === undefined ? t.failure(u, context) : t.success(u)));

const madeRecord = record({
  version: required(oneOf(storeVersion)),
  backbone: required(line),
  config: required(json),
  weights: required(line),
  preprocessing: required(line),
  position: required(line),
  modality: required(oneOf('visual', 'audio')),
  dtype: required(oneOf('f16', 'f32')),
  tensors: required(listOf(record({ name: required(line), sizes: required(listOf(positive)) }))),
  segments: required(positive),
  sha256: optional(line, undefined),
});

/** The version that a file of the store states, if a later program wrote it. errors: Unsupported */
export const checkVersion = (where: string, read: unknown): Either<Fault, unknown> => {
  const version = isObject(read) ? read['version'] : undefined;
  if (typeof version !== 'number' || version <= storeVersion) return right(read);
  return left(fault('Unsupported', where, [`a feature store of version ${version}`], `version ${storeVersion} or earlier`, 'update molt, or extract into another folder'));
};

/** The file `collection.json`: a line for each field, and the hash of all of them, since the key does not cover the name of the backbone. */
export const printMade = ({ backbone, config, weights, preprocessing, position, modality, dtype, tensors, segments }: Made): string => {
  const fields = { version: storeVersion, backbone, modality, weights, preprocessing, position, dtype, segments, tensors, config };
  return `{\n${Object.entries({ ...fields, sha256: sha256(canonical(fields)) }).map(([name, value]) => `  ${JSON.stringify(name)}: ${canonical(value)}`).join(',\n')}\n}\n`;
};

/** What `collection.json` says. errors: Unsupported (a later version), Name, Decode */
export const decodeMade = (where: string, read: unknown): Either<Fault, Made> => {
  const known = checkVersion(where, read);
  if (isLeft(known)) return known;
  const decoded = madeRecord.decode(read);
  if (isLeft(decoded)) return left(problemsFault(where, 'the description of a collection', decoded.left));
  return map(({ version: _, sha256: _sum, ...made }: typeof decoded.right): Made => made)(right(decoded.right));
};

/** A description that a collection can be made from. errors: Name, Decode (as in the file), Name (a tensor named twice) */
export const checkMade = (where: string, made: Made): Either<Fault, Made> => {
  const names = made.tensors.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return left(fault('Name', where, [`the tensor ${twice}, twice`], 'tensors of different names'));
  return decodeMade(where, { version: storeVersion, ...made });
};
