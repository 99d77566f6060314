/** PyTorch files and LFS pointers are told from safetensors files by their first bytes, and the way out is one command. */
import { expect, test } from 'vitest';
import { conversion, foreignFault } from '../../../molt/weights/pickle.ts';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const text = (s: string): Uint8Array => new TextEncoder().encode(s);

test.each([
  ['a zip, as PyTorch saves since 1.6', text('PK\u0003\u0004\u0000\u0000\u0008\u0008'), 'Unsupported'],
  ['the magic number of older PyTorch', bytes(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46), 'Unsupported'],
  ['a bare pickle', bytes(0x80, 4, 0x95, 0x10, 0, 0, 0, 1), 'Unsupported'],
  ['a pointer of Git LFS', text('version https://git-lfs.github.com/spec/v1'), 'Corrupt'],
] as const)('%s', (_what, begin, tag) => {
  expect(foreignFault('a.bin', begin)?._tag).toBe(tag);
});

test.each([
  ['a short header', bytes(0x80, 2, 0, 0, 0, 0, 0, 0)], ['a header of 0x4b50 bytes', bytes(0x50, 0x4b, 0, 0, 0, 0, 0, 0)], ['nothing', bytes()], ['an index', text('{"weight')],
] as const)('%s may be a safetensors file', (_what, begin) => {
  expect(foreignFault('a.bin', begin)).toBeUndefined();
});

test('one line, without running what the file holds; paths quoted where a shell needs it', () => {
  const command = conversion('my weights/it\'s.pth');
  expect(command).not.toContain('\n');
  expect(command).toContain('weights_only=True');
  expect(command).toMatch(/ 'my weights\/it'\\''s\.pth' 'my weights\/it'\\''s\.safetensors'$/);
  expect(conversion('HTSAT_AudioSet_Saved_1.ckpt')).toMatch(/ HTSAT_AudioSet_Saved_1\.ckpt HTSAT_AudioSet_Saved_1\.safetensors$/);
  expect(conversion('a/model.pth.tar')).toMatch(/ a\/model\.safetensors$/);
});
