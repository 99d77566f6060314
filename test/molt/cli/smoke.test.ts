/** `molt check --smoke` on adapters inside the trunks: a step of training through both trunks lowers the loss. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkCommand } from '../../../molt/cli/commands/check.ts';
import { recorder } from './terminal.ts';

const cwd = mkdtempSync(join(tmpdir(), 'molt-smoke-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const small = { tokens: 2, reduction: 2, groups: 2 };
const adapters = { lavish: { kind: 'lavish', ...small }, 'dg-sct': { kind: 'dg-sct', ...small }, avmoe: { kind: 'avmoe', ...small }, 'norm-only': { kind: 'norm-only' } } as const;

test.each(Object.entries(adapters))('%s', async (name, adapter) => {
  writeFileSync(join(cwd, `${name}.json`), JSON.stringify({ schemaVersion: 1, name, backbones: { visual: 'swinv2-mini64', audio: 'htsat-mini64' }, adapter, task: { kind: 'ave' } }));
  const { terminal, out } = recorder();
  const result = await checkCommand(() => ({ cwd, env: {} })).invoke([`${name}.json`, '--no-laws', '--no-cache', '--smoke', '1'], terminal)();
  expect(result).toEqual({ _tag: 'Right', right: 0 });
  const [, first, last] = /smoke +passed +loss ([\d.]+) → ([\d.]+) in 1 step$/m.exec(out()) ?? [];
  expect(Number(last)).toBeLessThan(Number(first));
});
