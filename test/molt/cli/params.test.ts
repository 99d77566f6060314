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
      with frozen trunks 337,024,022, and 374,384,294 with the 37,360,272 of their checkpoints that nothing uses
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
      with frozen trunks 240,805,266, and 278,165,538 with the 37,360,272 of their checkpoints that nothing uses
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

interface Work { readonly inference: number; readonly forward: number; readonly backward: number }
interface Parts { readonly total: number; readonly constant: number; readonly features: number; readonly frozen: number; readonly trained: number }
interface CostFile {
  readonly batch: number;
  readonly parameters: { readonly total: number; readonly trainable: number };
  readonly state: { readonly weights: number; readonly gradients: number; readonly optimiser: number };
  readonly multiplyAdds: { readonly printed: Work; readonly planned: Work };
  readonly saved: Parts;
  readonly savedPerSample: Parts;
  readonly peak: { readonly inference: number; readonly training: number | null };
}

test('what a batch costs, on stored features and with the trunks in front', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'molt-params-'));
  const path = join(folder, 'late.json');
  writeFileSync(path, JSON.stringify({ schemaVersion: 1, name: 'late', backbones: { visual: 'swinv2-large-w12-192', audio: 'htsat' }, adapter: { kind: 'molt', uda: 1, cda: 1, width: { visual: 384, audio: 192 } } }));
  const report: { readonly variants: readonly { readonly cost: CostFile; readonly whole: CostFile }[] } = JSON.parse((await molt('params', path, '--batch', '4', '--whole', '--json')).out);
  rmSync(folder, { recursive: true });
  const [first] = report.variants;
  expect(report.variants).toHaveLength(1);
  if (first === undefined) return;
  const { cost, whole } = first;
  expect(cost.parameters).toMatchObject({ total: 18_067_846, trainable: 18_067_846 });
  expect(cost.state).toEqual({ weights: 72_271_384, gradients: 72_271_384, optimiser: 144_542_768 });
  for (const { multiplyAdds: { printed, planned }, saved, savedPerSample, peak } of [cost, whole]) {
    expect(planned.backward).toBeLessThan(printed.backward);
    expect(planned.forward).toBeLessThan(printed.forward);
    expect(saved.total).toBe(saved.constant + saved.features + saved.frozen + saved.trained);
    expect(savedPerSample.total).toBe((saved.total - saved.constant) / 4);
    expect(saved.frozen).toBe(0);
    expect(peak.training).toBeGreaterThan(peak.inference);
  }
  // 195,202,932 + 27,534,488 and bn0's running statistics, 2 × 64
  expect(whole.parameters).toMatchObject({ total: 18_067_846 + 222_737_420 + 128, trainable: 18_067_846 });
});

test('a batch of one as a page, a variant without trunks', async () => {
  const { out } = await molt('params', 'test/golden/molt/base/variant.json', '--batch', '1');
  expect(out).toMatch(/multiply-adds, batch 1 +inference +forward +backward\n +as written [^]*saved for backward, per sample: .* = trained .* \+ frozen 0 B \+ features /);
  const { code, err } = await molt('params', 'test/golden/molt/base/variant.json', '--whole');
  expect(code).toBe(2);
  expect(err).toContain('features without trunks');
});

test('the published trunks by themselves', async () => {
  const cost = async (name: string): Promise<{ readonly frozen: CostFile; readonly trained: CostFile }> => JSON.parse((await molt('params', '--backbone', name, '--json')).out);
  const [swin, htsat] = [await cost('swinv2-large-w12-192'), await cost('htsat')];
  expect(swin.trained.parameters.trainable).toBe(195_202_932);
  expect(htsat.trained.parameters.trainable).toBe(27_534_488);
  for (const { frozen, trained } of [swin, htsat]) {
    expect(frozen).toMatchObject({ parameters: { trainable: 0 }, saved: { total: 0 }, peak: { training: null } });
    expect(trained.saved.frozen).toBe(0);
    expect(trained.saved.total).toBeGreaterThan(1e7);
    expect(trained.multiplyAdds.printed.backward / trained.multiplyAdds.printed.forward).toBeCloseTo(2, 1);
  }
  // what bn0 makes of its running variances: 64 numbers that no training changes
  expect([swin, htsat].map(({ trained: { saved } }) => [saved.features, saved.constant])).toEqual([[0, 0], [0, 256]]);
  // 26.2 G of its products alone, by the table of stages
  expect(swin.frozen.multiplyAdds.printed.inference / 1e9).toBeCloseTo(26.4, 1);
  expect((await molt('params', '--backbone', 'htsat')).out).toContain('27,534,488, running statistics 128');
  expect((await molt('params', 'test/golden/molt/base/variant.json', '--backbone', 'htsat')).code).toBe(2);
});

test('a rival: its counts, the published total, and what a step costs as written', async () => {
  const { code, out } = await molt('params', 'variants/lavish-ave-shared.json', '--batch', '1');
  expect(code).toBe(0);
  expect(out).toMatch(/^ {2}adapters\.0 .* [\d,]+$/m);
  expect(out).toMatch(/^ {2}trainable .* 8,447,808$/m);
  expect(out).toMatch(/^ {2}head \(apart\) .* 1,588,253$/m);
  expect(out).toContain('205,238,993, and 238,808,610 with the 33,569,617 of their checkpoints that nothing uses');
  expect(out).toContain('frozen');
});

test('the four tables of the paper beside ours', async () => {
  interface Row {
    readonly table: number;
    readonly method: string;
    readonly sound: string;
    readonly share: number;
    readonly total?: number;
    readonly ours: { readonly share: number; readonly total: number; readonly step: { readonly saved: Parts; readonly share: number; readonly peak: number } | null } | null;
  }
  const { rows }: { readonly rows: readonly Row[] } = JSON.parse((await molt('params', '--paper', '--json')).out);
  expect(rows).toHaveLength(31);
  const at = (table: number, method: string, sound: string): Row | undefined => rows.find((r) => r.table === table && r.method === method && r.sound === sound);
  // to the digits that the paper prints
  for (const [table, method, sound] of [[1, 'LAVisH', 'shared'], [1, 'MoLT', 'HTS-AT'], [3, 'LAVisH', 'HTS-AT'], [3, 'DG-SCT', 'HTS-AT'], [3, 'MoLT', 'HTS-AT']] as const) {
    const row = at(table, method, sound);
    expect(Math.abs((row?.ours?.share ?? 0) - (row?.share ?? -1)), `${method}, table ${table}`).toBeLessThan(0.11);
    expect(Math.abs((row?.ours?.total ?? 0) / 1e6 - (row?.total ?? -1)), `${method}, table ${table}`).toBeLessThan(0.2);
  }
  const [lavish, ours] = [at(3, 'LAVisH', 'HTS-AT')?.ours?.step, at(3, 'MoLT', 'HTS-AT')?.ours?.step];
  expect((lavish?.peak ?? 0) / (ours?.peak ?? 1)).toBeGreaterThan(17);
  expect([ours?.saved.frozen, ours?.share]).toEqual([0, 0]);
  for (const method of ['LAVisH', 'DG-SCT', 'AVMoE']) {
    expect(at(3, method, 'HTS-AT')?.ours?.step?.share, method).toBeGreaterThan(0.3);
  }
});
