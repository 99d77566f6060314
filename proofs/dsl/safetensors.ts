/**
 * Laws of safetensors: what is written is read back, and what is damaged is refused with the right fault.
 *   1. round trip: decode ∘ encode = identity, to the bit
 *   2. deterministic: the bytes do not depend on the order of insertion
 *   3. aligned: the data start at a multiple of 8, every tensor at a multiple of its width
 *   4. anywhere: the bytes may lie at any place of a larger buffer, and are left alone
 *   5. refused: each corruption gives its fault
 * source: https://huggingface.co/docs/safetensors
 */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { decode as ownDecode, elements, encode as ownEncode, type TensorFile, type Value } from '../../dsl/index.ts';
import type { Fault } from '../../shapes/index.ts';
import { breaks, every, faults, held, must, type Verdict } from '../counter.ts';
import { law, type Law } from '../law.ts';
import { type Corruption, corruptions } from './corruptions.ts';

/** A writer and a reader. */
export interface Codec {
  readonly encode: (where: string, tensors: ReadonlyMap<string, Value>, metadata: ReadonlyMap<string, string>) => E.Either<Fault, Uint8Array>;
  readonly decode: (where: string, bytes: Uint8Array) => E.Either<Fault, TensorFile>;
}
const own: Codec = { encode: ownEncode, decode: ownDecode };

const sizes = fc.array(fc.constantFrom(0, 1, 2, 3), { maxLength: 3 });

/** A value of any type and array class, small. */
const value: fc.Arbitrary<Value> = sizes.chain((s) => {
  const length = { minLength: elements(s), maxLength: elements(s) };
  return fc.oneof(
    fc.float32Array(length).map((data): Value => ({ sizes: s, dtype: 'f32', data })),
    fc.float64Array(length).map((data): Value => ({ sizes: s, dtype: 'f32', data })),
    fc.int32Array(length).map((data): Value => ({ sizes: s, dtype: 'i32', data })),
    fc.uint8Array({ ...length, max: 1 }).map((data): Value => ({ sizes: s, dtype: 'bool', data })),
  );
});

const name = fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom('10', '9', '__proto__', 'constructor', 'a.b.weight')).map((s) => (s === '__metadata__' ? 'metadata' : s));

/** Named tensors. */
export const tensors: fc.Arbitrary<ReadonlyMap<string, Value>> = fc.array(fc.tuple(name, value), { maxLength: 6 }).map((pairs) => new Map(pairs));

/** Texts by name. */
export const metadata: fc.Arbitrary<ReadonlyMap<string, string>> = fc
  .array(fc.tuple(fc.oneof(fc.string({ maxLength: 4 }), fc.constant('__proto__')), fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 3 })
  .map((pairs) => new Map(pairs));

interface File {
  readonly all: ReadonlyMap<string, Value>;
  readonly meta: ReadonlyMap<string, string>;
}
const files: fc.Arbitrary<File> = fc.record({ all: tensors, meta: metadata });

/** Sizes, type, array class and every bit, in one line. */
const bits = ({ sizes: s, dtype, data }: Value): string => `${dtype}[${s.join()}] ${Object.prototype.toString.call(data)} ${new Uint8Array(data.buffer, data.byteOffset, data.byteLength).join()}`;
const listed = (all: ReadonlyMap<string, Value>): string => JSON.stringify([...all].map(([key, v]) => [key, bits(v)]).toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)));

const equal = (wanted: File, found: TensorFile): Verdict =>
  every([
    must(listed(found.tensors) === listed(wanted.all), () => `read ${listed(found.tensors)}`),
    must(JSON.stringify([...found.metadata].toSorted()) === JSON.stringify([...wanted.meta].toSorted()), () => `metadata ${JSON.stringify([...found.metadata])}`),
  ]);
const after = <A>(either: E.Either<Fault, A>, next: (a: A) => Verdict): Verdict => (E.isLeft(either) ? E.left(faults(either.left)) : next(either.right));

const altered = (codec: Codec, change: (bytes: Uint8Array) => Uint8Array): Codec => ({ ...codec, encode: (where, all, meta) => E.map(change)(codec.encode(where, all, meta)) });
const reading = (codec: Codec, change: (file: TensorFile) => TensorFile): Codec => ({ ...codec, decode: (where, bytes) => E.map(change)(codec.decode(where, bytes)) });
const mapValues = (file: TensorFile, f: (v: Value) => Value): TensorFile => ({ ...file, tensors: new Map([...file.tensors].map(([key, v]) => [key, f(v)])) });

const roundTrip = law<Codec, File>({
  id: 'safetensors.roundTrip',
  statement: 'decode after encode is the identity: sizes, types, names, metadata, every bit',
  tier: 'required',
  arbitrary: files,
  holds: (codec) => (file) => after(codec.encode('file', file.all, file.meta), (bytes) => after(codec.decode('file', bytes), (back) => equal(file, back))),
  mutants: [
    { name: 'forgets the metadata', mutate: (codec) => reading(codec, (file) => ({ ...file, metadata: new Map() })) },
    { name: 'through single precision', mutate: (codec) => reading(codec, (file) => mapValues(file, (v) => (v.dtype === 'f32' ? { ...v, data: Float32Array.from(v.data) } : v))) },
    { name: 'forgets the sizes', mutate: (codec) => reading(codec, (file) => mapValues(file, (v) => ({ ...v, sizes: [v.data.length] }))) },
    { name: 'names as an object has them', mutate: (codec) => reading(codec, (file) => ({ ...file, tensors: new Map(Object.entries(Object.fromEntries([...file.tensors].filter(([key]) => key !== '__proto__')))) })) },
  ],
});

const deterministic = law<Codec, File>({
  id: 'safetensors.deterministic',
  statement: 'the bytes do not depend on the order of insertion',
  tier: 'required',
  arbitrary: files,
  holds: (codec) => ({ all, meta }) =>
    after(codec.encode('file', all, meta), (bytes) => after(codec.encode('file', new Map([...all].toReversed()), new Map([...meta].toReversed())), (other) => must(bytes.join() === other.join(), () => 'other bytes for the reverse order'))),
  mutants: [{ name: 'writes the first name into the header', mutate: (codec) => ({ ...codec, encode: (where, all, meta) => codec.encode(where, all, new Map([...meta, ['first', JSON.stringify([...all.keys()][0] ?? '')]])) }) }],
});

const headerOf = (bytes: Uint8Array): { readonly start: number; readonly entries: readonly { readonly dtype: string; readonly data_offsets: readonly [number, number] }[] } => {
  const start = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header: { readonly [name: string]: { readonly dtype: string; readonly data_offsets: readonly [number, number] } } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  return { start, entries: Object.entries(header).flatMap(([key, entry]) => (key === '__metadata__' ? [] : [entry])) };
};
const widths: ReadonlyMap<string, number> = new Map([['F64', 8], ['F32', 4], ['I32', 4], ['BOOL', 1]]);

const aligned = law<Codec, File>({
  id: 'safetensors.aligned',
  statement: 'the data start at a multiple of 8, every tensor at a multiple of its width',
  tier: 'required',
  arbitrary: files,
  holds: (codec) => ({ all, meta }) =>
    after(codec.encode('file', all, meta), (bytes) => {
      const { start, entries } = headerOf(bytes);
      const wrong = entries.find(({ dtype, data_offsets: [begin] }) => begin % (widths.get(dtype) ?? NaN) !== 0);
      return must(start % 8 === 0 && wrong === undefined, () => (wrong === undefined ? `the data start at ${start}` : `a ${wrong.dtype} at ${wrong.data_offsets[0]}`));
    }),
  mutants: [{ name: 'without padding', mutate: (codec) => altered(codec, (bytes) => spaced(bytes, 3)) }],
});

/** The same file with more spaces after the header. */
const spaced = (bytes: Uint8Array, more: number): Uint8Array => {
  const { start } = headerOf(bytes);
  const out = new Uint8Array(bytes.length + more).fill(0x20);
  out.set(bytes.subarray(0, start));
  out.set(bytes.subarray(start), start + more);
  new DataView(out.buffer).setUint32(0, start - 8 + more, true);
  return out;
};

const anywhere = law<Codec, File & { readonly shift: number }>({
  id: 'safetensors.anywhere',
  statement: 'a file may begin at any byte of a larger buffer; its values outlive the buffer',
  tier: 'required',
  arbitrary: fc.record({ all: tensors, meta: metadata, shift: fc.integer({ min: 1, max: 7 }) }),
  holds: (codec) => ({ all, meta, shift }) =>
    after(codec.encode('file', all, meta), (bytes) => {
      const larger = new Uint8Array(bytes.length + shift);
      larger.set(bytes, shift);
      return after(codec.decode('file', larger.subarray(shift)), (back) => {
        larger.fill(0xff);
        return equal({ all, meta }, back);
      });
    }),
  mutants: [{ name: 'shares the buffer', mutate: (codec) => ({ ...codec, decode: (where, bytes) => E.map((file: TensorFile) => mapValues(file, (v) => (v.dtype === 'bool' && v.data.length > 0 ? { ...v, data: bytes.subarray(bytes.length - v.data.length) } : v)))(codec.decode(where, bytes)) }) }],
});

const filled = (n: number): fc.Arbitrary<Value> => fc.float32Array({ minLength: n, maxLength: n, noNaN: true }).map((data): Value => ({ sizes: [n], dtype: 'f32', data }));
/** A file with a tensor "a" and a later one "b" that has data, and others. */
const sound: fc.Arbitrary<File> = fc
  .record({ a: fc.integer({ min: 2, max: 5 }).chain(filled), b: fc.integer({ min: 1, max: 4 }).chain(filled), more: fc.array(fc.tuple(fc.constantFrom('c', 'n', 'x.y'), value), { maxLength: 3 }), meta: fc.constantFrom<ReadonlyMap<string, string>>(new Map(), new Map([['step', '12']])) })
  .map(({ a, b, more, meta }) => ({ all: new Map<string, Value>([['a', a], ['b', b], ...more.filter(([, v]) => v.data.length > 0)]), meta }));

const refused = law<Codec, { readonly file: File; readonly corruption: Corruption }>({
  id: 'safetensors.refused',
  statement: 'every kind of damage is refused, with the fault that names it',
  tier: 'required',
  arbitrary: fc.record({ file: sound, corruption: fc.constantFrom(...corruptions) }),
  show: ({ file, corruption }) => `${corruption.id}: ${listed(file.all)}`,
  holds: (codec) => ({ file, corruption }) =>
    after(codec.encode('file', file.all, file.meta), (bytes) => {
      const damaged = corruption.damage(bytes);
      const found = codec.decode('file', damaged);
      if (damaged.join() === bytes.join()) return breaks(`${corruption.id} damages nothing`);
      return E.isRight(found) ? breaks(`${corruption.id} is read as ${listed(found.right.tensors)}`) : found.left._tag === corruption.tag ? held : breaks(`${corruption.id} gives ${found.left._tag}, wanted ${corruption.tag}`);
    }),
  mutants: [
    { name: 'reads anything', mutate: (codec) => ({ ...codec, decode: (where, bytes) => E.right(E.getOrElse((): TensorFile => ({ tensors: new Map(), metadata: new Map() }))(codec.decode(where, bytes))) }) },
    { name: 'calls everything corrupt', mutate: (codec) => ({ ...codec, decode: (where, bytes) => E.mapLeft((fault: Fault): Fault => ({ ...fault, _tag: 'Corrupt' }))(codec.decode(where, bytes)) }) },
    { name: 'reads files that are too long', mutate: (codec) => ({ ...codec, decode: (where, bytes) => { const found = codec.decode(where, bytes); return E.isLeft(found) && found.left.given[0]?.includes('of which the tensors take') ? E.right({ tensors: new Map(), metadata: new Map() }) : found; } }) },
  ],
});

/** The laws of a writer and reader of the format. */
export const safetensorsLaws = (codec: Codec = own): readonly Law[] => [roundTrip(codec), deterministic(codec), aligned(codec), anywhere(codec), refused(codec)];
