/** `molt params --memory`: every adapter, batch by batch, and LAVisH beside MoLT as arithmetic. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRight } from 'fp-ts/lib/Either.js';
import { afterAll, expect, test } from 'vitest';
import { batches } from '../../../molt/cli/memory.ts';
import type { StepMemory } from '../../../molt/variants/memory.ts';
import { molt } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'molt-memory-'));
afterAll(() => { rmSync(folder, { recursive: true }); });
/** the file of a variant on tiny trunks */
const file = (name: string, adapter: object): string => {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ schemaVersion: 1, name, backbones: { visual: 'swinv2-tiny64', audio: 'htsat-tiny64' }, adapter, task: { kind: 'ave', segments: 4 } }));
  return path;
};
const files = [file('mine', { kind: 'molt', uda: 1, cda: 1, width: { visual: 48, audio: 48 } }), file('rival', { kind: 'lavish', reduction: 4 })];

interface Report {
  readonly schemaVersion: number;
  readonly memory: readonly { readonly name: string; readonly adapter: string; readonly place: string; readonly segments: number; readonly steps: readonly StepMemory[]; readonly whole?: readonly StepMemory[] }[];
}

test('as JSON: a step for each batch, MoLT with its trunks beside', async () => {
  const { code, out, err } = await molt('params', ...files, '--memory', '1-2', '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const report: Report = JSON.parse(out);
  expect(report.memory.map(({ name, adapter, place, segments, steps, whole }) => [name, adapter, place, segments, steps.map((s) => s.batch), whole?.length])).toEqual([['mine', 'molt', 'beside', 4, [1, 2], 2], ['rival', 'lavish', 'inside', 4, [1, 2], undefined]]);
  const [mine, rival] = report.memory;
  for (const { passing, share } of mine?.steps ?? []) expect([passing, share]).toEqual([0, 0]);
  for (const { saved, passing, share } of rival?.steps ?? []) expect(share).toBe(passing / saved.total);
});

test('as a page, with the arithmetic at every batch where both are there', async () => {
  const { out } = await molt('params', ...files, '--memory', '2');
  expect(out).toMatch(/^ {2}adapter +batch +saved +passing +share +peak +with moments$/m);
  const [, lavish, ...parts] = /^ {2}LAVisH {2}([\d,]+) B = saved ([\d,]+) \+ weights in use ([\d,]+) \+ gradients ([\d,]+) \+ inputs and constants ([\d,]+) \+ the step itself ([\d,]+)$/m.exec(out) ?? [];
  const number = (text = ''): number => Number(text.replaceAll(',', ''));
  expect(parts).toHaveLength(5);
  expect(parts.reduce((sum, part) => sum + number(part), 0)).toBe(number(lavish));
  const [, a, b, ratio] = /^ {2}peak +([\d,]+) \/ ([\d,]+) = ([\d.]+)$/m.exec(out) ?? [];
  expect(number(a)).toBe(number(lavish));
  expect((number(a) / number(b)).toFixed(1)).toBe(ratio);
  expect((await molt('params', ...files.slice(0, 1), '--memory', '2')).out).not.toContain('LAVisH : MoLT');
});

test('batches as a range or a list', async () => {
  const read = (text: string): readonly number[] | undefined => { const found = batches('').read(text); return isRight(found) ? found.right : undefined; };
  expect([read('1-4'), read('8'), read('1,2,8')]).toEqual([[1, 2, 3, 4], [8], [1, 2, 8]]);
  expect(['', '0', '3-1', '1-', '1,', 'all', '1-99'].map(read)).toEqual(Array.from({ length: 7 }, () => undefined));
  const { code, err } = await molt('params', '--memory', 'all');
  expect(code).toBe(2);
  expect(err).toContain('1-8 or 1,2,4');
  expect((await molt('params', '--memory', '1', '--paper')).code).toBe(2);
});
