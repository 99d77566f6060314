/**
 * `molt prove`: a block with a softmax over the wrong axis is caught, as small as it gets, and the failure can be replayed.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { molt } from './terminal.ts';

const root = new URL('../../../', import.meta.url).pathname;
const example = 'examples/prove.ts';
mkdirSync(join(root, '.cache'), { recursive: true });
const folder = mkdtempSync(join(root, '.cache', 'claims-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const module = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, `import { claim } from '../../proofs/index.ts';\nimport { softmax } from '../../dsl/index.ts';\n${text}`);
  return path;
};

test('a softmax over the wrong axis: one law fails, its smallest counterexample has one sample and one token', async () => {
  const { code, out, err } = await molt('prove', example, '--runs', '12');
  expect({ code, err }).toEqual({ code: 1, err: '' });
  const [good = '', wrong = '', total = ''] = out.trimEnd().split('\n\n');
  expect(good).not.toMatch(/FAILED|weak/);
  expect(total).toBe('13 passed, 1 failed, 4 not tried');
  expect(wrong).toMatchInlineSnapshot(`
    "examples/prove.ts wrong
      FAILED     simplex           weights are ≥ 0 and sum to 1 along the last axis
          because  row 0 sums to 0.38866826714463754, wanted 1 within 1e-8
          smallest inputs b = 1, n = 1: f32[1, 1, 3]; seed 0; x0 = (1.033, -1.243, -0.1263)
          replay   molt prove examples/prove.ts --law wrong.simplex --seed 1 --runs 12 --path 0:0:0:0:0:0
      passed     equivariant.n     permuting n permutes the outputs
      passed     shapes            every shape follows from the rules, and outputs have the shapes that are claimed
      passed     batch.neighbours  the result of a sample does not depend on the other samples of the batch
      passed     batch.alone       a sample by itself gives the row that it gives in a batch
      passed     gradient          the gradient is the limit of central differences
      passed     compiled          a rewritten graph agrees with the unrewritten one
      not tried  frozen            no weight is declared frozen
      not tried  hull              not claimed: { law: 'hull' }"
  `);
});

test('the replay line replays exactly that failure', async () => {
  const { out } = await molt('prove', example, '--runs', '12');
  const [, line = ''] = /replay +molt (.*)/.exec(out) ?? [];
  const again = await molt(...line.split(' '));
  expect(again.code).toBe(1);
  const failure = /because[^]*?smallest (.*)/;
  expect(failure.exec(again.out)?.[0]).toBe(failure.exec(out)?.[0]);
  expect(again.out).not.toContain('gradient');
});

test('as JSON, and with only what holds: exit code 0', async () => {
  const { code, out } = await molt('prove', example, '--law', 'good.simplex', '--runs', '12', '--format', 'json');
  const found: { readonly ok: boolean; readonly claims: readonly { readonly name: string; readonly findings: readonly { readonly law: string; readonly outcome: string }[] }[] } = JSON.parse(out);
  expect(code).toBe(0);
  expect(found).toMatchObject({ schemaVersion: 1, ok: true, runs: 12, claims: [{ name: 'good', findings: [{ law: 'simplex', outcome: 'passed' }] }] });
});

test.each([
  ['no module', [], 2, /no module/],
  ['a module without claims', ['examples/laws.ts'], 2, /exports poolingLaws, reportsOf|exports pool, /],
  ['a path without its law', [example, '--path', '0:0'], 2, /--law beside --path/],
  ['a law of two modules', [example, example, '--law', 'good.simplex'], 2, /one module with --law/],
  ['a claim that is not there', [example, '--law', 'god.simplex'], 2, /did you mean good\?/],
  ['a law that is not there', [example, '--law', 'good.simplx'], 2, /molt prove examples\/prove\.ts lists them/],
] as const)('%s', async (_, argv, wanted, says) => {
  const { code, err } = await molt('prove', ...argv, '--runs', '1');
  expect(code).toBe(wanted);
  expect(err).toMatch(says);
});

test('a claim that says what its shapes do not have is wrong input; the other claims are tried', async () => {
  const path = module('letters.ts', "export const soft = claim(softmax, { inputs: ['b n'], claims: [{ law: 'invariant', axis: 'm' }] });\nexport const well = claim(softmax, { inputs: ['b n'], except: { gradient: 'slow' } });\n");
  const { code, out, err } = await molt('prove', path, '--runs', '8');
  expect({ code, err }).toEqual({ code: 2, err: '' });
  expect(out.replaceAll(`${folder}/`, '')).toMatchInlineSnapshot(`
    "letters.ts soft
      wrong usage: letters.ts soft: the claim 'invariant'
        given:  axis m
                inputs [b n]
        needed: an axis that an input has by this letter

    letters.ts well
      passed     shapes            every shape follows from the rules, and outputs have the shapes that are claimed
      passed     batch.neighbours  the result of a sample does not depend on the other samples of the batch
      passed     batch.alone       a sample by itself gives the row that it gives in a batch
      passed     compiled          a rewritten graph agrees with the unrewritten one
      not tried  gradient          excepted: slow
      not tried  frozen            it declares no weights
      not tried  permuting n       not claimed: { law: 'invariant', axis: 'n' } or { law: 'equivariant', axis: 'n' }
      not tried  simplex           not claimed: { law: 'simplex' }
      not tried  hull              not claimed: { law: 'hull' }

    4 passed, 0 failed, 1 refused, 5 not tried
    "
  `);
  const json: { readonly ok: boolean } = JSON.parse((await molt('prove', path, '--runs', '8', '--format', 'json')).out);
  expect(json).toMatchObject({ ok: false, claims: [{ name: 'soft', fault: { _tag: 'Usage' } }, { name: 'well' }] });
});

test("the guide's block gives what the guide shows", async () => {
  const guide = readFileSync(join(root, 'docs/guide.md'), 'utf8');
  const [, code = '', shown = ''] = /```ts\n((?:(?!```)[^])*export const weights = claim\((?:(?!```)[^])*)```\n\n```console\n\$ npx molt prove attention\.ts\n([^]*?)```/.exec(guide) ?? [];
  expect(code).toContain('softmax');
  const path = join(folder, 'attention.ts');
  writeFileSync(path, code.replace(/'molt\/(dsl|proofs|shapes)'/g, "'../../$1/index.ts'"));
  const { code: exit, out } = await molt('prove', path);
  expect(exit).toBe(1);
  expect(out.replaceAll(path, 'attention.ts')).toBe(shown);
});
