/**
 * Modules of users: loaded as they are, from where they lie; what cannot be loaded says why.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Exports, type Find, loadModule, loadPlaced } from '../../../molt/prove/load.ts';
import { framesOf, type Place } from '../../../molt/prove/places.ts';
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

test('places: of what the module threw, of what does not parse, of a stack', async () => {
  const placesOf = async (name: string): Promise<readonly Place[]> => ((found) => (isLeft(found) ? found.left.places : []))(await loadPlaced(join(folder, name))());
  const own = (places: readonly Place[]): readonly (readonly [string, number])[] => places.filter(({ file }) => file.startsWith(folder)).map(({ file, line }) => [file.slice(folder.length + 1), line]);
  expect(own(await placesOf('throws.mjs'))[0]).toEqual(['throws.mjs', 1]);
  expect(own(await placesOf('shape.ts'))[0]).toEqual(['shape.ts', 4]);
  expect(await placesOf('broken.ts')).toEqual([{ file: join(folder, 'broken.ts'), line: 1, column: 28 }]);
  expect(await placesOf('none.ts')).toEqual([]);
  expect(framesOf('Error: at /not/a/frame:1:2\n    at f (file:///a%20b/c.js:3:4)\n    at async /d e/f.ts:5:6\n    at new G (/h.js:7:8)\n    at node:internal/x:9:1\n    at <anonymous>')).toEqual([
    { file: '/a b/c.js', line: 3, column: 4 }, { file: '/d e/f.ts', line: 5, column: 6 }, { file: '/h.js', line: 7, column: 8 },
  ]);
});
