/**
 * Real processes on one real folder, killed without warning: the finished store is that of an undisturbed run, byte for byte.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { random } from '../../../dsl/index.ts';
import { openStore, verify } from '../../../molt/store/index.ts';
import { foldersOf } from '../../../molt/store/folders.ts';
import { good } from '../../dsl/safetensors/helpers.ts';
import { files, made, scratch } from './helpers.ts';
import { chunksOf, writeAll } from './writer.ts';

const at = await scratch();
const [chunks, size] = [60, 2] as const;

beforeAll(async () => {
  const entry = fileURLToPath(new URL('writer.ts', import.meta.url));
  await build({ entryPoints: [entry], outfile: at('writer.mjs'), bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' });
});

/** A writer that has opened the store. */
const start = async (folder: string, ...args: readonly string[]): Promise<{ readonly child: ChildProcess; readonly said: (word: string) => Promise<void>; readonly end: Promise<unknown> }> => {
  const child = spawn(process.execPath, [at('writer.mjs'), folder, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = once(child, 'close');
  let text = '';
  child.stdout.on('data', (data: Buffer) => { text += data.toString(); });
  const said = async (word: string): Promise<void> => {
    while (!text.includes(word)) await Promise.race([once(child.stdout, 'data'), end.then(() => { throw new Error(`the writer ended after: ${text}`); })]);
  };
  await said('open');
  return { child, said, end };
};

const killed = async ({ child, end }: Awaited<ReturnType<typeof start>>): Promise<void> => {
  child.kill('SIGKILL');
  await end;
};

const write = (folder: string) => start(folder, String(chunks), String(size));

test('two writers at once, killed eight times at random moments and started again', async () => {
  const alone = good(await openStore(at('alone'))());
  await writeAll(good(await alone.collection(made())()), chunksOf(chunks, size));
  const delays = random.uniform(random.key(8), 8);
  for (const delay of delays) {
    const both = await Promise.all([write(at('killed')), write(at('killed'))]);
    await new Promise((resolve) => { setTimeout(resolve, delay * 50); });
    await Promise.all(both.map(killed));
  }
  const last = await Promise.all([write(at('killed')), write(at('killed'))]);
  expect(await Promise.all(last.map(({ end }) => end))).toEqual([[0, null], [0, null]]);
  expect(await files(at('killed'))).toEqual(await files(at('alone')));
  expect(good(await verify(at('killed'))())).toEqual([]);
}, 60_000);

test('a claim of a living process holds, that of a killed one does not', async () => {
  const store = good(await openStore(at('claims'))());
  const some = good(await store.collection(made())());
  const other = await start(at('claims'), 'hold', 'work');
  await other.said('held');
  expect(good(await some.claim('work')())).toBeUndefined();
  const free = good(await some.claim('other work')());
  expect(free?.work).toBe('other work');
  expect(good(await some.claim('other work')())).toBeUndefined();
  await free?.release();
  await killed(other);
  const taken = good(await some.claim('work')());
  expect(taken?.work).toBe('work');
  await taken?.release();
  expect(await readdir(foldersOf(some.folder).claims)).toEqual([]);
}, 30_000);
