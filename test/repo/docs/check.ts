/**
 * Compile and run snippets as a reader would, with the package's subpaths standing for our sources.
 * idea:  one project, one compilation, one process for all of them: each snippet is a module of its own.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { node, root, write } from '../tree.ts';
import type { Snippet } from './snippet.ts';

/** The public subpaths and their sources: { 'molt/dsl': '<root>/dsl/index.ts' }. */
const subpaths = (): Readonly<Record<string, string>> => {
  const { exports }: { readonly exports: Readonly<Record<string, string | { readonly default: string }>> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.fromEntries(
    Object.entries(exports).flatMap(([name, to]) => (typeof to === 'string' ? [] : [[`molt${name.slice(1)}`, join(root, to.default.replace('./dist/', '').replace(/\.js$/, '.ts'))]])),
  );
};

interface Diagnostic {
  readonly line: number;
  readonly text: string;
}

/** What tsc printed, by file name; an error goes on over the indented lines below it. */
const diagnostics = (printed: string): ReadonlyMap<string, readonly Diagnostic[]> => {
  const found = new Map<string, Diagnostic[]>();
  let last: { file: string; line: number; text: string } | undefined;
  const close = (): void => {
    if (last !== undefined) found.set(last.file, [...(found.get(last.file) ?? []), { line: last.line, text: last.text }]);
  };
  for (const line of printed.split('\n')) {
    const [, file, at, text] = /^(.+?)\((\d+),\d+\): (error .*)$/.exec(line) ?? [];
    if (file !== undefined && text !== undefined) {
      close();
      last = { file: basename(file), line: Number(at), text };
    } else if (last !== undefined && line.startsWith('  ')) last.text += `\n${line}`;
  }
  close();
  return found;
};

const judge = ({ refusals }: Snippet, said: readonly Diagnostic[]): readonly string[] => {
  const fits = (text: string, line: number) => (one: Diagnostic) => one.line === line && one.text.includes(text);
  return [
    ...refusals.filter(({ line, text }) => !said.some(fits(text, line))).map(({ line, text }) => `line ${line} should be refused with: ${text}`),
    ...said.filter((one) => !refusals.some(({ line, text }) => fits(text, line)(one))).map(({ line, text }) => `line ${line}: ${text}`),
  ];
};

/** Imports each module named in argv; writes what was thrown to the first argument. */
const runner = `import { writeFileSync } from 'node:fs';
const [into, ...names] = process.argv.slice(2);
const thrown = {};
for (const name of names) {
  thrown[name] = 'did not end';
  writeFileSync(into, JSON.stringify(thrown));
  try { await import('./' + name); delete thrown[name]; } catch (error) { thrown[name] = String(error?.stack ?? error); }
}
writeFileSync(into, JSON.stringify(thrown));
process.exit(0);
`;

/** What is wrong with each snippet, by its place; an empty list for a good one. */
export const checkSnippets = async (snippets: readonly Snippet[]): Promise<ReadonlyMap<string, readonly string[]>> => {
  const cache = join(root, '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'docs-'));
  try {
    const name = (index: number): string => `snippet-${index}`;
    const paths = subpaths();
    write(folder, {
      ...Object.fromEntries(snippets.map(({ text }, index) => [`${name(index)}.ts`, `${text}\nexport {};\n`])),
      'tsconfig.json': JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: { paths: Object.fromEntries(Object.entries(paths).map(([from, to]) => [from, [to]])), noUnusedLocals: false, noUnusedParameters: false },
        include: ['*.ts'],
        exclude: [],
      }),
      'run.mjs': runner,
    });
    const tsc = node(folder, [join(root, 'node_modules/@typescript/native/bin/tsc'), '--noEmit', '--pretty', 'false', '-p', '.']);
    // an error without a file is about the project itself: then nothing was checked
    if (/^error /m.test(tsc.out)) throw new Error(tsc.out);
    const said = diagnostics(tsc.out);
    const problems = new Map(snippets.map((one, index) => [one.from, judge(one, said.get(`${name(index)}.ts`) ?? [])]));
    const good = snippets.flatMap((one, index) => (one.run && problems.get(one.from)?.length === 0 ? [{ from: one.from, name: name(index) }] : []));
    await build({
      entryPoints: good.map((one) => join(folder, `${one.name}.ts`)),
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'es2023',
      packages: 'external',
      logLevel: 'silent',
      plugins: [{ name: 'subpaths', setup: (into) => into.onResolve({ filter: /^molt\// }, ({ path }) => ({ path: paths[path] ?? '' })) }],
    });
    const ran = node(folder, ['run.mjs', join(folder, 'thrown.json'), ...good.map((one) => `${one.name}.mjs`)]);
    const thrown: Readonly<Record<string, string>> = good.length === 0 ? {} : JSON.parse(readFileSync(join(folder, 'thrown.json'), 'utf8'));
    for (const one of good) {
      const why = thrown[`${one.name}.mjs`];
      if (why !== undefined) problems.set(one.from, [`threw: ${why}\n${ran.err}`.trim()]);
    }
    return problems;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
