/** The composite action: its inputs, its one step, and the command line that it makes of them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Keys of a block of YAML by their indentation; `- ` of a list counts as two blanks. Only what these files use. */
const block = (text: string, ...path: readonly string[]): string => {
  let lines = text.split('\n').filter((line) => !/^\s*#/.test(line)).map((line) => line.replace(/^( *)- /, '$1  '));
  for (const key of path) {
    const at = lines.findIndex((line) => line.trimStart() === `${key}:` || line.trimStart().startsWith(`${key}: `));
    if (at < 0) return '';
    const [head = ''] = lines.slice(at, at + 1);
    const depth = head.length - head.trimStart().length;
    const rest = lines.slice(at + 1);
    const end = rest.findIndex((line) => line.trim() !== '' && line.length - line.trimStart().length <= depth);
    const value = head.trimStart().slice(key.length + 1).trim();
    lines = value !== '' && value !== '|' ? [value] : rest.slice(0, end < 0 ? rest.length : end);
  }
  return lines.join('\n');
};
const keysOf = (text: string): readonly string[] => {
  const least = Math.min(...text.split('\n').filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length));
  return text.split('\n').filter((line) => line.trim() !== '' && line.length - line.trimStart().length === least).map((line) => line.trim().replace(/:.*$/, ''));
};

const action = readFileSync('action.yml', 'utf8');
const script = block(action, 'runs', 'steps', 'run').replace(/^ {8}/gm, '');

test('a composite action with described inputs and one step', () => {
  expect(keysOf(block(action))).toEqual(['name', 'description', 'branding', 'inputs', 'outputs', 'runs']);
  expect(keysOf(block(action, 'inputs'))).toEqual(['variants', 'baseline', 'format', 'output', 'smoke', 'version', 'working-directory']);
  for (const input of keysOf(block(action, 'inputs'))) for (const key of ['description', 'required', 'default']) expect(block(action, 'inputs', input, key)).not.toBe('');
  expect(block(action, 'runs', 'using')).toBe('composite');
  expect(block(action, 'runs', 'steps', 'shell')).toBe('bash');
  expect(action).not.toContain('\t');
});

test('inputs reach the script as variables only, never as text of it', () => {
  expect(script).not.toContain('${{');
  for (const name of keysOf(block(action, 'runs', 'steps', 'env'))) expect(script).toContain(`$${name}`);
});

const bash = spawnSync('bash', ['--version']).status === 0;

test.skipIf(!bash)('the script makes the command line, and hands its exit code on (skipped without bash)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'molt-action-'));
  try {
    writeFileSync(join(folder, 'npx'), '#!/usr/bin/env bash\nif [ "$1" = --no-install ]; then exit "${MISSING:-0}"; fi\nprintf "%s|" "$@" > "$LOG"\nexit 1\n');
    chmodSync(join(folder, 'npx'), 0o755);
    const ran = (inputs: { readonly [name: string]: string }): readonly string[] => {
      const log = join(folder, 'log');
      const output = join(folder, 'output');
      writeFileSync(output, '');
      const { status } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], { cwd: folder, env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, LOG: log, GITHUB_OUTPUT: output, MOLT_VARIANTS: 'variants', MOLT_BASELINE: '', MOLT_FORMAT: 'github', MOLT_OUTPUT: '', MOLT_SMOKE: '0', MOLT_VERSION: '9', ...inputs } });
      expect([status, readFileSync(output, 'utf8')]).toEqual([1, 'exit-code=1\n']);
      return readFileSync(log, 'utf8').split('|').slice(0, -1);
    };
    expect(ran({})).toEqual(['--yes', 'molt', 'check', '--format', 'github', '--', 'variants']);
    expect(ran({ MOLT_VARIANTS: 'a/*.json $(touch x)\nb.json', MOLT_BASELINE: 'my lock.json', MOLT_OUTPUT: 'o.sarif', MOLT_FORMAT: 'sarif', MOLT_SMOKE: '5', MISSING: '1' }))
      .toEqual(['--yes', 'molt@9', 'check', '--format', 'sarif', '--baseline', 'my lock.json', '--output', 'o.sarif', '--smoke', '5', '--', 'a/*.json', '$(touch', 'x)', 'b.json']);
    expect(execFileSync('bash', ['-n', '-c', script], { encoding: 'utf8' })).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the sample workflow uses inputs that the action has', () => {
  const sample = readFileSync('examples/molt-check.yml', 'utf8');
  const given = keysOf(/uses: \.\/\n\s+with:\n((?: {10}.*\n)+)/.exec(sample)?.[1] ?? '');
  expect(given).toEqual(['variants', 'baseline', 'format', 'output']);
  expect(keysOf(block(action, 'inputs'))).toEqual(expect.arrayContaining([...given]));
  expect(sample).toContain('npx molt diff');
});
