/**
 * Real processes with real decoding threads on one real store, killed without warning: tools/extract-kill.mjs does the same at size.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { random } from '../../../dsl/index.ts';
import type { Ffmpeg } from '../../../molt/media/index.ts';
import { at, save, wav, withFfmpeg } from '../media/clips.ts';
import { files } from '../store/helpers.ts';
import { writeManifest } from './clips.ts';

vi.setConfig({ testTimeout: 180_000 });

const root = fileURLToPath(new URL('../../../', import.meta.url));
mkdirSync(join(root, '.cache'), { recursive: true });
/** Inside the checkout, so that packages are found. */
const built = mkdtempSync(join(root, '.cache', 'extract-test-'));
afterAll(() => rmSync(built, { recursive: true, force: true }));

beforeAll(async () => {
  const folder = join(built, 'molt', 'extract');
  const entryPoints = { main: join(root, 'test/molt/extract/runner.ts'), worker: join(root, 'molt/extract/worker.ts') };
  await build({ entryPoints, outdir: folder, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'silent' });
  cpSync(join(root, 'molt/backbones/weights'), join(built, 'molt/backbones/weights'), { recursive: true });
});

const started = (ffmpeg: Ffmpeg, manifest: string, store: string, ...more: readonly string[]): ChildProcess => {
  const words = [manifest, '--backbone', 'htsat-tiny64', '--store', at(store), '--ffmpeg', ffmpeg.path, '--threads', '1', '--quiet', ...more];
  return spawn(process.execPath, [join(built, 'molt/extract/main.js'), ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
};
const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** Ten seconds of a tone. */
const tone = (number: number): Uint8Array => {
  const samples = Int16Array.from({ length: 160_000 }, (_, i) => 8000 * Math.sin((i * (number + 2)) / 20));
  return wav(16_000, samples.byteLength, new Uint8Array(samples.buffer));
};

withFfmpeg('killed three times and started again, and two side by side: the store of an undisturbed run, byte for byte', async (ffmpeg) => {
  mkdirSync(at('data'), { recursive: true });
  const manifest = writeManifest('data/m.json', Array.from({ length: 36 }, (_, i) => ({ id: `tone${i}`, audio: basename(save(`data/${i}.wav`, tone(i))) })));
  const begun = Date.now();
  expect(await once(started(ffmpeg, manifest, 'alone'), 'close')).toEqual([0, null]);
  const life = Date.now() - begun;
  for (const part of random.uniform(random.key(4), 3)) {
    const child = started(ffmpeg, manifest, 'killed');
    const end = once(child, 'close');
    await wait((0.3 + 0.6 * part) * life);
    child.kill('SIGKILL');
    await end;
  }
  expect(await once(started(ffmpeg, manifest, 'killed'), 'close')).toEqual([0, null]);
  const alone = await files(at('alone'));
  expect([...alone.keys()].filter((name) => name.endsWith('.safetensors'))).toHaveLength(3);
  expect(await files(at('killed'))).toEqual(alone);
  expect(await Promise.all([1, 2].map(() => once(started(ffmpeg, manifest, 'shared'), 'close')))).toEqual([[0, null], [0, null]]);
  expect(await files(at('shared'))).toEqual(alone);
});

withFfmpeg('inputs alike: killed, and gone on with by two side by side', async (ffmpeg) => {
  mkdirSync(at('inputs'), { recursive: true });
  const manifest = writeManifest('inputs/m.json', Array.from({ length: 36 }, (_, i) => ({ id: `tone${i}`, audio: basename(save(`inputs/${i}.wav`, tone(i))) })));
  const run = (store: string): ChildProcess => started(ffmpeg, manifest, store, '--position', 'input');
  const begun = Date.now();
  expect(await once(run('inputs-alone'), 'close')).toEqual([0, null]);
  const life = Date.now() - begun;
  const child = run('inputs-killed');
  const end = once(child, 'close');
  await wait(0.7 * life);
  child.kill('SIGKILL');
  await end;
  expect(await Promise.all([1, 2].map(() => once(run('inputs-killed'), 'close')))).toEqual([[0, null], [0, null]]);
  expect(await files(at('inputs-killed'))).toEqual(await files(at('inputs-alone')));
});
