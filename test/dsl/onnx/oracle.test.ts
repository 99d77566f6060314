/**
 * The official checker and ONNX Runtime in Python agree with the reference backend: primitives, random graphs.
 * Runs where MOLT_PYTHON names a Python with numpy, onnx and onnxruntime; MOLT_ONNX_GRAPHS: how many graphs (300).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyCases, graphCases, lineOf, primitiveCases, typedCases } from './cases.ts';

const python = process.env['MOLT_PYTHON'];
const graphs = Number(process.env['MOLT_ONNX_GRAPHS'] ?? 300);

test.skipIf(python === undefined)(`${graphs} random graphs and every primitive pass the checker and give the same numbers`, { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'molt-onnx-'));
  try {
    const file = join(folder, 'cases.jsonl');
    writeFileSync(file, [...primitiveCases(12), ...typedCases(), ...emptyCases(30), ...graphCases(graphs)].map(lineOf).join('\n'));
    const { status, stdout, stderr } = spawnSync(python ?? '', ['test/golden/onnx_check.py', file], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    console.info(stdout.split('\n').slice(-40).join('\n'));
    expect(`${status}${stderr}`).toBe('0');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
