/**
 * The laws that tools/random-graphs.mjs runs by the thousand, on a few graphs; and the tool itself.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { randomGraphLaws } from '../../../proofs/dsl/random-graphs.ts';
import type { Law } from '../../../proofs/law.ts';
import { testLaws, tfjsEngine } from '../sound.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const tool = (...args: readonly string[]) => spawnSync(process.execPath, [join(root, 'tools/random-graphs.mjs'), ...args], { encoding: 'utf8' });

/** The laws of costs have a test of their own. */
const planner = (laws: readonly Law[]): readonly Law[] => laws.filter(({ id }) => !id.includes('.cost.'));

describe('reference', () => {
  testLaws(planner(randomGraphLaws()), 150, 3);
});

describe('tfjs-wasm', async () => {
  testLaws(planner(randomGraphLaws((await tfjsEngine('wasm')).backend)).slice(1), 50, 4);
});

describe('tool', () => {
  test('a count line and exit status 0', () => {
    const { stdout, stderr, status } = tool('--runs', '25', '--backend', 'tfjs-wasm');
    expect(stdout.trim().split('\n').at(-1), stderr).toMatch(/^[1-9]\d* graphs, 0 laws broken$/);
    expect(status).toBe(0);
  }, 120_000);

  test('a bad option is exit status 2', () => {
    const { stderr, status } = tool('--runs', 'many');
    expect(stderr).toContain('usage');
    expect(status).toBe(2);
  });
});
