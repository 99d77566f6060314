/**
 * Damaged files: each corruption is refused with its fault and its wording.
 */
import { expect, test } from 'vitest';
import { decode, decodeHeader, decodeTensor, encode } from '../../../dsl/safetensors/index.ts';
import { printFault } from '../../../shapes/fault.ts';
import { corruptions, withHeader } from '../../../proofs/dsl/corruptions.ts';
import { bad, bool, f32, good, i32 } from './helpers.ts';

const sound = good(encode('sound', new Map([['a', f32([2, 3], 1, 2, 3, 4, 5, 6)], ['b', f32([2], 7, 8)], ['n', i32([1], 9)]]), new Map([['step', '12']])));

test('the sound file is read', () => {
  expect(good(decode('sound', sound)).tensors.size).toBe(3);
});

test.each(corruptions)('$id', ({ damage, tag }) => {
  const damaged = damage(sound);
  expect(damaged).not.toEqual(sound);
  expect(bad(decode('w.safetensors', damaged))._tag).toBe(tag);
});

test('wording', () => {
  const words = corruptions.map(({ id, damage }) => `${id}\n${printFault(bad(decode('w.safetensors', damage(sound))))}`).join('\n');
  expect(words).toMatchInlineSnapshot(`
    "empty
    damaged file: w.safetensors
      given:  a file of 0 bytes
      needed: at least 8 bytes
      try:    the file was probably cut short: fetch or write it again
    length cut
    damaged file: w.safetensors
      given:  a file of 7 bytes
      needed: at least 8 bytes
      try:    the file was probably cut short: fetch or write it again
    header cut
    damaged file: w.safetensors
      given:  a header of 200 bytes in a file of 20 bytes
      needed: at least 208 bytes
      try:    the file was probably cut short: fetch or write it again
    data cut
    damaged file: w.safetensors: tensor "n"
      given:  data_offsets [32, 36], but 35 bytes of data
      needed: data up to byte 36
      try:    the file was probably cut short: fetch or write it again
    data doubled
    damaged file: w.safetensors
      given:  72 bytes of data, of which the tensors take 36
      needed: no byte after the last tensor
      try:    the file was probably written twice or joined with another
    huge header
    damaged file: w.safetensors
      given:  a header of 9223372036854776000 bytes
      needed: at most 100000000 bytes
      try:    check that this is a safetensors file
    header over the limit
    damaged file: w.safetensors
      given:  a header of 100000001 bytes
      needed: at most 100000000 bytes
      try:    check that this is a safetensors file
    header length off by one
    damaged file: w.safetensors
      given:  a header of 195 bytes: not JSON, at character 195
      needed: a JSON object in UTF-8 with each key once
      try:    check that this is a safetensors file
    not JSON
    damaged file: w.safetensors
      given:  a header of 200 bytes: not JSON, at character 15
      needed: a JSON object in UTF-8 with each key once
      try:    check that this is a safetensors file
    JSON but no object
    damaged file: w.safetensors
      given:  a header of 6 bytes: it does not begin with {
      needed: a JSON object in UTF-8 with each key once
      try:    check that this is a safetensors file
    leading space
    damaged file: w.safetensors
      given:  a header of 201 bytes: it does not begin with {
      needed: a JSON object in UTF-8 with each key once
      try:    check that this is a safetensors file
    not UTF-8
    damaged file: w.safetensors
      given:  a header of 200 bytes: not UTF-8
      needed: a JSON object in UTF-8 with each key once
      try:    check that this is a safetensors file
    duplicate key
    damaged file: w.safetensors
      given:  a header of 253 bytes: the key "a" stands there twice
      needed: a JSON object in UTF-8 with each key once
      try:    check that this is a safetensors file
    duplicate key in escapes
    damaged file: w.safetensors
      given:  a header of 258 bytes: the key "a" stands there twice
      needed: a JSON object in UTF-8 with each key once
      try:    check that this is a safetensors file
    duplicate field
    damaged file: w.safetensors
      given:  a header of 212 bytes: the key "shape" stands there twice
      needed: a JSON object in UTF-8 with each key once
      try:    check that this is a safetensors file
    metadata not text
    damaged file: w.safetensors: __metadata__
      given:  "step": 12
      needed: a string under every key
    unknown dtype
    cannot be decoded: w.safetensors: tensor "a"
      given:  dtype "F7"
      needed: one of I64, F64, F32, I32, BF16, F16, I16, I8, U8, BOOL
      try:    convert the tensor where the file is written
    dtype of an object
    cannot be decoded: w.safetensors: tensor "a"
      given:  dtype "toString"
      needed: one of I64, F64, F32, I32, BF16, F16, I16, I8, U8, BOOL
      try:    convert the tensor where the file is written
    no dtype
    cannot be decoded: w.safetensors: tensor "a"
      given:  dtype nothing
      needed: one of I64, F64, F32, I32, BF16, F16, I16, I8, U8, BOOL
      try:    convert the tensor where the file is written
    negative size
    damaged file: w.safetensors: tensor "a"
      given:  shape [-1,-2]
      needed: a list of sizes, each an integer from 0 on
    fractional size
    damaged file: w.safetensors: tensor "a"
      given:  shape [1.5]
      needed: a list of sizes, each an integer from 0 on
    size not a number
    damaged file: w.safetensors: tensor "a"
      given:  shape ["2"]
      needed: a list of sizes, each an integer from 0 on
    sizes beyond counting
    damaged file: w.safetensors: tensor "a"
      given:  shape [1099511627776,1099511627776]
      needed: a number of bytes that can be counted
    size beyond exact integers
    damaged file: w.safetensors: tensor "a"
      given:  shape [9007199254740992,2,3]
      needed: a list of sizes, each an integer from 0 on
    bytes differ from sizes
    damaged file: w.safetensors: tensor "a"
      given:  data_offsets [0, 24], 24 bytes
      needed: 4000 bytes for F32 [1000]
    range backwards
    damaged file: w.safetensors: tensor "a"
      given:  data_offsets [24, 0], -24 bytes
      needed: 24 bytes for F32 [2, 3]
    range of three
    damaged file: w.safetensors: tensor "a"
      given:  data_offsets [0,0,24]
      needed: two integers from 0 on
    out of bounds
    damaged file: w.safetensors: tensor "n"
      given:  data_offsets [36, 40], but 36 bytes of data
      needed: data up to byte 40
      try:    the file was probably cut short: fetch or write it again
    overlap
    damaged file: w.safetensors: tensor "b"
      given:  data_offsets [23, 31]; overlaps tensor "a", which ends at 24
      needed: data_offsets that begin at 24
    hole
    damaged file: w.safetensors: tensor "b"
      given:  data_offsets [28, 36]; bytes 24 to 28 belong to no tensor
      needed: data_offsets that begin at 24
    entry not an object
    damaged file: w.safetensors: tensor "a"
      given:  3
      needed: an object with dtype, shape and data_offsets"
  `);
});

test('a bool that is neither 0 nor 1, an integer beyond 32 bits, a tensor cut short', () => {
  const mask = good(encode('f', new Map([['mask', bool([2, 2], 0, 1, 1, 0)]])));
  mask[mask.length - 1] = 7;
  const wide = withHeader('{"n":{"dtype":"I64","shape":[2],"data_offsets":[0,16]}}', new Uint8Array(BigInt64Array.of(5n, 2n ** 31n).buffer));
  expect(printFault(bad(decode('w.safetensors', mask)))).toMatchInlineSnapshot(`
    "damaged file: w.safetensors: tensor "mask"
      given:  7 at [1, 1] in BOOL
      needed: an integer from 0 to 1"
  `);
  expect(printFault(bad(decode('w.safetensors', wide)))).toMatchInlineSnapshot(`
    "cannot be decoded: w.safetensors: tensor "n"
      given:  2147483648 at [1] in I64
      needed: an integer from -2147483648 to 2147483647"
  `);
  expect(printFault(bad(decodeTensor('w.safetensors', 'b', { stored: 'F32', sizes: [2], begin: 0, end: 8 }, new Uint8Array(4))))).toMatchInlineSnapshot(`
    "damaged file: w.safetensors: tensor "b"
      given:  4 bytes
      needed: 8 bytes
      try:    the file changed or was cut short while it was read"
  `);
});

test('a header alone is enough to check a file, and half a header is not', () => {
  const length = new DataView(sound.buffer).getUint32(0, true);
  expect(good(decodeHeader('f', sound.subarray(0, 8 + length), sound.length))).toEqual({
    dataStart: 8 + length,
    metadata: new Map([['step', '12']]),
    tensors: new Map([
      ['a', { stored: 'F32', sizes: [2, 3], begin: 0, end: 24 }],
      ['b', { stored: 'F32', sizes: [2], begin: 24, end: 32 }],
      ['n', { stored: 'I32', sizes: [1], begin: 32, end: 36 }],
    ]),
  });
  expect(bad(decodeHeader('f', sound.subarray(0, 20), sound.length))._tag).toBe('Corrupt');
});

test('the order of the names in the header is free', () => {
  const header = '{"b":{"dtype":"I8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}';
  expect([...good(decode('f', withHeader(header, Uint8Array.of(1, 2)))).tensors]).toEqual([['a', i32([1], 1)], ['b', i32([1], 2)]]);
});

test('every single byte of the file changed: read otherwise or refused, never an exception', () => {
  for (let at = 0; at < sound.length; at++)
    for (const flip of [0x01, 0x80, 0xff]) {
      const damaged = sound.slice();
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      expect(['Left', 'Right']).toContain(decode('f', damaged)._tag);
    }
  for (let length = 0; length < sound.length; length++) expect(bad(decode('f', sound.slice(0, length)))._tag).toBe('Corrupt');
});
