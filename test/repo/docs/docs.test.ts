/**
 * The documentation is true: every example compiles and runs, every refusal it shows is the compiler's.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '../tree.ts';
import { checkSnippets } from './check.ts';
import { fromMarkdown, fromSource, type Snippet } from './snippet.ts';

const walk = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : entry.name.endsWith('.ts') ? [path] : [];
  });
const named = (path: string): string => relative(root, path).split(sep).join('/');
const readme = existsSync(join(root, 'README.md')) ? readFileSync(join(root, 'README.md'), 'utf8') : '';

/** docs/*.md */
const guides = existsSync(join(root, 'docs')) ? readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`) : [];
const sources = ['shapes', 'dsl', 'molt', 'proofs'].flatMap((name) => walk(join(root, name)));
const ours: readonly Snippet[] = [
  ...sources.flatMap((path) => fromSource(named(path), readFileSync(path, 'utf8'))),
  ...['README.md', 'CONTRIBUTING.md', ...guides].filter((name) => existsSync(join(root, name))).flatMap((name) => fromMarkdown(name, readFileSync(join(root, name), 'utf8'))),
];

/** Snippets about the checker itself: what is good, and each way of being wrong. */
const fixture = (from: string, text: string): Snippet => {
  const [one] = fromMarkdown(from, `\`\`\`ts\n${text}\n\`\`\``);
  if (one === undefined) throw new Error(`no snippet in ${text}`);
  return { ...one, from };
};
const fixtures: readonly Snippet[] = [
  fixture('good', "import assert from 'node:assert';\nassert.equal(1 + 1, 2);"),
  fixture('throws', "import assert from 'node:assert';\nassert.equal(1 + 1, 3);"),
  fixture('ill typed', "const x: string = 1;"),
  fixture('refused', "const x: string = 1; // error: Type 'number' is not assignable to type 'string'"),
  fixture('refused above', "const x: string = 1;\n// error: is not assignable to type 'string'"),
  fixture('not refused', 'const x: number = 1; // error: is not assignable'),
  fixture('refused elsewise', "const x: string = 1; // error: is not assignable to type 'boolean'"),
  fixture('private', "import { fault } from 'molt/shapes/fault';\nfault;"),
];

describe('documentation', () => {
  let problems: ReadonlyMap<string, readonly string[]> = new Map();
  beforeAll(async () => {
    problems = await checkSnippets([...ours, ...fixtures]);
  });

  test.each(ours)('$from', ({ from }) => {
    expect(problems.get(from)?.join('\n')).toBe('');
  });

  test('the checker passes what is right', () => {
    for (const name of ['good', 'refused', 'refused above']) expect(problems.get(name), name).toEqual([]);
  });

  test('the checker says what is wrong', () => {
    expect(problems.get('throws')?.join()).toContain('AssertionError');
    expect(problems.get('ill typed')).toEqual(["line 1: error TS2322: Type 'number' is not assignable to type 'string'."]);
    expect(problems.get('not refused')).toEqual(['line 1 should be refused with: is not assignable']);
    expect(problems.get('refused elsewise')).toHaveLength(2);
    expect(problems.get('private')?.join()).toContain("Cannot find module 'molt/shapes/fault'");
  });
});

describe('extraction', () => {
  test('an example ends at the next tag or with the comment; its line is known', () => {
    const text = "/**\n * Words.\n * @example\n * const a = 1;\n *\n * const b = 2;\n * @since 1\n */\nexport const x = 1;\n/** @example\n * ```ts\n * x;\n * ```\n */\n";
    expect(fromSource('f.ts', text).map(({ from, text: code }) => [from, code.trim()])).toEqual([
      ['f.ts:4', 'const a = 1;\n\nconst b = 2;'],
      ['f.ts:11', 'x;'],
    ]);
  });

  test('only ts blocks of Markdown count; one with refusals, or marked types, is not run', () => {
    const text = '```sh\nnpm test\n```\n\n```ts\nf(1);\n```\n\n```ts types\ng(1);\n```\n```ts\nh(1); // error: no\n```\n';
    expect(fromMarkdown('R.md', text).map(({ from, run }) => [from, run])).toEqual([
      ['R.md:6', true],
      ['R.md:10', false],
      ['R.md:13', false],
    ]);
  });
});

describe('README', () => {
  test('opens with the idea in code before line 15: a shape in a type, and the error it prevents', () => {
    const first = fromMarkdown('README.md', readme)[0];
    expect(Number(first?.from.split(':')[1])).toBeLessThan(15);
    expect(first?.refusals.length).toBeGreaterThan(0);
  });

  test('its test command is the one that .ci/run runs', () => {
    const run = readFileSync(join(root, '.ci/run'), 'utf8').split('\n').filter((line) => line.startsWith('npm '));
    expect(run).toHaveLength(1);
    expect(readme.split('\n').map((line) => line.trim())).toContain(run[0]);
  });
});
