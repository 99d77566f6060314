/** Transfers that break: no half file under a final name, a resumed file is the file, wrong sizes and bytes are found. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { isLeft } from 'fp-ts/lib/Either.js';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { fromHub, type HubPorts } from '../../../../molt/weights/hub/index.ts';
import type { Fault } from '../../../../shapes/fault.ts';
import { hub } from './server.ts';

const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 7)) & 255);
const commit = 'c'.repeat(40);
const server = await hub({ 'org/big': { refs: { main: commit }, files: { 'model.safetensors': bytes } } });
/** The cache of one test. */
const seen = { home: '' };
const made: string[] = [];
const newHome = (): void => {
  seen.home = mkdtempSync(join(tmpdir(), 'molt-transfer-'));
  made.push(seen.home);
};

beforeEach(() => {
  newHome();
  server.requests.length = 0;
  for (const key of Object.keys(server.trouble)) Reflect.deleteProperty(server.trouble, key);
});
afterAll(async () => {
  await server.close();
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

const ports = (): HubPorts => ({ fetch: globalThis.fetch, env: { HF_ENDPOINT: server.url, HF_HUB_CACHE: seen.home }, home: seen.home });
const get = () => fromHub('org/big', ports())();
const bad = async (): Promise<Fault> => {
  const found = await get();
  return isLeft(found) ? found.left : expect.fail(found.right);
};
const isWhole = async (): Promise<void> => {
  const found = await get();
  const path = isLeft(found) ? expect.fail(JSON.stringify(found.left)) : found.right;
  expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
  expect(blobs()).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
};
const mkdirs = (path: string): string => (mkdirSync(path, { recursive: true }), path);
const blobs = (): readonly string[] => readdirSync(join(seen.home, 'models--org--big/blobs'));
/** Nothing has a final name: no whole blob, no snapshot, no ref. */
const nothingFinal = (): void => {
  expect(blobs().filter((name) => !name.endsWith('.incomplete'))).toEqual([]);
  expect(readdirSync(join(seen.home, 'models--org--big'))).toEqual(['blobs']);
};
const ranges = (): readonly (string | undefined)[] => server.requests.filter(({ host, range }) => host === 'storage' && range !== 'bytes=0-0').map(({ range }) => range);

test('a body that breaks off is gone on with, where it broke', async () => {
  server.trouble.cut = { after: 100_000, times: 1 };
  await isWhole();
  expect(ranges()).toEqual([undefined, 'bytes=100000-299999']);
});

test('a network that stays broken leaves a part that is no file, and the next attempt resumes', async () => {
  server.trouble.cut = { after: 0, times: 99 };
  expect(await bad()).toMatchObject({ _tag: 'Network' });
  nothingFinal();
  // a hub that fails after the first bytes
  server.trouble.cut = { after: 120_000, times: 1 };
  const failing: HubPorts = { ...ports(), progress: ({ done }) => void (done >= 120_000 && (server.trouble.status = { code: 502 })) };
  expect(await fromHub('org/big', failing)()).toMatchObject({ left: { _tag: 'Network', given: [expect.stringContaining('502')] } });
  nothingFinal();
  expect(blobs()).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.left\.incomplete$/)]);
  delete server.trouble.status;
  server.requests.length = 0;
  await isWhole();
  expect(ranges()).toEqual(['bytes=120000-299999']);
});

test('what a killed process left is taken over; what a living one holds is not', async () => {
  await isWhole();
  const [etag = ''] = blobs();
  const host = hostname().replace(/[^\w-]/g, '-');
  const start = (name: string) => {
    newHome();
    const path = join(seen.home, 'models--org--big/blobs');
    writeFileSync(join(mkdirs(path), name), bytes.subarray(0, 50_000));
    server.requests.length = 0;
  };
  start(`${etag}.${host}.4194304.abcdef.incomplete`); // greater than any process id of Linux
  await isWhole();
  expect(ranges()).toEqual(['bytes=50000-299999']);
  const alive = `${etag}.${host}.${process.ppid}.abcdef.incomplete`;
  const second = join(seen.home, 'models--org--big/blobs');
  rmSync(join(seen.home, 'models--org--big/snapshots'), { recursive: true });
  rmSync(join(second, etag));
  writeFileSync(join(second, alive), bytes.subarray(0, 50_000));
  writeFileSync(join(second, `${etag}.incomplete`), bytes.subarray(0, 50_000)); // Python's own
  server.requests.length = 0;
  expect(isLeft(await get())).toBe(false);
  expect(ranges()).toEqual([undefined]);
  expect(blobs().toSorted()).toEqual([etag, alive, `${etag}.incomplete`].toSorted());
});

test('a download killed without warning goes on where it was', async () => {
  // beside node_modules, so that the library is found
  const script = join(process.cwd(), 'node_modules', `.fetcher-${process.pid}.mjs`);
  await build({ entryPoints: ['test/molt/weights/hub/fetcher.ts'], outfile: script, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'silent' });
  made.push(script);
  server.trouble.hang = { after: 150_000 };
  const child = spawn(process.execPath, [script, server.url, seen.home], { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = once(child, 'close');
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (text: Buffer) => { if (text.toString().includes('150000')) resolve(); });
    void end.then(() => resolve());
  });
  child.kill('SIGKILL');
  expect(await end).toEqual([null, 'SIGKILL']);
  nothingFinal();
  delete server.trouble.hang;
  server.requests.length = 0;
  await isWhole();
  expect(ranges()).toEqual(['bytes=150000-299999']);
});

test('a part that is not the beginning of the file is thrown away', async () => {
  await isWhole();
  const [etag = ''] = blobs();
  for (const wrong of [bytes.map((b) => b ^ 1).subarray(0, 90_000), new Uint8Array(400_000)]) {
    rmSync(join(seen.home, 'models--org--big'), { recursive: true });
    writeFileSync(join(mkdirs(join(seen.home, 'models--org--big/blobs')), `${etag}.left.incomplete`), wrong);
    await isWhole();
  }
});

test('a server that ignores ranges costs a new start, not a wrong file', async () => {
  await isWhole();
  const [etag = ''] = blobs();
  rmSync(join(seen.home, 'models--org--big'), { recursive: true });
  writeFileSync(join(mkdirs(join(seen.home, 'models--org--big/blobs')), `${etag}.left.incomplete`), bytes.subarray(0, 90_000));
  server.trouble.noRanges = true;
  await isWhole();
});

test('wrong bytes and wrong sizes are found, and nothing of them stays', async () => {
  server.trouble.flipped = true;
  expect(await bad()).toMatchObject({ _tag: 'Corrupt', given: [expect.stringContaining('another hash')] });
  nothingFinal();
  expect(blobs()).toEqual([]);
  delete server.trouble.flipped;
  server.trouble.listedExtra = 10;
  expect(await bad()).toMatchObject({ _tag: 'Corrupt', where: 'hf:org/big: model.safetensors', needed: 'the 300.0 kB that the hub lists' });
  nothingFinal();
});

test('a blob that lost its end is fetched again', async () => {
  await isWhole();
  truncateSync(join(seen.home, 'models--org--big/blobs', blobs()[0] ?? ''), 1000);
  await isWhole();
});

test('two downloads at once', async () => {
  const found = await Promise.all([get(), get(), get()]);
  expect(found.every((one) => !isLeft(one))).toBe(true);
  await isWhole();
});

test('a cache that cannot be written', async () => {
  writeFileSync(join(seen.home, 'models--org--big'), 'a file');
  expect(await bad()).toMatchObject({ _tag: 'Storage', where: expect.stringContaining('models--org--big') });
});
