/**
 * The digest of a file.
 */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestOf } from '../../../molt/media/index.ts';
import { at, bad, folder, good, save } from './clips.ts';

test.each([0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 2 ** 21 + 12345])('%i bytes', async (length) => {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 2654435761) >>> 13);
  expect(good(await digestOf(save(`${length}.bin`, bytes))())).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test('the published value of an empty file', async () => {
  expect(good(await digestOf(save('empty.bin', new Uint8Array(0)))())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('no file, and a folder, are faults', async () => {
  expect(bad(await digestOf(at('none.bin'))())).toMatchObject({ _tag: 'Name', where: at('none.bin') });
  expect(bad(await digestOf(folder)())._tag).toBe('Name');
});
