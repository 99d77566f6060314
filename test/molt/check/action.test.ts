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
  expect(keysOf(block(action, 'inputs'))).toEqual(['variants', 'baseline', 'format', 'output', 'smoke', 'package', 'working-directory']);
  for (const input of keysOf(block(action, 'inputs'))) for (const key of ['description', 'required', 'default']) expect(block(action, 'inputs', input, key)).not.toBe('');
  expect(block(action, 'runs', 'using')).toBe('composite');
  expect(block(action, 'runs', 'steps', 'shell')).toBe('bash');
  expect(action).not.toContain('\t');
});

test('inputs reach the script as variables only, never as text of it', () => {
  expect(script).not.toContain('${{');
  for (const name of keysOf(block(action, 'runs', 'steps', 'env'))) expect(script).toMatch(new RegExp(`\\$\\{?${name}\\b`));
});

const bash = spawnSync('bash', ['--version']).status === 0;

test.skipIf(!bash)('the script makes the command line, and hands its exit code on (skipped without bash)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'molt-action-'));
  try {
    writeFileSync(join(folder, 'npx'), '#!/usr/bin/env bash\nif [ "$1 $3" = "--no-install --version" ]; then exit "${MISSING:-0}"; fi\nprintf "%s|" "$@" > "$LOG"\nexit "${CODE:-1}"\n');
    chmodSync(join(folder, 'npx'), 0o755);
    const ran = (inputs: { readonly [name: string]: string }): { readonly status: number | null; readonly told: string; readonly out: string; readonly words: readonly string[] } => {
      const [log, output] = [join(folder, 'log'), join(folder, 'output')];
      for (const file of [log, output]) writeFileSync(file, '');
      const { status, stdout } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], { cwd: folder, encoding: 'utf8', env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, LOG: log, GITHUB_OUTPUT: output, MOLT_VARIANTS: 'variants', MOLT_BASELINE: '', MOLT_FORMAT: 'github', MOLT_OUTPUT: '', MOLT_SMOKE: '0', MOLT_PACKAGE: '', ...inputs } });
      return { status, told: readFileSync(output, 'utf8'), out: stdout, words: readFileSync(log, 'utf8').split('|').slice(0, -1) };
    };
    expect(ran({})).toEqual({ status: 1, told: 'exit-code=1\n', out: '', words: ['--no-install', 'molt', 'check', '--format', 'github', '--', 'variants'] });
    expect(ran({ CODE: '0', MOLT_FORMAT: '', MOLT_SMOKE: '' })).toMatchObject({ status: 0, told: 'exit-code=0\n', words: ['--no-install', 'molt', 'check', '--format', 'github', '--', 'variants'] });
    expect(ran({ MOLT_VARIANTS: 'a/*.json $(touch x)\nb.json', MOLT_BASELINE: 'my lock.json', MOLT_OUTPUT: 'o.sarif', MOLT_FORMAT: 'sarif', MOLT_SMOKE: '5', MISSING: '1', MOLT_PACKAGE: './molt.tgz' }).words)
      .toEqual(['--yes', '--package', './molt.tgz', '--', 'molt', 'check', '--format', 'sarif', '--baseline', 'my lock.json', '--output', 'o.sarif', '--smoke', '5', '--', 'a/*.json', '$(touch', 'x)', 'b.json']);
    // nothing is fetched by a name that somebody else may own
    expect(ran({ MISSING: '1' })).toEqual({ status: 2, told: 'exit-code=2\n', out: expect.stringMatching(/^::error title=molt check::no molt is installed here/), words: [] });
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
  expect(sample).toContain('molt diff "$BASE"');
});

test('actions of others are pinned to a commit, and expressions reach scripts as variables only', () => {
  for (const text of [action, readFileSync('examples/molt-check.yml', 'utf8'), readFileSync('docs/guide.md', 'utf8')]) {
    for (const [line, name = ''] of text.matchAll(/^ *-? *uses: (\S+).*$/gm)) if (!name.startsWith('./')) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    for (const [line] of text.matchAll(/^ *(?:- )?run: .*$/gm)) expect(line).not.toContain('${{');
  }
});
