/**
 * The wording of compile errors: what TypeScript 7 prints for the commonest mistakes, in full.
 * not:   the lines and causes under both compilers; test/types/fail.test.ts checks those for these programs too.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileProject } from '../types/command-line.ts';
import { root } from '../types/compiler.ts';

test('the twelve commonest compile errors', async () => {
  const lines = readFileSync(join(root, 'test/types/fail/commonest.ts'), 'utf8').split('\n');
  const errors = compileProject('TypeScript 7', 'test/types/fail').filter((e) => e.file === 'commonest.ts');
  const titled = lines.flatMap((line, i) => (/^\/\/ \d+\. /.test(line) ? [{ title: line.slice(3), from: i + 1 }] : []));
  const told = titled.map(({ title, from }, i) => {
    const to = titled[i + 1]?.from ?? lines.length;
    const own = errors.filter((e) => e.line > from && e.line <= to);
    return [title, ...own.flatMap((e) => [`  ${lines[e.line - 1]?.trim()}`, ...e.lines.map((l, depth) => `    ${'  '.repeat(depth)}${l}`)])].join('\n');
  });
  expect(titled).toHaveLength(12);
  expect(errors).toHaveLength(12);
  await expect(`${told.join('\n\n')}\n`).toMatchFileSnapshot('compile.golden.txt');
});
