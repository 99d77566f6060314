/**
 * Which ffmpeg is found, and what is said where there is none.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { delimiter } from 'node:path';
import { expect, test } from 'vitest';
import { findFfmpeg } from '../../../molt/media/index.ts';
import { at, bad, folder, good, save, withFfmpeg } from './clips.ts';

const hint = 'install it (Debian, Ubuntu: `apt install ffmpeg`; macOS: `brew install ffmpeg`; Windows: `winget install ffmpeg`), or name it with --ffmpeg PATH or MOLT_FFMPEG';
const posix = process.platform !== 'win32';

/** A script that answers as ffmpeg does. */
const script = (name: string, body: string, mode = 0o755): string => {
  mkdirSync(at(name), { recursive: true });
  const path = save(`${name}/ffmpeg`, new TextEncoder().encode(`#!/bin/sh\n${body}\n`));
  chmodSync(path, mode);
  return at(name);
};

withFfmpeg('the one that is named', async (ffmpeg) => {
  expect(good(await findFfmpeg(ffmpeg.path, {})())).toEqual(ffmpeg);
  expect(good(await findFfmpeg(undefined, { MOLT_FFMPEG: ffmpeg.path })())).toEqual(ffmpeg);
  expect(ffmpeg.version).toMatch(/^\S+$/);
});

test.skipIf(!posix)('--ffmpeg before MOLT_FFMPEG before PATH, and the first of PATH (scripts: not on Windows)', async () => {
  const [one, two, three] = ['one', 'two', 'three'].map((name) => script(name, `echo "ffmpeg version ${name} Copyright (c)"`));
  const PATH = [at('nowhere'), '', 'relative', two, three].join(delimiter);
  const version = async (asked: string | undefined, env: NodeJS.ProcessEnv): Promise<string> => good(await findFfmpeg(asked, env)()).version;
  expect(await version(`${one}/ffmpeg`, { MOLT_FFMPEG: `${two}/ffmpeg`, PATH })).toBe('one');
  expect(await version(undefined, { MOLT_FFMPEG: `${three}/ffmpeg`, PATH })).toBe('three');
  expect(await version(undefined, { MOLT_FFMPEG: '', PATH })).toBe('two');
  expect(await version('ffmpeg', { PATH })).toBe('two');
});

test('none in PATH: how to install it', async () => {
  expect(bad(await findFfmpeg(undefined, { PATH: folder })())).toEqual({ _tag: 'Unsupported', where: 'ffmpeg', given: ['no ffmpeg in PATH'], needed: 'ffmpeg 4 or later, which reads video and sound', hint });
  expect(bad(await findFfmpeg(undefined, {})())._tag).toBe('Unsupported');
});

test('one that was named and is not there is not replaced by another', async () => {
  expect(bad(await findFfmpeg(at('none'), process.env)())).toMatchObject({ _tag: 'Unsupported', given: [`--ffmpeg: ${at('none')} is no file that can be run`], hint });
  expect(bad(await findFfmpeg(undefined, { ...process.env, MOLT_FFMPEG: folder })())).toMatchObject({ given: [`MOLT_FFMPEG: ${folder} is no file that can be run`] });
  expect(bad(await findFfmpeg('ffmpeg-of-none', process.env)())).toMatchObject({ given: ['--ffmpeg: no ffmpeg-of-none in PATH'] });
});

test('another program', async () => {
  expect(bad(await findFfmpeg(process.execPath, {})()).given.join()).toBe(`--ffmpeg: ${process.execPath} is another program: \`-version\` does not answer \`ffmpeg version …\``);
});

test.skipIf(!posix)('a file without the right to run, and one that cannot be run (scripts: not on Windows)', async () => {
  expect(bad(await findFfmpeg(`${script('still', 'echo', 0o644)}/ffmpeg`, {})()).given.join()).toMatch(/is no file that can be run$/);
  const broken = save('broken', new TextEncoder().encode('#!/no/such/shell\n'));
  chmodSync(broken, 0o755);
  expect(bad(await findFfmpeg(broken, {})()).given.join()).toMatch(/broken does not run: spawn .* ENOENT$/);
});
