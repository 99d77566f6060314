/**
 * Corruptions: every way in which a safetensors file is damaged, each with the fault that it must give.
 * idea:  pure functions over the bytes of a sound file, so that a law can run them over random files.
 */
import type { FaultTag } from '../../shapes/index.ts';

export interface Corruption {
  readonly id: string;
  readonly tag: FaultTag;
  /** the damaged bytes; the file given has a tensor "a" of type F32 and at least one more tensor with data */
  readonly damage: (sound: Uint8Array) => Uint8Array;
}

const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(parts.flatMap((part) => [...part]));

const lengthField = (n: bigint): Uint8Array => new Uint8Array(new BigUint64Array([n]).buffer);

const headerText = (file: Uint8Array): string => {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return new TextDecoder().decode(file.subarray(8, 8 + length));
};

const dataOf = (file: Uint8Array): Uint8Array => file.subarray(8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true)));

/** A file with this header, as it stands, before the same data. */
export const withHeader = (header: string | Uint8Array, data: Uint8Array): Uint8Array => {
  const bytes = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  return join(lengthField(BigInt(bytes.length)), bytes, data);
};

const rewritten = (change: (header: string) => string) => (file: Uint8Array): Uint8Array => withHeader(change(headerText(file)), dataOf(file));

interface Raw {
  dtype: unknown;
  shape: unknown;
  data_offsets: [number, number];
}
const moved = (entry: Raw, by: number): void => {
  entry.data_offsets = [entry.data_offsets[0] + by, entry.data_offsets[1] + by];
};

/** Changes the entries in the order of their data. */
const entries = (change: (a: Raw, all: Raw[]) => void) =>
  rewritten((text) => {
    const header: Record<string, Raw> = JSON.parse(text);
    const all = Object.entries(header).flatMap(([name, entry]) => (name === '__metadata__' ? [] : [entry])).toSorted((x, y) => x.data_offsets[0] - y.data_offsets[0]);
    const a = header['a'];
    if (a !== undefined) change(a, all);
    return JSON.stringify(header);
  });

const corrupt = (id: string, damage: Corruption['damage'], tag: FaultTag = 'Corrupt'): Corruption => ({ id, tag, damage });

export const corruptions: readonly Corruption[] = [
  corrupt('empty', () => new Uint8Array(0)),
  corrupt('length cut', (file) => file.slice(0, 7)),
  corrupt('header cut', (file) => file.slice(0, 20)),
  corrupt('data cut', (file) => file.slice(0, -1)),
  corrupt('data doubled', (file) => join(file, dataOf(file))),
  corrupt('huge header', (file) => join(lengthField(2n ** 63n), file.subarray(8))),
  corrupt('header over the limit', (file) => join(lengthField(100_000_001n), file.subarray(8))),
  corrupt('header length off by one', (file) => join(lengthField(BigInt(headerText(file).trimEnd().length - 1)), file.subarray(8))),
  corrupt('not JSON', rewritten((text) => text.replace(':', '='))),
  corrupt('JSON but no object', rewritten(() => '[1, 2]')),
  corrupt('leading space', rewritten((text) => ` ${text}`)),
  corrupt('not UTF-8', (file) => withHeader(new TextEncoder().encode(headerText(file)).map((byte) => (byte === 0x61 ? 0xff : byte)), dataOf(file))),
  corrupt('duplicate key', rewritten((text) => text.replace('"a":', '"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":'))),
  corrupt('duplicate key in escapes', rewritten((text) => text.replace('"a":', '"\\u0061":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":'))),
  corrupt('duplicate field', rewritten((text) => text.replace('"shape":', '"shape":[7],"shape":'))),
  corrupt('metadata not text', rewritten((text) => text.replace('{', '{"__metadata__":{"step":12},').replace(/,"__metadata__":\{[^}]*\}/, ''))),
  corrupt('unknown dtype', entries((a) => (a.dtype = 'F7')), 'Decode'),
  corrupt('dtype of an object', entries((a) => (a.dtype = 'toString')), 'Decode'),
  corrupt('no dtype', entries((a) => (a.dtype = undefined)), 'Decode'),
  corrupt('negative size', entries((a) => (a.shape = [-1, -2]))),
  corrupt('fractional size', entries((a) => (a.shape = [1.5]))),
  corrupt('size not a number', entries((a) => (a.shape = ['2']))),
  corrupt('sizes beyond counting', entries((a) => (a.shape = [2 ** 40, 2 ** 40]))),
  corrupt('size beyond exact integers', rewritten((text) => text.replace('"shape":[', '"shape":[9007199254740993,'))),
  corrupt('bytes differ from sizes', entries((a) => (a.shape = [1000]))),
  corrupt('range backwards', entries((a) => (a.data_offsets = [a.data_offsets[1], a.data_offsets[0]]))),
  corrupt('range of three', rewritten((text) => text.replace('"data_offsets":[', '"data_offsets":[0,'))),
  corrupt('out of bounds', entries((_, all) => all.slice(-1).forEach((last) => moved(last, 4)))),
  corrupt('overlap', entries((_, all) => all.slice(1, 2).forEach((second) => moved(second, -1)))),
  corrupt('hole', (file) => join(
    entries((_, all) => all.slice(1).forEach((entry) => moved(entry, 4)))(file),
    new Uint8Array(4),
  )),
  corrupt('entry not an object', rewritten((text) => text.replace(/"a":\{[^}]*\}/, '"a":3'))),
];
