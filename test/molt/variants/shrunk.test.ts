/** Shrunk variants: they decode, keep their readings, and are small. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeVariant, encodeVariant } from '../../../molt/variants/codec.ts';
import { shrunk } from '../../../molt/variants/shrunk.ts';
import type { Variant } from '../../../molt/variants/variant.ts';
import { files } from './samples.ts';

const variantOf = (json: unknown): Variant => {
  const found = decodeVariant('a', json);
  if (found._tag === 'Left') throw new Error(JSON.stringify(found.left));
  return found.right;
};

test.each(files)('%s', (name) => {
  const variant = variantOf(JSON.parse(readFileSync(`variants/${name}`, 'utf8')));
  const small = shrunk(variant);
  expect(variantOf(encodeVariant(small))).toEqual(small);
  expect([small.adapter.kind, small.budgets]).toEqual([variant.adapter.kind, {}]);
  for (const { tokens, channels } of [...small.features.visual, ...small.features.audio]) expect([tokens < 10, channels < 20]).toEqual([true, true]);
});
