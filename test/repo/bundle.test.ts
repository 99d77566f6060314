/**
 * Shapes, the language, MoLT's blocks and the laws run in a browser: they bundle whole, and the bundle starts in a
 * world that has the web's globals and none of Node's.
 */
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build, type BuildFailure } from 'esbuild';
import { expect, test } from 'vitest';
import { root } from './tree.ts';

const entries = ['shapes/index.ts', 'dsl/index.ts', 'dsl/backends/reference/index.ts', 'molt/index.ts', 'molt/preprocess/index.ts', 'proofs/index.ts', 'proofs/molt/index.ts'];

/** What a page, a worker and Node have in common. */
const web = { console, TextEncoder, TextDecoder, URL, URLSearchParams, performance, crypto, structuredClone, setTimeout, clearTimeout, queueMicrotask, AbortController };

const failures = (error: BuildFailure): readonly string[] => error.errors.map(({ text, location }) => `${text} (${location?.file ?? '?'}:${location?.line ?? 0})`);
const bundled = async (entry: string, format: 'iife' | 'esm') =>
  build({ entryPoints: [join(root, entry)], absWorkingDir: root, bundle: true, write: false, platform: 'browser', format, globalName: 'entry', metafile: true, logLevel: 'silent' }).catch((error: BuildFailure) => failures(error));

test.each(entries)('%s bundles for the browser, and starts there', async (entry) => {
  const result = await bundled(entry, 'iife');
  if (!('metafile' in result)) return expect(result).toEqual([]);
  const outside = Object.values(result.metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect(outside).toEqual([]);
  const names: unknown = runInContext(`${result.outputFiles[0]?.text ?? ''}\nObject.keys(entry).length`, createContext({ ...web }));
  expect(names).toBeGreaterThan(0);
});

test('the tfjs backend bundles for the browser', async () => {
  const result = await bundled('dsl/backends/tfjs/index.ts', 'esm');
  if (!('metafile' in result)) return expect(result).toEqual([]);
  expect(Object.values(result.metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))).toEqual([]);
});

test('a module that needs Node does not pass', async () => {
  expect(await bundled('molt/io/files.ts', 'iife')).toEqual(expect.arrayContaining([expect.stringContaining('Could not resolve "node:fs/promises"')]));
});
