/** Exact numbers of weights, beside what the paper prints. */
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compare, paperVariants, publishedFor } from '../../../molt/variants/paper.ts';
import { molt } from './terminal.ts';

test('the paper-size variants', async () => {
  const { code, out, err } = await molt('params');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatchInlineSnapshot(`
    "molt-avqa-late
      part          tensors   parameters
      fdm.0.uda          20   17,733,184
      fdm.0.cda          36   38,966,848
      fdm.0.router        4      295,556
      fdm.1.uda          20   17,733,184
      fdm.1.cda          36   38,966,848
      fdm.1.router        4      295,556
      tfm                 8      295,426
      trainable         128  114,286,602
      paper: 114.32 M (Table 1, AVQA with HTS-AT: 25.9 % of 441.4 M)
      ours − paper: −0.04 M (−0.03 %)
      why: 25.9 % of 441.4 M, rounded to one decimal, is any count from 114.1 to 114.5 M: ours is one

    molt-ave-late
      part          tensors  parameters
      fdm.0.uda          12   2,968,352
      fdm.0.cda          20   5,622,560
      fdm.0.router        4     295,298
      fdm.1.uda          12   2,968,352
      fdm.1.cda          20   5,622,560
      fdm.1.router        4     295,298
      tfm                 8     295,426
      trainable          80  18,067,846
      paper: 18.00 M (Table 3, AVE with HTS-AT: 6.2 % of 290.3 M)
      ours − paper: +0.07 M (+0.38 %)
      why: 6.2 % of 290.3 M, rounded to one decimal, is any count from 17.9 to 18.1 M: ours is one
    "
  `);
});

test('the same as JSON', async () => {
  const report: { readonly variants: readonly { readonly trainable: number; readonly parts: readonly { readonly parameters: number }[] }[] } = JSON.parse((await molt('params', '--json')).out);
  expect(report.variants.map(({ trainable }) => trainable)).toEqual([114_286_602, 18_067_846]);
  for (const { trainable, parts } of report.variants) expect(parts.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(trainable);
});

test('a file of the same sizes is compared too, whatever its name; another one is only counted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'molt-params-'));
  const path = join(folder, 'mine.json');
  const pair = (tokens: number, channels: number) => [{ tokens, channels }, { tokens, channels }];
  writeFileSync(path, JSON.stringify({ schemaVersion: 1, name: 'mine', features: { visual: pair(36, 1536), audio: pair(64, 768) }, adapter: { kind: 'molt', width: { visual: 1536, audio: 768 } } }));
  const { out } = await molt('params', path, 'test/golden/molt/base/variant.json');
  rmSync(folder, { recursive: true });
  expect(out).toMatch(/^mine\n[^]*114,286,602[^]*Table 1[^]*^base\n/m);
  expect(out.slice(out.indexOf('base')).includes('paper')).toBe(false);
});

test('a printed share stands for an interval', () => {
  const published = { where: 'a table', total: 100, share: 10 };
  expect(compare(10_000_000, published)).toMatchObject({ published: 10_000_000, difference: 0, reason: expect.stringContaining('ours is one') });
  expect(compare(9_000_000, published).reason).toContain('leaves widths open');
  for (const { variant, published: own } of paperVariants) expect(publishedFor(variant)).toBe(own);
});
