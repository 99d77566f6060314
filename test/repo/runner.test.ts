/**
 * The test command counts right: its last line and its status tell of every kind of failure.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Files, inTree, node, root, type Said } from './tree.ts';

const run = async (files: Files, ...args: readonly string[]): Promise<Said> =>
  inTree(files, (folder) => {
    for (const part of ['tools/test', 'tools/lint', '.oxlintrc.json', 'tsconfig.json', 'vitest.config.ts', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true });
    return node(folder, ['tools/test/run.mjs', ...args], { MOLT_TEST_COUNTS: '', GITHUB_ACTIONS: '' });
  });
const last = ({ out }: Said): string => out.trimEnd().split('\n').at(-1) ?? '';
const head = "import { expect, test } from 'vitest';\n";

test('all is well: the three checks and the tests are counted', async () => {
  const said = await run({ 'test/a.test.ts': `${head}test('one', () => { expect(1).toBe(1); });\ntest('two', () => { expect(2).toBe(2); });\n`, 'shapes/a.ts': '/** One. */\nexport const a = 1;\n' });
  expect(last(said)).toBe('5 passed, 0 failed');
  expect(said.status).toBe(0);
});

test('each way of failing counts: lint, types, a test, a file that does not load, a rejection nobody handles', async () => {
  const said = await run({
    'test/a.test.ts': `${head}test('one', () => { expect(1).toBe(2); });\ntest.skip('two', () => {});\ntest('three', () => { expect(3).toBe(3); });\n`,
    'test/b.test.ts': `${head}throw new Error('does not load');\n`,
    'test/c.test.ts': `${head}test('four', () => { void Promise.reject(new Error('nobody handles this')); expect(4).toBe(4); });\n`,
    'shapes/a.ts': '/** One. */\nexport const a: string = 1;\nexport const b: any = a;\n',
  });
  // passed: three, four; failed: lint, types twice, one, the file b, the rejection
  expect(last(said)).toBe('2 passed, 6 failed, 1 skipped');
  expect(said.status).toBe(1);
});

test('no test at all is a failure', async () => {
  const said = await run({ 'shapes/a.ts': '/** One. */\nexport const a = 1;\n' }, 'test/nowhere');
  expect(last(said)).toBe('3 passed, 1 failed');
  expect(said.status).toBe(1);
});
