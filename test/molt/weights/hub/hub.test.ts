/** The hub: what is fetched, what the cache looks like, what is refused and how. Against a server that answers as the hub does. */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openCheckpoint } from '../../../../molt/weights/checkpoint.ts';
import { fromHub, located, type Arrival, type HubPorts } from '../../../../molt/weights/hub/index.ts';
import { placeOf } from '../../../../molt/weights/hub/place.ts';
import type { Fault } from '../../../../shapes/fault.ts';
import { hub } from './server.ts';

const weights = readFileSync('molt/backbones/weights/swinv2-tiny64.safetensors');
const commit = 'a'.repeat(40);
const earlier = 'b'.repeat(40);
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const big = (seed: number): Uint8Array => Uint8Array.from({ length: 200_000 }, (_, i) => (i * seed + (i >> 8)) & 255);
const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
const index = JSON.stringify({ metadata: { total_size: 2 }, weight_map: { a: shards[0], b: shards[1], c: shards[0] } });

const server = await hub({
  'org/tiny': { refs: { main: commit, 'v1.0': earlier, 'refs/pr/1': earlier }, files: { 'README.md': text('tiny'), 'config.json': text('{}'), 'model.safetensors': weights, 'deep/er/other.safetensors': big(3) } },
  'org/parts': { refs: { main: commit }, files: { 'model.safetensors.index.json': text(index), [shards[0]]: big(5), [shards[1]]: big(7), 'pytorch_model.bin': big(1) } },
  'org/pickles': { refs: { main: commit }, files: { 'README.md': text('old'), 'swinv2.pth': big(1), 'pytorch_model.bin': big(9) } },
  'org/names': { refs: { main: commit }, files: { 'htsat.safetensors': big(1) } },
  'org/broken': { refs: { main: commit }, files: { 'model.safetensors.index.json': text(JSON.stringify({ weight_map: { a: '../../escape.safetensors' } })) } },
  'org/nested': { refs: { main: commit }, files: { 'model.safetensors.index.json': text(JSON.stringify({ weight_map: { a: 'parts/one.safetensors' } })), 'parts/one.safetensors': weights } },
  'org/deep': { refs: { main: commit }, files: { 'deep/er/model.safetensors.index.json': text(JSON.stringify({ weight_map: { 'norm.bias': 'one.safetensors' } })), 'deep/er/one.safetensors': weights } },
  'org/gated': { refs: { main: commit }, files: { 'model.safetensors': weights }, gated: true },
  'org/private': { refs: { main: commit }, files: { 'model.safetensors': weights }, token: 'hf_abc' },
});
/** What one test sees. */
const seen: { home: string; readonly arrivals: Arrival[]; readonly notes: string[] } = { home: '', arrivals: [], notes: [] };
const made: string[] = [];
beforeEach(() => {
  seen.home = mkdtempSync(join(tmpdir(), 'molt-hub-'));
  server.requests.length = 0;
  for (const key of Object.keys(server.trouble)) Reflect.deleteProperty(server.trouble, key);
  seen.arrivals.length = 0;
  seen.notes.length = 0;
  made.push(seen.home);
});
afterAll(async () => {
  await server.close();
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

const ports = (env: HubPorts['env'] = {}): HubPorts => ({ fetch: globalThis.fetch, env: { HF_ENDPOINT: server.url, ...env }, home: seen.home, progress: (one) => void seen.arrivals.push(one), note: (one) => void seen.notes.push(one) });
const good = async (id: string, env: HubPorts['env'] = {}): Promise<string> => {
  const found = await fromHub(id, ports(env))();
  return isLeft(found) ? expect.fail(JSON.stringify(found.left)) : found.right;
};
const bad = async (id: string, env: HubPorts['env'] = {}): Promise<Fault> => {
  const found = await fromHub(id, ports(env))();
  return isLeft(found) ? found.left : expect.fail(found.right);
};
const repository = (name: string): string => join(seen.home, '.cache/huggingface/hub', `models--org--${name}`);
const blobs = (name: string): readonly string[] => readdirSync(join(repository(name), 'blobs')).toSorted();

test('a single file: fetched, linked, found again', async () => {
  const path = await good('org/tiny');
  expect(path).toBe(join(repository('tiny'), 'snapshots', commit, 'model.safetensors'));
  expect(readFileSync(path).equals(weights)).toBe(true);
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
  expect(readlinkSync(path)).toBe(join('../../blobs', blobs('tiny')[0] ?? ''));
  expect(blobs('tiny')).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect(readFileSync(join(repository('tiny'), 'refs/main'), 'utf8')).toBe(commit);
  expect(seen.arrivals.at(-1)).toEqual({ file: 'model.safetensors', done: weights.length, total: weights.length });
  server.requests.length = 0;
  expect(await good('hf:org/tiny')).toBe(path);
  expect(server.requests.filter(({ url }) => url.includes('resolve') || url.length === 65)).toEqual([]);
});

test('a source that is no id is given back', async () => {
  expect(await located('some/file.safetensors', ports())()).toEqual({ _tag: 'Right', right: 'some/file.safetensors' });
  expect(await located('hf:org/tiny', ports())()).toMatchObject({ right: expect.stringContaining('models--org--tiny') });
});

test('shards: all of them, and the path of the index', async () => {
  const path = await good('hf:org/parts');
  expect(path.endsWith(`${commit}/model.safetensors.index.json`)).toBe(true);
  for (const [i, shard] of shards.entries()) expect(Buffer.compare(readFileSync(join(path, '..', shard)), Buffer.from(big(5 + 2 * i)))).toBe(0);
  expect(blobs('parts')).toHaveLength(3);
  expect(blobs('parts').filter((name) => name.length === 40)).toHaveLength(1); // the index, by git's hash
});

test('what the hub fetches is what is opened: shards beside an index, wherever it lies, and no others', async () => {
  const path = await good('org/deep/deep/er/model.safetensors.index.json');
  const opened = await openCheckpoint(path)();
  expect(opened).toMatchObject({ right: { where: path } });
  if (!isLeft(opened)) await opened.right.close();
  expect(await bad('org/nested')).toMatchObject({ _tag: 'Decode', given: ['"parts/one.safetensors"'], needed: 'the name of a file beside the index' });
  expect(blobs('nested')).toHaveLength(1); // the index
});

test('one named file, in a folder, at a revision', async () => {
  const path = await good('org/tiny@v1.0/deep/er/other.safetensors');
  expect(path).toBe(join(repository('tiny'), 'snapshots', earlier, 'deep/er/other.safetensors'));
  expect(statSync(path).size).toBe(200_000);
  expect(readFileSync(join(repository('tiny'), 'refs/v1.0'), 'utf8')).toBe(earlier);
  await good('org/tiny@refs%2Fpr%2F1');
  expect(readFileSync(join(repository('tiny'), 'refs/refs/pr/1'), 'utf8')).toBe(earlier);
});

test('everything is fetched at one commit; a pinned one that is there needs no network', async () => {
  await good(`org/tiny@${earlier}`);
  const asked = server.requests.filter(({ url, host }) => host === 'hub' && !url.includes('/revision/'));
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.every(({ url }) => url.includes(earlier))).toBe(true);
  server.requests.length = 0;
  await good(`org/tiny@${earlier}`);
  expect(server.requests).toEqual([]);
});

test('the token goes to the hub and nowhere else', async () => {
  await good('org/private', { HF_TOKEN: 'hf_abc' });
  expect(server.requests.filter(({ host }) => host === 'hub').every(({ authorization }) => authorization === 'Bearer hf_abc')).toBe(true);
  const elsewhere = server.requests.filter(({ host }) => host === 'storage');
  expect(elsewhere.length).toBeGreaterThan(0);
  expect(elsewhere.every(({ authorization }) => authorization === undefined)).toBe(true);
});

test('a token in its file, and its refusals', async () => {
  mkdirSync(join(seen.home, 'hf'));
  writeFileSync(join(seen.home, 'hf/token'), 'hf_abc\n');
  const path = await good('org/private', { HF_HOME: join(seen.home, 'hf') });
  expect(path.startsWith(join(seen.home, 'hf/hub/models--org--private'))).toBe(true);
  expect(await bad('org/private', { HF_HOME: join(seen.home, 'hf2'), HF_TOKEN: 'hf_wrong' })).toMatchObject({ _tag: 'Network', hint: expect.stringContaining('new token') });
  const odd = await bad('org/private', { HF_TOKEN: 'secret' });
  expect(odd).toMatchObject({ _tag: 'Usage', where: 'HF_TOKEN' });
  expect(JSON.stringify(odd)).not.toContain('secret');
});

test('HF_HUB_CACHE is the cache', async () => {
  expect((await good('org/tiny', { HF_HUB_CACHE: join(seen.home, 'shared'), HF_HOME: join(seen.home, 'hf') })).startsWith(join(seen.home, 'shared/models--org--tiny/snapshots'))).toBe(true);
});

test('offline: what was fetched, without one request; what was not, with what to do', async () => {
  const [single, parts] = [await good('org/tiny'), await good('org/parts')];
  server.requests.length = 0;
  const env = { HF_HUB_OFFLINE: '1' };
  expect(await good('org/tiny', env)).toBe(single);
  expect(await good('org/parts', env)).toBe(parts);
  expect(await bad('org/names', env)).toMatchObject({ _tag: 'Name', hint: expect.stringContaining('HF_HUB_OFFLINE') });
  expect(await bad('org/tiny@v1.0', env)).toMatchObject({ _tag: 'Name', given: [expect.stringContaining('no revision v1.0')] });
  expect(await bad('org/tiny/deep/er/other.safetensors', env)).toMatchObject({ _tag: 'Name' });
  rmSync(join(parts, '..', shards[1]));
  expect((await bad('org/parts', env)).given[0]).toContain(shards[1]);
  expect(server.requests).toEqual([]);
});

test('a dead network, a hub that fails: the cache serves and says so; without a cache the fault says what to do', async () => {
  const path = await good('org/tiny');
  server.trouble.status = { code: 503 };
  expect(await good('org/tiny')).toBe(path);
  expect(seen.notes).toEqual([expect.stringContaining('503')]);
  expect(await good('org/tiny', { HF_ENDPOINT: 'http://127.0.0.1:9' })).toBe(path);
  expect(await bad('org/names', { HF_ENDPOINT: 'http://127.0.0.1:9' })).toMatchObject({ _tag: 'Network', where: 'hf:org/names', needed: 'a network that reaches the hub', hint: expect.stringContaining('HF_HUB_OFFLINE') });
});

test('refusals', async () => {
  expect(await bad('org/gated')).toMatchObject({ _tag: 'Network', given: [expect.stringMatching(/403 GatedRepo: Access to model/)], hint: `ask for access at ${server.url}/org/gated, then set HF_TOKEN` });
  expect(await bad('org/absent')).toMatchObject({ _tag: 'Network', hint: expect.stringContaining('check the name') });
  expect(await bad('org/tiny@v9')).toMatchObject({ _tag: 'Name', needed: 'a revision of org/tiny, which has no v9' });
  expect(await bad('org/tiny/model.safetensor')).toMatchObject({ _tag: 'Name', needed: expect.stringContaining('.safetensors') });
  expect((await bad('org/tiny/modl.safetensors')).given[0]).toContain("did you mean");
  expect(await bad('org/tiny/no/folder.safetensors')).toMatchObject({ _tag: 'Name' });
  expect(await bad('org/names')).toMatchObject({ _tag: 'Name', hint: 'name the file: hf:org/names/htsat.safetensors' });
  server.trouble.status = { code: 429, headers: { 'Retry-After': '12' } };
  expect(await bad('org/names')).toMatchObject({ _tag: 'Network', given: [`${server.url} answers 429: the test says no`], hint: 'try again in 12 s; with HF_TOKEN more are allowed' });
  server.trouble.status = { code: 500 };
  expect(await bad('org/names')).toMatchObject({ _tag: 'Network', needed: 'a hub that works' });
});

test('pickles are never fetched', async () => {
  for (const id of ['org/pickles', 'org/pickles/swinv2.pth']) {
    const found = await bad(id);
    expect(found).toMatchObject({ _tag: 'Unsupported', needed: 'weights as safetensors' });
    expect(found.hint).toContain('weights_only=True');
    expect(found.hint).toContain('swinv2.pth');
  }
  expect(server.requests.filter(({ url }) => url.includes('resolve'))).toEqual([]);
});

test('a hostile or odd server gets no path out of the cache', async () => {
  server.trouble.path = '../../../escape.safetensors';
  expect(await bad('org/tiny')).toMatchObject({ _tag: 'Name' });
  delete server.trouble.path;
  server.trouble.commit = '../../../..';
  expect(await bad('org/tiny')).toMatchObject({ _tag: 'Decode', needed: expect.stringContaining('commit') });
  delete server.trouble.commit;
  expect(await bad('org/broken')).toMatchObject({ _tag: 'Decode', given: [expect.stringContaining('escape')] });
  expect(readdirSync(seen.home)).toEqual(['.cache']);
});

test.each(['tiny', 'org/', 'org/a/../b', 'org/a@', 'org/a@..', 'o--g/a', 'org/a/../../b.safetensors', 'org/a/b\\c.safetensors', 'https://huggingface.co/org/a', `org/${'x'.repeat(99)}`])('no id: %s', (id) => {
  expect(placeOf(id)).toMatchObject({ _tag: 'Left', left: { _tag: 'Usage', given: [id] } });
});

test('ids', () => {
  expect(placeOf('hf:timm/swinv2_large_window12_192.ms_in22k')).toMatchObject({ right: { repository: 'timm/swinv2_large_window12_192.ms_in22k', revision: 'main', file: undefined } });
  expect(placeOf('a-b/c_d@v1.0/x/y.safetensors')).toMatchObject({ right: { repository: 'a-b/c_d', revision: 'v1.0', file: 'x/y.safetensors' } });
});
