/**
 * Helpers of the store's tests: a small description, items whose numbers follow from their name, a folder that is removed.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { random } from '../../../dsl/index.ts';
import type { Item, Made } from '../../../molt/store/index.ts';
import { sha256 } from '../../../molt/store/index.ts';

export const made = (over: Partial<Made> = {}): Made => ({
  backbone: 'tiny',
  config: { kind: 'swinv2', image: 64, depths: [2, 2] },
  weights: sha256('weights'),
  preprocessing: 'ave v1',
  position: 'late',
  modality: 'visual',
  dtype: 'f16',
  tensors: [{ name: 'visual.0', sizes: [3, 4] }, { name: 'visual.1', sizes: [2, 5] }],
  segments: 2,
  ...over,
});

/** The hash of the i-th input. */
export const input = (i: number): string => sha256(`input ${i}`);

/** Features of the i-th item: always the same. */
export const item = (description: Made, i: number): Item => ({
  input: input(i),
  tensors: new Map(description.tensors.map(({ name, sizes }) => {
    const all = [description.segments, ...sizes];
    const numbers = random.normal(random.named(random.key(i), name), all.reduce((a, b) => a * b, 1));
    return [name, { sizes: all, dtype: 'f32', data: Float32Array.from(numbers) }];
  })),
});

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
