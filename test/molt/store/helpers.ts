/**
 * Helpers of the store's tests: a folder that is removed, and what is in it.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export { input, item, made } from './described.ts';

/** A folder for one test file, removed after it. */
export const scratch = async (): Promise<(...parts: readonly string[]) => string> => {
  const folder = await mkdtemp(join(tmpdir(), 'molt-store-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return (...parts) => join(folder, ...parts);
};

/** Every file below a folder, by path, with its bytes in hexadecimal digits. */
export const files = async (folder: string): Promise<ReadonlyMap<string, string>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
  const read = await Promise.all(paths.map(async (path) => [path.slice(folder.length + 1), (await readFile(path)).toString('hex')] as const));
  return new Map(read);
};
