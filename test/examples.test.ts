/**
 * Every example runs; its assertions are its own.
 */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../examples/', import.meta.url);

test.each(readdirSync(folder).filter((name) => name.endsWith('.ts')))('%s', async (name) => {
  await expect(import(new URL(name, folder).href)).resolves.toBeDefined();
});
