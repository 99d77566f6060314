/**
 * The lengths that headers promise, against the file's own.
 */
import { expect, test } from 'vitest';
import { whole } from '../../../molt/media/whole.ts';
import { bad, good, save, wav } from './clips.ts';

const letters = (text: string): readonly number[] => Array.from(text, (c) => c.charCodeAt(0));
const bigEndian = (value: number, bytes: number): readonly number[] => Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);
const littleEndian = (value: number, bytes: number): readonly number[] => [...bigEndian(value, bytes)].reverse();
const zeros = (length: number): readonly number[] => Array.from({ length }, () => 0);

const box = (name: string, length: number): readonly number[] => [...bigEndian(8 + length, 4), ...letters(name), ...zeros(length)];
const longBox = (name: string, length: number): readonly number[] => [0, 0, 0, 1, ...letters(name), ...bigEndian(16 + length, 8), ...zeros(length)];
const riff = (kind: string, length: number): readonly number[] => [...letters('RIFF'), ...littleEndian(4 + length, 4), ...letters(kind), ...zeros(length)];
const segment = (size: readonly number[], length: number): readonly number[] => [0x1a, 0x45, 0xdf, 0xa3, 0x84, 0, 0, 0, 0, 0x18, 0x53, 0x80, 0x67, ...size, ...zeros(length)];
const page = (segments: readonly number[]): readonly number[] => [...letters('OggS'), ...zeros(22), segments.length, ...segments, ...zeros(segments.reduce((a, b) => a + b, 0))];
const rf64 = (length: number): readonly number[] => [
  ...letters('RF64'), 255, 255, 255, 255, ...letters('WAVEds64'), ...littleEndian(28, 4), ...zeros(8), ...littleEndian(length, 8), ...zeros(12), ...letters('data'), 255, 255, 255, 255, ...zeros(length),
];

const files: readonly (readonly [string, readonly number[]])[] = [
  ['a film', [...box('ftyp', 16), ...box('moov', 100), ...box('mdat', 500)]],
  ['a film with a box of 64-bit length', [...box('ftyp', 16), ...longBox('mdat', 500)]],
  ['a film in fragments', [...box('ftyp', 16), ...box('moov', 90), ...box('moof', 20), ...box('mdat', 50), ...box('moof', 20), ...box('mdat', 50)]],
  ['AVI', riff('AVI ', 300)],
  ['long AVI', [...riff('AVI ', 300), ...riff('AVIX', 200)]],
  ['Matroska', segment([0x41, 0x2c], 300)],
  ['Matroska, length in eight bytes', segment([0x01, 0, 0, 0, 0, 0, 0x01, 0x2c], 300)],
  ['Ogg', [...page([30, 255]), ...page([255, 255, 7])]],
  ['WAVE', [...wav(16000, 200, new Uint8Array(200))]],
  ['RF64', rf64(400)],
];

test.each(files)('%s: whole as it is, cut wherever it ends early', async (_, bytes) => {
  expect(good(await whole(save('w.bin', Uint8Array.from(bytes)))())).toBe('whole');
  for (const missing of [1, 2, 40]) {
    expect(bad(await whole(save('c.bin', Uint8Array.from(bytes.slice(0, -missing))))())).toMatchObject({
      _tag: 'Corrupt', needed: 'a whole file', given: [expect.stringMatching(new RegExp(`ends at byte ${bytes.length}, the file after ${bytes.length - missing}: ${missing} bytes are missing$`))],
    });
  }
});

test.each([
  ['a last box without length', [...box('ftyp', 16), 0, 0, 0, 0, ...letters('mdat'), ...zeros(50)]],
  ['something behind a film', [...box('ftyp', 16), ...box('mdat', 50), ...letters('junk, and more of it')]],
  ['Matroska of unknown length', segment([0x01, 255, 255, 255, 255, 255, 255, 255], 300)],
  ['AVI of unknown length', [...letters('RIFF'), 0, 0, 0, 0, ...letters('AVI '), ...zeros(99)]],
  ['another format', [...letters('fLaC'), 0, 0, 0, 34, ...zeros(400)]],
  ['a few bytes', [1, 2, 3]],
  ['a box shorter than its header', [...bigEndian(4, 4), ...letters('moov'), ...zeros(40)]],
])('%s passes', async (_, bytes) => {
  expect(good(await whole(save('p.bin', Uint8Array.from(bytes)))())).toBe('whole');
});

test.each([0xffffffff, 0x7fffffff, 0x80000000, 0x7ffff000, 0])('a WAVE file that says %i was written without knowing', async (length) => {
  expect(good(await whole(save('s.wav', wav(8000, length, new Uint8Array(64))))())).toBe('streamed');
});

test.each([['#EXTM3U\n#EXTINF:10,\nhttp://x/y\n', '#EXTM3U #EXTINF:10, http://x/y'], ['<html>\r\n<body>', '<html> <body>'], [' \t', '']])('%j is text', async (text, begins) => {
  expect(bad(await whole(save('t.mp4', Uint8Array.from(letters(text))))())).toMatchObject({ _tag: 'Decode', given: [`a file of text, which begins with ${JSON.stringify(begins)}`] });
});
