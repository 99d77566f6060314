/**
 * Modules of users: loaded as they are, from where they lie; what cannot be loaded says why.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Exports, type Find, loadModule } from '../../../molt/prove/load.ts';
import { printFault } from '../../../shapes/fault.ts';

const cache = new URL('../../../.cache/', import.meta.url).pathname;
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'prove-'));
const files = {
  'plain.mjs': 'export const one = 1;\n',
  'typed.ts': "import type { Either } from 'fp-ts/lib/Either.js';\nimport { right } from 'fp-ts/lib/Either.js';\nimport { two } from './beside.ts';\nexport const one: Either<string, number> = right(two - 1);\n",
  'beside.ts': 'export const two: number = 2;\n',
  'throws.mjs': "throw new Error('no luck');\n",
  'broken.ts': 'export const one: number = ;\n',
  'lost.ts': "import { two } from './nowhere.ts';\nexport const one = two;\n",
  'stranger.mjs': "import 'a-package-that-nobody-has';\n",
  'shape.ts': "import { input, add } from '../../dsl/index.ts';\nimport { dim } from '../../shapes/index.ts';\nconst b: any = dim(3);\nexport const one = add(input('x', dim(2)), input('y', b));\n",
} as const;
beforeAll(() => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = async (name: string, find?: Find): Promise<Exports | string> => {
  const found = await loadModule(join(folder, name), ...(find === undefined ? [] : [find]))();
  return isLeft(found) ? printFault(found.left).replaceAll(`${folder}/`, '') : found.right;
};

test('JavaScript by Node, TypeScript through esbuild, with packages and files as they mean beside it; nothing is left behind', async () => {
  expect(await load('plain.mjs')).toEqual({ one: 1 });
  expect(await load('typed.ts')).toEqual({ one: { _tag: 'Right', right: 1 } });
  expect(readdirSync(folder).toSorted()).toEqual(Object.keys(files).toSorted());
});

test('without esbuild a TypeScript module says what to install', async () => {
  expect(await load('typed.ts', () => Promise.resolve(undefined))).toMatchInlineSnapshot(`
    "not supported: typed.ts
      given:  a TypeScript module, and no esbuild
      needed: esbuild, which turns it into JavaScript
      try:    npm install --save-dev esbuild, or compile the module and give the .js file"
  `);
  expect(await load('plain.mjs', () => Promise.resolve(undefined))).toEqual({ one: 1 });
});

test('what is wrong with a module is said', async () => {
  expect(await load('none.ts')).toMatch(/name mismatch: none\.ts[^]*ENOENT[^]*check the path/);
  expect(await load('notes.md')).toContain("a file that ends in '.md'");
  expect(await load('throws.mjs')).toMatch(/cannot be decoded: throws\.mjs\n +given: +no luck/);
  expect(await load('broken.ts')).toMatch(/broken\.ts:1:27[^]*Unexpected ";"/);
  expect(await load('lost.ts')).toContain('Could not resolve "./nowhere.ts"');
  expect(await load('stranger.mjs')).toMatch(/a-package-that-nobody-has[^]*install what it imports/);
  expect(await load('shape.ts')).toMatch(/\[2\][^]*\[3\]/);
});
