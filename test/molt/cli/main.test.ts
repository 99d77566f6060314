/** The command line as a whole: help, versions, exit codes, what a mistake is told. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands, mainOn } from '../../../molt/cli/main.ts';
import { terminalOf } from '../../../molt/cli/terminal.ts';
import { molt, recorder } from './terminal.ts';

test('without words, help lists every command', async () => {
  const { code, out, err } = await molt();
  expect(code).toBe(0);
  expect(err).toBe('');
  for (const [name, { summary }] of Object.entries(commands)) {
    expect(out).toMatch(new RegExp(`^  ${name} +`, 'm'));
    expect(out).toContain(summary);
  }
});

test.each(Object.keys(commands))('%s has a page, by --help and by help', async (name) => {
  const page = await molt(name, '--help');
  expect(page).toEqual({ code: 0, err: '', out: (await molt('help', name)).out });
  expect(page.out).toContain(`usage: molt ${name}`);
  for (const flag of Object.keys(commands[name]?.flags ?? {})) expect(page.out).toContain(`--${flag}`);
});

test('--version is that of the package', async () => {
  const { version }: { readonly version: string } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(await molt('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

test('an unknown command names the nearest', async () => {
  const { code, out, err } = await molt('parms');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatchInlineSnapshot(`
    "wrong usage: molt parms
      given:  command parms (did you mean params?)
      needed: one of demo, init, check, diff, prove, extract, train, eval, taps, run, params, show, export, pretrain, doctor, help
      try:    molt help
    "
  `);
});

test('every mistake of a line is told at once', async () => {
  const { code, err } = await molt('run', '--varaint', 'V.json', '--weights', 'W', '--backend', 'wasn', '--json=yes', '--output');
  expect(code).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "wrong usage: molt run
      given:  --varaint is not a flag of molt run (did you mean --variant?)
              --variant V.json is missing: the variant file
              --inputs X.safetensors is missing: the features
              --output lacks its value Y.safetensors
              --backend wasn: needed one of auto, ort-node, tfjs-node, ort-web, tfjs-wasm, tfjs-node-gpu, tfjs-webgpu, tfjs-cpu, reference, ort, web, wasm, cpu, node, webgpu (did you mean wasm?)
              --json takes no value
      needed: molt run --variant V.json --weights W.safetensors --inputs X.safetensors --output Y.safetensors [--grads G.safetensors] [--backend NAME] [--threads N] [--json]
      try:    molt run --help
    "
  `);
});

test('a flag given twice, a surplus operand', async () => {
  expect((await molt('show', 'a.json', '--level', 'block', '--level=primitive')).err).toMatchInlineSnapshot(`
    "wrong usage: molt show
      given:  --level is given twice
      needed: molt show V.json|MODULE.ts [--format text|mermaid|graphviz] [--level block|primitive] [--batch B] [--plan] [--train] [--json]
      try:    molt show --help
    "
  `);
  expect((await molt('doctor', 'all')).err).toMatchInlineSnapshot(`
    "wrong usage: molt doctor
      given:  surplus operand all
      needed: molt doctor [--json] [--threads N]
      try:    molt doctor --help
    "
  `);
});

test('a file that is not there is bad input', async () => {
  const { code, err } = await molt('show', 'no/such/variant.json');
  expect(code).toBe(2);
  expect(err).toContain('no/such/variant.json');
});

test('prototype names are no commands and no flags', async () => {
  expect((await molt('constructor')).code).toBe(2);
  expect((await molt('doctor', '--constructor')).code).toBe(2);
  expect((await molt('run', '--__proto__')).code).toBe(2);
});

test('colour only where it is wanted', async () => {
  const escape = '\u001B[';
  const told = async (env: { readonly [name: string]: string }, isTTY: boolean): Promise<string> => {
    const { terminal, err } = recorder(env, isTTY);
    await mainOn(terminal)(['parms']);
    return err();
  };
  expect(await told({}, true)).toContain(escape);
  expect(await told({ FORCE_COLOR: '1' }, false)).toContain(escape);
  for (const plain of [await told({}, false), await told({ NO_COLOR: '1' }, true), await told({ NO_COLOR: '1', FORCE_COLOR: '1' }, true), await told({ TERM: 'dumb' }, true)]) expect(plain).not.toContain(escape);
});

test('a defect is told and has exit code 3', async () => {
  const broken = terminalOf({ write: () => { throw new Error('the stream is gone'); } }, { write: () => undefined }, {});
  expect(await mainOn(broken)(['--version'])).toBe(3);
});

test('the doctor finds the engines that are always there, times them, and says what auto takes', async () => {
  const { code, out } = await molt('doctor', '--json', '--threads', '1');
  expect(code).toBe(0);
  interface Row { readonly backend: string; readonly works: boolean; readonly version: string | null; readonly threads: number; readonly speed: { readonly matrix: number; readonly batched: number } | null; readonly detail: string }
  const report: { readonly backends: readonly Row[]; readonly auto: { readonly backend: string }; readonly products: { readonly matrix: readonly (readonly number[])[] } } = JSON.parse(out);
  const working = report.backends.filter(({ works }) => works);
  expect(working.map(({ backend }) => backend)).toEqual(expect.arrayContaining(['tfjs-wasm', 'tfjs-cpu', 'reference']));
  for (const { speed, threads } of working) {
    expect(speed?.matrix).toBeGreaterThan(0);
    expect(speed?.batched).toBeGreaterThan(0);
    expect(threads).toBe(1);
  }
  for (const { detail, speed } of report.backends.filter(({ works }) => !works)) expect([detail.includes('npm install'), speed]).toEqual([true, null]);
  expect(report.backends.find(({ backend }) => backend === 'tfjs-wasm')?.version).toBe('4.22.0');
  expect(report.auto.backend).toBe(working[0]?.backend);
  expect(report.products.matrix).toHaveLength(2);
}, 60_000);

test.each(['text', 'mermaid', 'graphviz'])('show prints %s', async (format) => {
  const { code, out } = await molt('show', 'test/golden/molt/base/variant.json', '--format', format);
  expect(code).toBe(0);
  expect(out).toContain('fdm.0.uda.0.visual');
  const fine = await molt('show', 'test/golden/molt/base/variant.json', '--format', format, '--level', 'primitive');
  expect(fine.out.length).toBeGreaterThan(out.length);
});
