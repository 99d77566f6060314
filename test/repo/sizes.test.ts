/**
 * No source file is longer than the hard stop, and the tool that says so can say no.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inTree, node, root } from './tree.ts';

const tool = join(root, 'tools/sizes.mjs');
const long = (lines: number): string => `${Array.from({ length: lines }, (_, i) => `export const x${i} = ${i};`).join('\n')}\n`;

test('every file is within 500 lines', () => {
  const said = node(root, [tool]);
  expect(said.err).toBe('');
  expect(said.status).toBe(0);
});

test('the table shows files, median, p75, p90, max and the largest file of each folder', async () => {
  await inTree({ 'shapes/a.ts': long(10), 'shapes/b.ts': long(20), 'shapes/c.ts': long(30), 'dsl/sub/d.ts': long(500) }, (folder) => {
    const said = node(folder, [tool]);
    expect(said.status).toBe(0);
    expect(said.out.split('\n').map((line) => line.split(/\s+/))).toEqual(
      expect.arrayContaining([
        ['shapes', '3', '20', '30', '30', '30', 'shapes/c.ts'],
        ['sources', '4', '20', '30', '500', '500', 'dsl/sub/d.ts'],
      ]),
    );
  });
});

test('a file of 501 lines fails, and is named', async () => {
  await inTree({ 'dsl/long.ts': long(501) }, (folder) => {
    const said = node(folder, [tool]);
    expect(said.status).toBe(1);
    expect(said.err).toContain('dsl/long.ts: 501 lines, past 500');
  });
});
