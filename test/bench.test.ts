/**
 * The bench: its statistics, its gate, the whole harness at tiny sizes, and that the printed tables are what was measured. No times.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agreement } from '../bench/agreement.ts';
import type { ReplyOf } from '../bench/protocol.ts';
import { digestOf } from '../bench/protocol.ts';
import { blockOf, readmeTable, withBlock } from '../bench/readme.ts';
import { readResults, type Results } from '../bench/results.ts';
import { exponent, quantile, ratioOf } from '../bench/statistics.ts';
import { wholeTable } from '../bench/table.ts';
import { readMemory } from '../bench/memory/results.ts';
import { asPredicted } from '../bench/memory/run.ts';
import { followsPlan, memoryRatios, memoryTable, missOf } from '../bench/memory/table.ts';
import { root } from './repo/tree.ts';

const resultsIn = (folder: string): readonly Results[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => readResults(name, readFileSync(join(folder, name), 'utf8'))) : [];

test('quantiles lie between the sorted numbers', () => {
  expect([0, 0.25, 0.5, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([1, 1.75, 2.5, 4]);
});

test('a ratio is taken round by round, over the rounds that both have', () => {
  // the second round was disturbed for both
  expect(ratioOf([1, 10, 2], [2, 20, 4, 100])).toBe(0.5);
});

test('the exponent of a power is found', () => {
  expect(exponent([4, 8, 16, 64].map((b) => [b, 3 * b ** 1.05]))).toBeCloseTo(1.05, 10);
});

const wave = (n: number, scale = 1): Float32Array => Float32Array.from({ length: n }, (_, i) => scale * Math.sin(3 * i + 1));
const checked = (losses: readonly number[], tensors: Readonly<Record<string, Float32Array>>): ReplyOf<'checked'> => ({ is: 'checked', losses: [...losses], tensors: Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, digestOf(x)])) });
const first = checked([2, 1], { w: wave(100), b: wave(5, 1e-9) });

test('sides that differ by rounding agree, also where a gradient is zero but for rounding', () => {
  expect(agreement(checked([2.0001, 1], { w: wave(100, 1.0001), b: wave(5, -2e-9) }), first)).toMatchObject({ agrees: true, differing: [] });
});

test('a side that computes something else is found out', () => {
  const other = wave(100);
  other[samplePlaceOfFirst] = 0;
  expect(agreement(checked([2, 1], { w: other, b: wave(5, 1e-9) }), first)).toMatchObject({ agrees: false, differing: ['w'] });
  expect(agreement(checked([2, 1], { w: wave(100, 1.01), b: wave(5, 1e-9) }), first)).toMatchObject({ agrees: false, differing: ['w'] });
  expect(agreement(checked([2, 1], { b: wave(5, 1e-9) }), first)).toMatchObject({ agrees: false, differing: ['w'] });
  expect(agreement(checked([2, 1.01], { w: wave(100), b: wave(5, 1e-9) }), first).agrees).toBe(false);
  expect(agreement(checked([2], { w: wave(100), b: wave(5, 1e-9) }), first).agrees).toBe(false);
});
/** 100 elements, 16 samples: the first is element 3 */
const samplePlaceOfFirst = 3;

test('the harness runs from end to end at tiny sizes', { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'molt-bench-test-'));
  try {
    const run = spawnSync(process.execPath, [join(root, 'bench', 'run.mjs'), '--quick', '--output', folder, '--date', 'today'], { cwd: root, encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    const all = resultsIn(folder);
    expect(all.map((r) => r.case).sort()).toEqual(['backbones', 'molt-forward', 'molt-step', 'swin-block']);
    const python = process.env['MOLT_PYTHON'] === undefined ? [] : ['pytorch'];
    const sides = (name: string) => all.find((r) => r.case === name)?.sizes.flatMap((s) => s.sides.map((side) => side.side));
    expect(sides('molt-step')).toEqual(['tfjs-wasm', 'tfjs-hand', 'jax-js', ...python]);
    expect(sides('molt-forward')).toEqual(['tfjs-wasm', 'tfjs-hand', 'jax-js', ...python]);
    expect(sides('swin-block')).toEqual(['tfjs-wasm', ...python]);
    expect(sides('backbones')).toEqual(['tfjs-wasm', ...python, 'tfjs-wasm', ...python]);
    for (const side of all.flatMap((r) => r.sizes.flatMap((s) => s.sides))) expect(side.rounds.length, side.side).toBe(1);
    const step = all.find((r) => r.case === 'molt-step')?.sizes[0]?.sides[0];
    expect(step?.memory?.peak).toBeGreaterThan(1e7);
    expect(step?.memory?.saved).toBeGreaterThan(0);
    const memory = readMemory('quick', readFileSync(join(folder, 'memory', 'training-memory.json'), 'utf8'));
    expect(memory.rows.map((r) => r.adapter)).toEqual(['MoLT', 'norm-only']);
    expect([memory.absent, asPredicted(memory)]).toEqual([[], true]);
    expect(readFileSync(join(folder, 'table.md'), 'utf8')).toBe(wholeTable(all));
    expect(withBlock(`a\n<!-- bench: written by \`npm run bench -- --readme\` -->\nold\n<!-- end of bench -->\nb`, readmeTable(all))).toContain('molt-step, B = 2 | molt, tfjs-wasm');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a mistake on the command line is told', () => {
  const run = (...args: readonly string[]) => spawnSync(process.execPath, [join(root, 'bench', 'run.mjs'), ...args], { cwd: root, encoding: 'utf8' });
  expect(run('molt-stp')).toMatchObject({ status: 2 });
  expect(run('--sides', 'torch').stderr).toContain('no such side');
  expect(run('--help')).toMatchObject({ status: 0 });
});

const committed = join(root, 'bench', 'results');

test('the committed table and the table in README are those of the committed results', () => {
  const all = resultsIn(committed);
  if (all.length > 0) expect(readFileSync(join(committed, 'table.md'), 'utf8')).toBe(wholeTable(all));
  expect(blockOf(readFileSync(join(root, 'README.md'), 'utf8'))).toBe(readmeTable(all));
  expect(all.filter((r) => r.quick)).toEqual([]);
});

const memoryFile = join(committed, 'memory', 'training-memory.json');

test('training memory: the committed table is of the committed results, engines held what was predicted, and the guide says what was measured', () => {
  const results = readMemory(memoryFile, readFileSync(memoryFile, 'utf8'));
  expect(readFileSync(join(committed, 'memory', 'table.md'), 'utf8')).toBe(memoryTable(results));
  expect([results.quick, asPredicted(results)]).toEqual([false, true]);
  const published = memoryRatios(results).find((r) => r.trunks === 'swinv2-tiny-w8-256 + htsat' && r.engine === 'tfjs-wasm' && r.batch === 1);
  expect(published?.peak).toBeGreaterThan(17);
  const guide = readFileSync(join(root, 'docs', 'variants.md'), 'utf8');
  expect(guide).toContain(`measured ${published?.peak.toFixed(1) ?? 'nothing'} : 1`);
});

test('a side that holds more than was predicted is found out', () => {
  const row = { adapter: 'MoLT', trunks: 'any', batch: 1, engine: 'tfjs-wasm', predicted: { peak: 100, saved: 50 }, measured: { peak: 104, saved: 50 }, process: { before: 0, peak: 0 } };
  const results = (...rows: readonly (typeof row)[]) => ({ schemaVersion: 1 as const, case: 'training-memory' as const, about: '', quick: true, date: '', machine: { processor: '', cores: 1, memoryBytes: 1, system: '' }, rows, absent: [] });
  expect(missOf(row)).toBeCloseTo(0.04, 9);
  expect(asPredicted(results(row))).toBe(true);
  expect(asPredicted(results(row, { ...row, measured: { peak: 100, saved: 60 } }))).toBe(false);
  expect(asPredicted(results({ ...row, engine: 'ort-node', measured: { peak: 300, saved: 50 } }))).toBe(true);
  expect(['tfjs-wasm', 'reference', 'ort-node'].map(followsPlan)).toEqual([true, true, false]);
});
