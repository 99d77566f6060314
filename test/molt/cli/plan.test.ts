/** What planning makes of a variant, as a page and as JSON. */
import { expect, test } from 'vitest';
import { molt } from './terminal.ts';

const path = 'test/golden/molt/base/variant.json';

test('a training step before and after', async () => {
  const { code, out } = await molt('show', path, '--plan', '--train', '--batch', '2');
  expect(code).toBe(0);
  const [title, ...lines] = out.split('\n');
  expect(title).toBe('base, training step, batch 2');
  for (const row of ['multiply-adds', 'bytes moved', 'saved for backward', 'peak', 'operations', 'einsum', 'permute', 'contractions merged', 'groups of alike work', 'forward values computed again', 'rules fired'])
    expect(lines.some((line) => line.trimStart().startsWith(row))).toBe(true);
  expect(out).not.toMatch(/Infinity|NaN|undefined/);
});

test('the same as JSON; inference saves nothing', async () => {
  interface Tally { readonly multiplyAdds: number; readonly savedBytes: number; readonly peakBytes: number; readonly bytesMoved: number; readonly operations: { readonly [primitive: string]: number } }
  const of = async (...more: readonly string[]): Promise<{ readonly plan: { readonly before: Tally; readonly after: Tally; readonly regions: number; readonly fired: object } }> => JSON.parse((await molt('show', path, '--plan', '--json', ...more)).out);
  const [inference, training] = [await of(), await of('--train')];
  expect([inference.plan.before.savedBytes, inference.plan.after.savedBytes]).toEqual([0, 0]);
  expect(Math.min(training.plan.before.savedBytes, training.plan.after.savedBytes)).toBeGreaterThan(0);
  for (const { plan: { before, after, regions } } of [inference, training]) {
    expect(after.multiplyAdds).toBeLessThan(before.multiplyAdds);
    expect(regions).toBeGreaterThan(0);
    for (const { operations, peakBytes, bytesMoved } of [before, after]) {
      expect(operations['einsum']).toBeGreaterThan(0);
      expect(Math.min(peakBytes, bytesMoved)).toBeGreaterThan(0);
    }
  }
});

test('flags of plans need --plan', async () => {
  for (const flag of ['--train', '--json']) {
    const { code, err } = await molt('show', path, flag);
    expect(code).toBe(2);
    expect(err).toContain(`${flag} without --plan`);
  }
});
