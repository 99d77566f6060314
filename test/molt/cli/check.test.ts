/** `molt check`, `molt diff`, `molt init` on files of a folder of their own. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkCommand } from '../../../molt/cli/commands/check.ts';
import { diffCommand } from '../../../molt/cli/commands/diff.ts';
import { initCommand } from '../../../molt/cli/commands/init.ts';
import { alternatives, filesOf } from '../../../molt/cli/check/glob.ts';
import { exitCodes, printFault } from '../../../shapes/fault.ts';
import { misspelt, passing, plain, tight, unclosed } from '../check/samples.ts';
import { recorder } from './terminal.ts';

const root = mkdtempSync(join(tmpdir(), 'molt-check-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const folderOf = (files: { readonly [path: string]: string }): string => {
  const folder = mkdtempSync(join(root, 'f-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
};

const commands = { check: checkCommand, diff: diffCommand, init: initCommand };
const run = async (name: keyof typeof commands, cwd: string, argv: readonly string[], env: { readonly [name: string]: string } = {}): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
  const { terminal, out, err } = recorder();
  const result = await commands[name](() => ({ cwd, env })).invoke(argv, terminal)();
  return result._tag === 'Right' ? { code: result.right, out: out(), err: err() } : { code: exitCodes[result.left._tag], out: out(), err: `${err()}${printFault(result.left)}\n` };
};

test('exit codes: 0 passed, 1 a check failed, 2 a file is wrong', async () => {
  const cwd = folderOf({ 'variants/a.json': passing, 'b.json': tight, 'c.json': misspelt, 'd.json': unclosed });
  expect(await run('check', cwd, ['--no-cache', '--no-laws'])).toMatchObject({ code: 0, err: '' });
  const bad = await run('check', cwd, ['b.json', '--no-cache', '--no-laws']);
  expect(bad.code).toBe(1);
  expect(bad.out).toContain('MOLT101 trainable-parameters: b.json:7:28 (budgets.trainableParameters)');
  expect((await run('check', cwd, ['b.json', 'c.json', '--no-cache', '--no-laws'])).code).toBe(2);
  expect((await run('check', cwd, ['d.json'])).code).toBe(2);
  const none = await run('check', cwd, ['no.json', '--no-cache']);
  expect([none.code, none.out.includes('MOLT007 unreadable-file: no.json:1:1')]).toEqual([2, true]);
  expect((await run('check', join(cwd, 'variants'), [])).err).toContain('no files, and no folder variants');
  expect((await run('check', cwd, ['x*.json'])).err).toContain('no file matches x*.json');
  expect((await run('check', cwd, ['--planned', '--update-baseline'])).code).toBe(2);
});

test('the laws of a variant hold at a small size, and its loss falls', async () => {
  const cwd = folderOf({ 'a.json': passing });
  const { code, out } = await run('check', cwd, ['a.json', '--smoke', '3', '--no-cache']);
  expect(out).toMatch(/laws +passed +5 laws hold at a small size/);
  expect(out).toMatch(/smoke +passed +loss [\d.]+ → [\d.]+ in 3 steps/);
  expect(code).toBe(0);
});

test('a law that a released adapter breaks: self-attention over the batch', async () => {
  const cwd = folderOf({ 's4.json': JSON.stringify({ schemaVersion: 1, name: 's4', backbones: { visual: 'swinv2-tiny64', audio: 'htsat-tiny64' }, adapter: { kind: 'avmoe', setting: 'avmoe-s4', reduction: 2, groups: 2 }, task: { kind: 'ave' } }, null, 2) });
  const { code, out } = await run('check', cwd, ['s4.json', '--no-cache', '--format', 'json']);
  const report: { readonly variants: readonly { readonly checks: readonly { readonly check: string; readonly status: string; readonly diagnostics: readonly { readonly rule: string; readonly file: string; readonly line: number; readonly hint: string }[] }[] }[] } = JSON.parse(out);
  const laws = report.variants[0]?.checks.find(({ check }) => check === 'laws');
  expect(laws?.diagnostics.map(({ rule, file, line }) => [rule, file, line])).toEqual([['MOLT201', 's4.json', 9], ['MOLT201', 's4.json', 9]]);
  expect(laws?.diagnostics[0]?.hint).toContain('batch axis');
  expect(code).toBe(1);
});

test('the second run reads the cache and prints the same, under another name too; a damaged entry is made again', async () => {
  const cwd = folderOf({ 'a.json': passing, 'b.json': tight });
  const first = await run('check', cwd, ['a.json', 'b.json', '--no-laws']);
  const second = await run('check', cwd, ['a.json', 'b.json', '--no-laws']);
  expect(first.err).toBe('');
  expect(second).toEqual({ ...first, err: '2 of 2 from the cache\n' });
  writeFileSync(join(cwd, 'c.json'), tight);
  const renamed = await run('check', cwd, ['c.json', '--no-laws', '--format', 'github']);
  expect(renamed.err).toBe('1 of 1 from the cache\n');
  expect(renamed.out).toContain('::error file=c.json,line=7,');
  expect((await run('check', cwd, ['a.json', '--no-laws', '--batch', '3'])).err).toBe('');
  const entries = join(cwd, '.cache/molt/check');
  for (const name of readdirSync(entries)) writeFileSync(join(entries, name), readFileSync(join(entries, name), 'utf8').replace('"passed"', '"failed"'));
  expect(await run('check', cwd, ['a.json', 'b.json', '--no-laws'])).toEqual(first);
});

test('the lock: written, held, drifted from, updated', async () => {
  const cwd = folderOf({ 'variants/a.json': passing, 'variants/b.json': plain });
  const written = await run('check', cwd, ['--no-laws', '--update-baseline']);
  expect([written.code, written.err]).toEqual([0, 'recorded: 2 variants: 2 passed, 0 failed (0 errors, 0 warnings)\n']);
  const lock = readFileSync(join(cwd, 'molt.lock.json'), 'utf8');
  expect(Object.keys(JSON.parse(lock).variants)).toEqual(['variants/a.json', 'variants/b.json']);
  expect((await run('check', cwd, ['--no-laws'])).code).toBe(0);
  writeFileSync(join(cwd, 'variants/b.json'), plain.replace('"tokens": 2', '"tokens": 3'));
  const drifted = await run('check', cwd, ['--no-laws']);
  expect(drifted.code).toBe(1);
  expect(drifted.out).toMatch(/MOLT401 lock-drift: variants\/b\.json:3:3 \(name\)\n {2}given: {2}trainable weights: [\d,]+ \(\+[\d.]+ %\)\n {2}needed: 972, as the lock file records/);
  // from another folder the lock's names stay those of its own folder
  expect((await run('check', join(cwd, 'variants'), ['a.json', '--no-laws', '--baseline', '../molt.lock.json'])).code).toBe(0);
  rmSync(join(cwd, 'variants/a.json'));
  expect((await run('check', cwd, ['variants/b.json', '--no-laws', '--update-baseline'])).code).toBe(0);
  expect(Object.keys(JSON.parse(readFileSync(join(cwd, 'molt.lock.json'), 'utf8')).variants)).toEqual(['variants/b.json']);
  expect((await run('check', cwd, ['--no-laws'])).code).toBe(0);
  expect((await run('check', cwd, ['--no-laws', '--planned'])).out).toContain('the lock records figures as written');
  writeFileSync(join(cwd, 'molt.lock.json'), '{"schemaVersion": 1, "batch": 1, "varaints": {}}');
  const broken = await run('check', cwd, ['--no-laws']);
  expect(broken.code).toBe(2);
  expect(broken.err).toContain("did you mean 'variants'?");
  expect((await run('check', cwd, ['--no-laws', '--baseline', 'none.json'])).code).toBe(2);
});

test('under GitHub Actions: annotations, and a page for the summary of the job; --output takes the text to a file', async () => {
  const cwd = folderOf({ 'a.json': tight });
  const summary = join(cwd, 'summary.md');
  writeFileSync(summary, 'before\n');
  const { out } = await run('check', cwd, ['a.json', '--no-laws'], { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });
  expect(out.split('\n').filter((line) => line.startsWith('::error file=a.json,line='))).toHaveLength(5);
  expect(readFileSync(summary, 'utf8')).toMatch(/^before\n## molt check\n/);
  const told = await run('check', cwd, ['a.json', '--no-laws', '--format', 'sarif', '--output', 'out/molt.sarif', '--quiet']);
  expect([told.code, told.out, told.err]).toEqual([1, '', '']);
  expect(JSON.parse(readFileSync(join(cwd, 'out/molt.sarif'), 'utf8')).version).toBe('2.1.0');
});

test('in a folder below the checkout, annotations and SARIF have addresses from its root; other formats from where the command runs', async () => {
  const root = folderOf({ 'models/variants/a.json': tight });
  const cwd = join(root, 'models');
  const from = async (format: string, workspace: string): Promise<string> => (await run('check', cwd, ['--no-laws', '--format', format], { GITHUB_WORKSPACE: workspace })).out;
  expect(await from('github', root)).toMatch(/^::error file=models\/variants\/a\.json,line=7,/);
  expect(await from('sarif', root)).toContain('"uri": "models/variants/a.json"');
  expect(await from('json', root)).toContain('"file": "variants/a.json"');
  for (const elsewhere of ['', join(root, 'other'), cwd]) expect(await from('github', elsewhere)).toMatch(/^::error file=variants\/a\.json,line=7,/);
});

test('names, folders and patterns', async () => {
  const cwd = folderOf({ 'a.json': '', 'v/b.json': '', 'v/w/c.json': '', 'v/d.txt': '', 'v/.h/e.json': '', 'v/node_modules/f.json': '', 'molt.lock.json': '', 'x{1}.json': '' });
  const found = async (...patterns: readonly string[]): Promise<readonly string[]> => ((all) => (all._tag === 'Right' ? all.right : [all.left._tag]))(await filesOf(cwd, patterns)());
  expect(await found('v/*.json', 'a.json')).toEqual(['v/b.json', 'a.json']);
  expect(await found('**/*.json')).toEqual(['a.json', 'molt.lock.json', 'x{1}.json', 'v/b.json', 'v/w/c.json']);
  expect(await found('v')).toEqual(['v/b.json']);
  expect(await found('.')).toEqual(['a.json', 'x{1}.json']);
  expect(await found('v/{b,w/c}.json', './v/b.json')).toEqual(['v/b.json', 'v/w/c.json']);
  expect(await found('x{1}.json')).toEqual(['x{1}.json']);
  expect(await found('v/?.json')).toEqual(['v/b.json']);
  expect(await found('none/*.json')).toEqual(['Name']);
  expect(await found(join(cwd, 'v/*.json'))).toEqual(['v/b.json']);
  expect(alternatives('a{b,c}{d,e}f')).toEqual(['abdf', 'abef', 'acdf', 'acef']);
});

const git = (cwd: string, ...words: readonly string[]): string => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false', ...words], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

test('diff: what changed since another revision, and what is missing where it cannot tell', async () => {
  const cwd = folderOf({ 'variants/a.json': passing, 'variants/b.json': plain });
  const outside = await run('diff', cwd, ['HEAD']);
  expect([outside.code, outside.err]).toEqual([2, expect.stringContaining('is in no git repository')]);
  git(cwd, 'init', '-q', '-b', 'main');
  git(cwd, 'commit', '-q', '--allow-empty', '-m', 'empty');
  git(cwd, 'tag', 'empty');
  await run('check', cwd, ['--no-laws', '--update-baseline', '--no-cache']);
  git(cwd, 'add', '.');
  git(cwd, 'commit', '-q', '-m', 'first');
  expect(await run('diff', cwd, ['main'])).toEqual({ code: 0, out: '0 added, 0 removed, 0 changed, 2 the same\n', err: '' });
  rmSync(join(cwd, 'variants/a.json'));
  writeFileSync(join(cwd, 'variants/b.json'), plain.replace('"tokens": 2', '"tokens": 3'));
  writeFileSync(join(cwd, 'variants/c.json'), passing.replace('passing', 'third'));
  await run('check', cwd, ['--no-laws', '--update-baseline', '--no-cache']);
  const { code, out } = await run('diff', cwd, ['main', '--exit-code']);
  expect(code).toBe(1);
  expect(out).toMatch(/^variant +figure +main +now\n/);
  expect(out).toMatch(/^passing +trainable +972 +removed$/m);
  expect(out).toMatch(/^plain +trainable +972 +[\d,]+ +\+[\d.]+ %$/m);
  expect(out).toMatch(/^third +trainable +972 +added$/m);
  expect(out).toMatch(/1 added, 1 removed, 1 changed, 0 the same\n$/);
  expect((await run('diff', cwd, ['main', '--format', 'markdown'])).out).toContain('| plain | trainable | 972 |');
  expect(JSON.parse((await run('diff', cwd, ['main', '--format', 'json'])).out).changes).toHaveLength(3);
  expect((await run('diff', cwd, ['empty'])).err).toContain('no molt.lock.json there');
  expect((await run('diff', cwd, ['nowhere'])).err).toContain('a revision that this repository has');
  expect((await run('diff', cwd, ['--', '--output=x'])).code).toBe(2);
  expect((await run('diff', cwd, [])).err).toContain('no revision');
  rmSync(join(cwd, 'molt.lock.json'));
  expect((await run('diff', cwd, ['main'])).code).toBe(2);
});

test('init writes a variant that passes, and overwrites nothing', async () => {
  const cwd = folderOf({});
  expect(await run('init', cwd, [])).toEqual({ code: 0, out: 'wrote variants/molt-late.json\nwrote variants/README.md\nnext: npx molt check variants\n', err: '' });
  const { code, out } = await run('check', cwd, ['--no-laws', '--no-cache']);
  expect(out).toMatch(/budgets +passed +within 5 budgets/);
  expect(code).toBe(0);
  writeFileSync(join(cwd, 'variants/README.md'), 'mine');
  rmSync(join(cwd, 'variants/molt-late.json'));
  const again = await run('init', cwd, []);
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('variants/README.md is there already')]);
  expect([readFileSync(join(cwd, 'variants/README.md'), 'utf8'), readdirSync(join(cwd, 'variants'))]).toEqual(['mine', ['README.md']]);
});
