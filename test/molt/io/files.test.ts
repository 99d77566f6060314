/**
 * Atomic writes on the real file system, and on ones that fail at every step.
 */
import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBytes, readJson, readText, writeAtomic, type Files, type OpenFile } from '../../../molt/io/files.ts';
import { nodeFiles, showBytes } from '../../../molt/io/system.ts';
import { exitCodes, fault, MoltError, printFault } from '../../../shapes/fault.ts';
import { bad, good } from '../../dsl/safetensors/helpers.ts';

const folder: { path: string } = { path: '' };
beforeAll(async () => {
  folder.path = await mkdtemp(join(tmpdir(), 'molt-files-'));
});
afterAll(() => rm(folder.path, { recursive: true, force: true }));

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const at = (...parts: readonly string[]): string => join(folder.path, ...parts);
/** faults without this run's folder */
const words = (f: Parameters<typeof printFault>[0]): string => printFault(f).replaceAll(folder.path, '/run').replaceAll(/\.[0-9a-f]{12}\.tmp/g, '.tmp');

class SystemError extends Error {
  constructor(readonly code: string, message: string) {
    super(`${code}: ${message}`);
  }
}

/** Node's files, but one call refuses. */
const failing = (step: 'open' | 'append' | 'sync' | 'close' | 'rename' | 'makeFolder' | 'folder', code: string, message: string, after = 0): Files => {
  const refuse = (): Promise<never> => Promise.reject(new SystemError(code, message));
  let appended = 0;
  const file = (real: OpenFile): OpenFile => ({
    ...real,
    append: (bytes) => (step === 'append' && appended++ >= after ? refuse() : real.append(bytes)),
    sync: step === 'sync' ? refuse : real.sync,
    close: step === 'close' ? () => real.close().then(refuse) : real.close,
  });
  return {
    ...nodeFiles,
    open: async (path, how) => {
      if (step === (how === 'folder' ? 'folder' : 'open')) return refuse();
      const real = await nodeFiles.open(path, how);
      return how === 'create' ? file(real) : real;
    },
    makeFolder: step === 'makeFolder' ? refuse : nodeFiles.makeFolder,
    rename: step === 'rename' ? refuse : nodeFiles.rename,
  };
};

test('what was written is read back; folders are made; nothing else is left', async () => {
  const path = at('new', 'deep', 'a.json');
  good(await writeAtomic(path, text('{"a": [1, "ü"]}'))());
  expect(good(await readJson(path)())).toEqual({ a: [1, 'ü'] });
  expect(good(await readText(path)())).toBe('{"a": [1, "ü"]}');
  expect(new Uint8Array(good(await readBytes(path)()))).toEqual(text('{"a": [1, "ü"]}'));
  expect(await readdir(at('new', 'deep'))).toEqual(['a.json']);
});

test('chunks from an iterable and from an async iterable', async () => {
  const path = at('chunks');
  good(await writeAtomic(path, [text('a'), new Uint8Array(0), text('bc')])());
  expect(await readFile(path, 'utf8')).toBe('abc');
  good(
    await writeAtomic(
      path,
      (async function* () {
        yield text('x');
        yield text('yz');
      })(),
    )(),
  );
  expect(await readFile(path, 'utf8')).toBe('xyz');
});

test('a file is replaced as a whole: a hard link to the earlier one keeps its content', async () => {
  await writeFile(at('old'), 'old');
  await link(at('old'), at('old-link'));
  good(await writeAtomic(at('old'), text('new'))());
  expect([await readFile(at('old'), 'utf8'), await readFile(at('old-link'), 'utf8')]).toEqual(['new', 'old']);
});

test('a symbolic link stays one; what it points to is replaced', async () => {
  await writeFile(at('pointed'), 'old');
  await symlink('pointed', at('latest'));
  good(await writeAtomic(at('latest'), text('new'))());
  expect(await readFile(at('pointed'), 'utf8')).toBe('new');
  expect((await readdir(folder.path, { withFileTypes: true })).find((entry) => entry.name === 'latest')?.isSymbolicLink()).toBe(true);
});

const steps = ['makeFolder', 'open', 'append', 'sync', 'close', 'rename'] as const;

test.each(steps)('a full disk at %s: Storage, the earlier file stands, no temporary file is left', async (step) => {
  await mkdir(at(step));
  await writeFile(at(step, 'model'), 'earlier');
  const refused = bad(await writeAtomic(at(step, 'model'), text('later'), failing(step, 'ENOSPC', 'no space left on device, write'))());
  expect(refused._tag).toBe('Storage');
  expect(exitCodes[refused._tag]).toBe(3);
  expect(await readFile(at(step, 'model'), 'utf8')).toBe('earlier');
  expect(await readdir(at(step))).toEqual(['model']);
});

test('wording of a full disk half-way, of a read-only one and of a path that is not allowed', async () => {
  const attempt = async (...how: Parameters<typeof failing>) => words(bad(await writeAtomic(at('w'), [new Uint8Array(3_000_000), new Uint8Array(5)], failing(...how))()));
  expect(await attempt('append', 'ENOSPC', 'no space left on device, write', 1)).toMatchInlineSnapshot(`
    "cannot be stored: /run/w
      given:  writing (3.00 MB written): ENOSPC: no space left on device, write
      needed: a folder that can be written to, with enough free space
      try:    free some space on this disk, or choose another folder; what was saved before is untouched"
  `);
  expect(await attempt('open', 'EROFS', 'read-only file system')).toMatchInlineSnapshot(`
    "cannot be stored: /run/w
      given:  writing (0 bytes written): EROFS: read-only file system
      needed: a folder that can be written to, with enough free space
      try:    this file system is read-only: choose another folder"
  `);
  expect(await attempt('open', 'EACCES', 'permission denied')).toMatchInlineSnapshot(`
    "cannot be stored: /run/w
      given:  writing (0 bytes written): EACCES: permission denied
      needed: a folder that can be written to, with enough free space
      try:    you may not use this path: change its permissions, or choose another one"
  `);
  expect(await attempt('sync', 'EIO', 'i/o error')).toMatchInlineSnapshot(`
    "cannot be stored: /run/w
      given:  writing (3.00 MB written): EIO: i/o error
      needed: a folder that can be written to, with enough free space
      try:    check the disk and the path"
  `);
});

test('a folder that cannot be synced is no failure, one that cannot for lack of space is', async () => {
  good(await writeAtomic(at('s'), text('x'), failing('folder', 'EPERM', 'operation not permitted'))());
  expect(bad(await writeAtomic(at('s'), text('x'), failing('folder', 'EIO', 'i/o error'))())._tag).toBe('Storage');
});

test('a fault thrown by the chunks is given back, any other exception is a defect; nothing is left', async () => {
  const thrower = (thrown: Error) => ({
    *[Symbol.iterator]() {
      yield text('x');
      throw thrown;
    },
  });
  const own = fault('Corrupt', 'there', ['that'], 'this');
  expect(bad(await writeAtomic(at('t'), thrower(new MoltError(own)))())).toBe(own);
  expect(bad(await writeAtomic(at('t'), thrower(new TypeError('bug')))())._tag).toBe('Defect');
  expect(existsSync(at('t'))).toBe(false);
});

test('two writers at once: one of the two contents, whole', async () => {
  const contents = ['a', 'b', 'c', 'd'].map((c) => c.repeat(100_000));
  const done = await Promise.all(contents.map((content) => writeAtomic(at('race', 'deep', 'x'), text(content))()));
  done.forEach(good);
  expect(contents).toContain(await readFile(at('race', 'deep', 'x'), 'utf8'));
  expect(await readdir(at('race', 'deep'))).toEqual(['x']);
});

test('a path through a file, and a path that is a folder', async () => {
  await writeFile(at('file'), '');
  expect(words(bad(await writeAtomic(at('file', 'x'), text('x'))()))).toMatchInlineSnapshot(`
    "cannot be stored: /run/file/x
      given:  writing (0 bytes of 1 bytes written): ENOTDIR: not a directory, stat '/run/file/x'
      needed: a folder that can be written to, with enough free space
      try:    a part of the path is a file, not a folder"
  `);
  expect(bad(await writeAtomic(folder.path, text('x'))()).hint).toBe('this is a folder, not a file');
});

test('reading: no such file, a folder, not UTF-8, not JSON', async () => {
  await writeFile(at('latin1'), Uint8Array.of(0x61, 0xe4));
  await writeFile(at('broken.json'), '{"a": 1,}');
  expect(words(bad(await readBytes(at('absent'))()))).toMatchInlineSnapshot(`
    "name mismatch: /run/absent
      given:  reading: ENOENT: no such file or directory, open '/run/absent'
      needed: a readable file
      try:    check the path"
  `);
  expect(bad(await readBytes(folder.path)())._tag).toBe('Name');
  expect(words(bad(await readText(at('latin1'))()))).toMatchInlineSnapshot(`
    "cannot be decoded: /run/latin1
      given:  2 bytes that are not UTF-8
      needed: text in UTF-8"
  `);
  const notJson = bad(await readJson(at('broken.json'))());
  expect([notJson._tag, notJson.where, notJson.needed]).toEqual(['Decode', at('broken.json'), 'JSON']);
});

test('bytes with a unit', () => {
  expect([0, 9999, 10000, 1e6, 4e6, 2.5e9].map(showBytes)).toEqual(['0 bytes', '9999 bytes', '10.0 kB', '1.00 MB', '4.00 MB', '2.50 GB']);
});

test.skipIf(!existsSync('/dev/full'))('a real full device (/dev/full): Storage, and the device is still one', async () => {
  expect(words(bad(await writeAtomic('/dev/full', text('weights'))()))).toMatchInlineSnapshot(`
    "cannot be stored: /dev/full
      given:  writing (0 bytes of 7 bytes written): ENOSPC: no space left on device, write
      needed: a folder that can be written to, with enough free space
      try:    free some space on this disk, or choose another folder; what was saved before is untouched"
  `);
  good(await writeAtomic('/dev/null', text('weights'))());
  expect(execFileSync('ls', ['-l', '/dev/null']).toString()[0]).toBe('c');
});

test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('a real folder without permission (not testable as root): Storage', async () => {
  await mkdir(at('locked'));
  await chmod(at('locked'), 0o500);
  expect(bad(await writeAtomic(at('locked', 'x'), text('x'))()).hint).toMatch(/permissions/);
});

/** A real file system of 64 kB, or why there is none here. */
const tiny = async (path: string): Promise<string | undefined> => {
  await mkdir(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'molt-test', path], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no permission to mount a tmpfs';
  }
};

test('a real full disk (a tmpfs of 64 kB): Storage, the earlier file stands, no temporary file is left', async (context) => {
  const why = await tiny(at('tiny'));
  if (why !== undefined) return context.skip(why);
  try {
    good(await writeAtomic(at('tiny', 'model'), text('earlier'))());
    const refused = bad(await writeAtomic(at('tiny', 'model'), new Uint8Array(200_000))());
    expect([refused._tag, refused.given[0]?.includes('ENOSPC')]).toEqual(['Storage', true]);
    expect(await readFile(at('tiny', 'model'), 'utf8')).toBe('earlier');
    expect(await readdir(at('tiny'))).toEqual(['model']);
  } finally {
    execFileSync('umount', [at('tiny')]);
  }
});
