/** `molt check` on modules: a block with its claims is checked like a variant, and what is wrong is told at the line that it is about. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkCommand } from '../../../molt/cli/commands/check.ts';
import { exitCodes, printFault } from '../../../shapes/fault.ts';
import { molt, recorder } from './terminal.ts';

const root = new URL('../../../', import.meta.url).pathname;
mkdirSync(join(root, '.cache'), { recursive: true });
const cwd = mkdtempSync(join(root, '.cache', 'modules-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
const checkFrom = (folder: string) => async (...argv: readonly string[]): Promise<Outcome> => {
  const { terminal, out, err } = recorder();
  const result = await checkCommand(() => ({ cwd: folder, env: {} })).invoke(argv, terminal)();
  return result._tag === 'Right' ? { code: result.right, out: out(), err: err() } : { code: exitCodes[result.left._tag], out: out(), err: `${err()}${printFault(result.left)}\n` };
};
const check = checkFrom(cwd);

const imports = "import { block, einsum, fanIn, param, softmax } from '../../dsl/index.ts';\nimport { claim } from '../../proofs/index.ts';\nimport { dim } from '../../shapes/index.ts';\n";
const module = (name: string, ...lines: readonly string[]): string => {
  writeFileSync(join(cwd, name), imports + [...lines, ''].join('\n'));
  return name;
};

test('the example passes every check; its figures go to the lock, and drift is told at its name', async () => {
  const lock = join(cwd, 'molt.lock.json');
  const example = checkFrom(root);
  const first = await example('examples/variant.ts', '--smoke', '3', '--update-baseline', '--baseline', lock);
  expect(first.out.replace(/loss [\d.]+ → [\d.]+/, 'loss falls')).toMatchInlineSnapshot(`
    "variant                   adapter      trainable  saved/sample      peak  multiply-adds  exported
    pooling by eight queries  block    ok        512      8.320 kB  69.03 kB        207.0 k  2.048 kB
    figures of batch 1, equations as written (--planned: as engines run them)

    pooling by eight queries (examples/variant.ts)
      decode   passed  a module with a block
      build    passed  1 weights
      shapes   passed  every shape follows from its rule
      cost     passed  batch 1, as written
      budgets  passed  within 3 budgets
      laws     passed  7 laws hold at a small size
      smoke    passed  loss falls in 3 steps
      lock     passed  as recorded

    1 variant: 1 passed, 0 failed (0 errors, 0 warnings)
    "
  `);
  expect(first.code).toBe(0);
  const locked: unknown = JSON.parse(readFileSync(lock, 'utf8'));
  expect(locked).toMatchObject({ variants: { [join(root, 'examples/variant.ts')]: { name: 'pooling by eight queries', figures: { trainableParameters: 512, exportedBytes: 2048 } } } });
  const [, documented = '', shown = ''] = /```ts\n(import \{ block,(?:(?!```)[^])*at: \{ n: 196 \} \}\);\n)```\n\n```console\n\$ npx molt check examples\/variant\.ts --smoke 3\n([^]*?)```/.exec(readFileSync(join(root, 'docs/variants.md'), 'utf8')) ?? [];
  expect(first.out.startsWith(shown) && shown !== '').toBe(true);
  expect(readFileSync(join(root, 'examples/variant.ts'), 'utf8').replace(/'\.\.\/(\w+)\/index\.ts'/g, "'molt/$1'").replace(/^\/\*\*[^]*?\*\/\n/, '')).toBe(documented);
  writeFileSync(lock, readFileSync(lock, 'utf8').replace('512', '511'));
  const drifted = await example('examples/variant.ts', '--no-laws', '--baseline', lock);
  expect(drifted.code).toBe(1);
  expect(drifted.out).toMatch(/MOLT401 lock-drift: examples\/variant\.ts:16:14 \(name\)\n {2}given: {2}trainable weights: 512/);
  expect(drifted.err).not.toContain('cache');
});

test('a shape that does not fit, in a file that the module imports: told there', async () => {
  writeFileSync(join(cwd, 'scores.ts'), "import { einsum } from '../../dsl/index.ts';\nimport type { Dim, Tensor } from '../../shapes/index.ts';\n\n/** trusts its caller */\nexport const scores = <B extends Dim, N extends Dim, D extends Dim, Q extends Dim>(x: Tensor<[B, N, D]>, q: Tensor<[D, Q]>) =>\n  einsum('b n d, d q -> b q n')(x, q);\n");
  const file = module('helped.ts', "import { scores } from './scores.ts';", 'const pool = block({ query: param(fanIn(), dim(5), dim(2)) }, (p) => (x: any) => softmax(scores(x, p.query as any)));', "export const pooling = claim(pool, { inputs: ['b n 3'], at: { n: 4 } });");
  const { code, out } = await check(file, '--no-laws', '--format', 'github');
  expect(code).toBe(2);
  expect(out).toMatch(/^::error file=scores\.ts,line=6,.*title=MOLT001 shape-mismatch::given: {2}einsum 'b n d, d q -> b q n'%0A +x: b=1 n=4 d=3%0A/);
});

test('TypeScript that does not parse: told at its line', async () => {
  writeFileSync(join(cwd, 'broken.ts'), 'export const one: number = 1;\nexport const two: number = ;\n');
  const { code, out } = await check('broken.ts');
  expect(code).toBe(2);
  expect(out).toContain('MOLT009 module: broken.ts:2:28\n');
});

const pool = 'const pool = block({ query: param(fanIn(), dim(3), dim(2)) }, (p) => (x) => einsum(\'b q n, b n d -> b q d\')(softmax(einsum(\'b n d, d q -> b q n\')(x, p.query)), x));';
const good = "claim(pool, { inputs: ['b n 3'], at: { n: 4 } })";

test.each([
  ['nothing exported', ['const a = 1;'], 'MOLT009 module: m.mjs:1:1\n  given:  a module that exports nothing'],
  ['no claim', ['export const a = 1;', pool, 'export { pool };'], 'MOLT009 module: m.mjs:1:1\n  given:  exports a, pool, none of them a claim'],
  ['two claims', [pool, `export const one = ${good};`, `export const two = ${good};`], 'MOLT009 module: m.mjs:6:14 (two)\n  given:  2 claims: one, two'],
  ['it throws', ['export const a = 1;', "throw new Error('no luck');"], 'MOLT009 module: m.mjs:5:7\n  given:  no luck'],
  ['a shape at loading', [`export const y = einsum('a, b c -> a b')(softmax, 1);`, 'export default 1;'], 'MOLT009 module: m.mjs:4:'],
  ['a name that is none', [pool, 'export const name = 7;', `export default ${good};`], 'MOLT002 decode: m.mjs:5:14 (name)\n  given:  7'],
  ['a budget that is none', [pool, 'export const budgets = {', "  peakBytes: 'few',", '};', `export default ${good};`], 'MOLT002 decode: m.mjs:6:14 (budgets.peakBytes)\n  given:  "few"'],
  ['no size for a letter', [pool, "export default claim(pool, { inputs: ['b n 3'] });"], "MOLT002 decode: m.mjs:5:8 (default)\n  given:  at\n          no size of n\n  needed: a size for every letter but the batch\n  try:    claim(…, { …, at: { n: 36 } })"],
  ['a size for no letter', [pool, "export default claim(pool, { inputs: ['b n 3'], at: { n: 4, m: 2 } });"], 'given:  at\n          a size of m\n  needed: letters of the claim\'s shapes: b, n'],
  ['a size that is none', [pool, "export default claim(pool, { inputs: ['b n 3'], at: { n: 0 } });"], 'given:  at\n          n: 0'],
  ['another shape than claimed', [pool, "export default claim(pool, { inputs: ['b n 3'], outputs: ['b 3'], at: { n: 4 } });"], 'MOLT001 shape-mismatch: m.mjs:5:8 (default)\n  given:  outputs\n          the block gives [1, 2, 3]\n  needed: [1, 3], as the claim says'],
] as const)('%s', async (_, lines, says) => {
  const name = `m${Math.abs([...says].reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7))}.mjs`;
  const { code, out } = await check(module(name, ...lines), '--no-laws');
  expect(out.replaceAll(name, 'm.mjs')).toContain(says);
  expect(code).toBe(2);
});

test("molt show draws a module's block, plans it, and tells what is wrong with a module", async () => {
  const file = module('shown.mjs', pool, `export default ${good};`);
  const path = join(cwd, file);
  expect((await molt('show', path, '--batch', '2')).out).toMatch(/einsum[^]*softmax|max[^]*einsum/);
  expect((await molt('show', path, '--plan', '--train')).out).toMatch(/^shown, training step, batch 1\n/);
  const none = await molt('show', join(cwd, module('bare.mjs', 'export const a = 1;')));
  expect([none.code, none.err]).toEqual([2, expect.stringMatching(/bare\.mjs:1:1\n {2}given: {2}exports a, none of them a claim/)]);
});

test('a pattern; and a loss that cannot fall, under its rule', async () => {
  module('flat.mjs', "const flat = block({ bias: param(fanIn(), dim(3), dim(2)) }, (p) => (x) => softmax(einsum('b n, k l -> b n')(x, p.bias)));", "export const soft = claim(flat, { inputs: ['b 1'] });");
  const { code, out } = await check('{flat,none}.mjs', '--no-laws', '--smoke', '2', '--batch', '3');
  expect(out).toMatch(/MOLT301 smoke-training: flat\.mjs:5:14 \(soft\)\n {2}given: {2}loss 1\.000 → 1\.000 in 2 steps\n {2}needed: a lower loss\n {2}hint: {3}allow more steps/);
  expect(code).toBe(1);
  writeFileSync(join(cwd, 'other.lock.json'), '{ "schemaVersion": 1, "batch": 1, "variants": {} }');
  expect((await check('flat.mjs', '--no-laws', '--baseline', 'other.lock.json')).out).toContain('MOLT402 lock-missing (warning): flat.mjs:5:14 (soft)');
});
