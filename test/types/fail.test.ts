/**
 * Programs that must not compile: each error stands where its file says, for the reason that its file says.
 * idea:  `// error: <cause>` above a line of `fail/*.ts` states the last line of the compiler's message, up to notes about
 *        what a type parameter might have been. A line without one has no error.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileProject, type PrintedError } from './command-line.ts';
import { root } from './compiler.ts';

const folder = 'test/types/fail';
const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.ts'));

/** The line that says why: the last one that is not a note; a product or sum of dims is not taken apart. */
const cause = ({ lines }: PrintedError): string =>
  lines.find((line) => /^Type '(Mul|Add)<\w+, \w+>' is not assignable to type/.test(line)) ?? lines.filter((line) => !/is assignable to the constraint of type/.test(line)).at(-1) ?? '';

/** What a file says of itself. */
const statedIn = (name: string): readonly { readonly line: number; readonly cause: string }[] => {
  const lines = readFileSync(join(root, folder, name), 'utf8').split('\n');
  const said = lines.map((line) => /^\s*\/\/ error: (.*)$/.exec(line)?.[1]);
  const below = (i: number): number => (said[i] === undefined ? i + 1 : below(i + 1));
  return said.flatMap((text, i) => (text === undefined ? [] : [{ line: below(i), cause: text }]));
};
const byPlace = (a: { line: number; cause: string }, b: { line: number; cause: string }): number => a.line - b.line || a.cause.localeCompare(b.cause);

test.each(names)('%s says why it must not compile', (name) => {
  expect(readFileSync(join(root, folder, name), 'utf8').startsWith('/**\n * ')).toBe(true);
  expect(statedIn(name)).not.toEqual([]);
});

describe.each(['TypeScript 7', 'TypeScript 6'] as const)('%s', (version) => {
  const errors = compileProject(version, folder);
  test.each(names)('%s fails where and as it says', (name) => {
    const found = errors.filter((e) => e.file === name).map((e) => ({ line: e.line, cause: cause(e) }));
    expect(found.sort(byPlace)).toEqual([...statedIn(name)].sort(byPlace));
  });
  test('nothing else fails', () => {
    expect(errors.filter((e) => !names.includes(e.file))).toEqual([]);
  });
});
