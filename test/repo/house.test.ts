/**
 * The house keeps its word: headers name files that exist, nothing names the machine it was written on.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './tree.ts';

const walk = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['node_modules', 'dist', '.git', '.cache', 'report', 'coverage'].includes(relative(root, path)) ? [] : walk(path);
    return /\.(ts|mjs|md|json|py|html|yml)$/.test(entry.name) || entry.name === 'run' ? [relative(root, path).split(sep).join('/')] : [];
  });
const files = walk(root);
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const sources = files.filter((file) => /^(shapes|dsl|molt|proofs|tools)\/.*\.(ts|mjs)$/.test(file));

test('every path that a header names exists', () => {
  const broken = sources.flatMap((file) => {
    const [header = ''] = /^(#!.*\n)?\/\*\*[\s\S]*?\*\//.exec(text(file)) ?? [];
    const named = [...header.matchAll(/(?<![\w/.-])(?:shapes|dsl|molt|proofs|test|tools)\/[\w./-]*\.(?:ts|mjs|py|safetensors)\b/g)].map(([path]) => path);
    return named.filter((path) => !existsSync(join(root, path))).map((path) => `${file}: ${path}`);
  });
  expect(broken).toEqual([]);
});

test('every path that CONTRIBUTING names exists', () => {
  const named = [...text('CONTRIBUTING.md').matchAll(/`((?:shapes|dsl|molt|proofs|test|tools)\/[\w./-]*)`/g)].map(([, path]) => path ?? '');
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('nothing names the machine or the folders around the repository', () => {
  const foreign = new RegExp(['/work' + '/(?:main|shared)', '/root' + '/', '\\.\\./' + 'shared', '\\.' + 'library/'].join('|'));
  expect(files.filter((file) => foreign.test(text(file)))).toEqual([]);
});

test('the house has its papers', () => {
  for (const name of ['README.md', 'LICENSE', 'NOTICE', 'CONTRIBUTING.md', '.ci/run']) expect(existsSync(join(root, name)), name).toBe(true);
});
