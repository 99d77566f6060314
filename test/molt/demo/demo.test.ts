/**
 * The main job, small: composes, extracts, trains every method, writes the page, and gives the same record twice.
 */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { tfjs } from '../../../dsl/backends/tfjs/index.ts';
import { demo, type DemoOptions } from '../../../molt/demo/demo.ts';
import { controls } from '../../../molt/demo/methods.ts';
import { rivals } from '../../../molt/demo/rivals.ts';
import { silent, uninterrupted } from '../../../molt/train/watch.ts';
import { printFault } from '../../../shapes/fault.ts';

const timeless = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'), (key, value: unknown) => (key.startsWith('seconds') ? 0 : value));

test('the demo runs from data to report, and a fixed seed gives the same record twice', async () => {
  const backend = await tfjs('wasm')();
  if (E.isLeft(backend)) throw new Error(printFault(backend.left));
  const cache = mkdtempSync(join(tmpdir(), 'molt-demo-'));
  const lines: string[] = [];
  const options: DemoOptions = { seed: 5, seeds: 1, epochs: 1, quick: true, rivals: false, resume: false, out: join(cache, 'first'), cache, backend: backend.right, progress: silent, interrupt: uninterrupted, print: (line) => lines.push(line) };
  for (const out of ['first', 'second']) {
    const result = await demo({ ...options, out: join(cache, out) })();
    if (E.isLeft(result)) throw new Error(printFault(result.left));
    expect(existsSync(join(cache, out, 'index.html'))).toBe(true);
  }
  expect(lines[0]).toContain('MoLT');
  expect(lines.join('\n').match(/±|%/g)).not.toBeNull();
  const [first, second] = ['first', 'second'].map((out) => timeless(join(cache, out, 'record.json')));
  expect(first).toEqual(second);
  expect(first).toMatchObject({ focus: 'molt', methods: Object.keys(controls).map((name) => ({ name })) });

  const stopped = await demo({ ...options, out: join(cache, 'third'), interrupt: { requested: true } })();
  expect(E.isLeft(stopped) && stopped.left._tag).toBe('Interrupted');
  expect(existsSync(join(cache, 'third'))).toBe(false);
}, 600_000);

test('all rivals in one command: trained, in the record, and in the report', async () => {
  const backend = await tfjs('wasm')();
  if (E.isLeft(backend)) throw new Error(printFault(backend.left));
  const cache = mkdtempSync(join(tmpdir(), 'molt-rivals-'));
  const lines: string[] = [];
  const done = await demo({ seed: 1, seeds: 1, epochs: 1, quick: true, rivals: true, resume: false, out: join(cache, 'report'), cache, backend: backend.right, progress: silent, interrupt: uninterrupted, print: (line) => lines.push(line) })();
  if (E.isLeft(done)) throw new Error(printFault(done.left));
  expect(timeless(join(cache, 'report', 'record.json'))).toMatchObject({
    focus: 'molt', control: 'none',
    methods: Object.keys(rivals).map((name) => ({ name, training: { steps: 2, epochs: 1 }, runs: [{ seed: 1, curve: [{ epoch: 1 }] }] })),
  });
  const page = readFileSync(join(cache, 'report', 'index.html'), 'utf8');
  for (const { label } of Object.values(rivals)) {
    expect(lines[0]).toContain(label);
    expect(page).toContain(`<th scope="row">${label}</th>`);
  }
  expect(page).toContain('With one seed the spreads are unknown, so nothing follows about the ranking.');
}, 600_000);
