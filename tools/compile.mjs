/**
 * dist/ from the sources, when it is older than they are. Run by `npm run build`, and by the launcher in a checkout.
 * idea:  compile beside dist/, then move file by file, each move atomic: a process that reads dist/ meanwhile finds
 *        every file, and each file whole. One compilation at a time: who finds the lock held waits, then looks again.
 * laws:  test/repo/launcher.test.ts (concurrent launches, a stale lock, a compile error leaves dist/ as it was).
 * not:   incremental. The compiler takes about a second for everything.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const folders = ['shapes', 'dsl', 'molt', 'proofs'];
const configurations = ['tsconfig.json', 'tsconfig.build.json'];

/** Newest change below a folder, in milliseconds; a folder's own time tells of files removed. */
const newest = (path) =>
  readdirSync(path, { withFileTypes: true })
    .map((entry) => (entry.isDirectory() ? newest(join(path, entry.name)) : statSync(join(path, entry.name)).mtimeMs))
    .reduce((a, b) => Math.max(a, b), statSync(path).mtimeMs);

/** Is dist/ the compilation of the sources as they are now? */
export const fresh = (root) => {
  const stamp = join(root, 'dist', '.stamp');
  if (!existsSync(stamp)) return false;
  const made = statSync(stamp).mtimeMs;
  const sources = folders.map((name) => join(root, name)).filter((path) => existsSync(path)).map(newest);
  return [...sources, ...configurations.map((name) => statSync(join(root, name)).mtimeMs)].every((time) => time < made);
};

const files = (path, under = '') =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(path, entry.name), join(under, entry.name)) : [join(under, entry.name)],
  );

/** What the code reads beside itself (weights, tables) goes along, so that `new URL('./x', import.meta.url)` holds in both trees. */
const copyAssets = (root, to) => {
  for (const folder of folders.filter((name) => existsSync(join(root, name)))) {
    for (const file of files(join(root, folder)).filter((name) => !/\.(ts|mjs|md)$/.test(name))) {
      mkdirSync(dirname(join(to, folder, file)), { recursive: true });
      copyFileSync(join(root, folder, file), join(to, folder, file));
    }
  }
};

/** Put `from` in the place of `to` without a moment at which a file of both is absent or half written. */
const replaceTree = (from, to) => {
  const wanted = files(from);
  for (const file of wanted) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    renameSync(join(from, file), join(to, file));
  }
  const keep = new Set([...wanted, '.stamp']);
  for (const file of files(to)) if (!keep.has(file)) rmSync(join(to, file));
  rmSync(from, { recursive: true, force: true });
};

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};
const sleep = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** Nobody compiles that long: an older lock is a leftover, whatever process now has its owner's number. */
const patience = 120_000;

const leftover = (lock) => {
  try {
    const owner = Number(readFileSync(lock, 'utf8'));
    return (owner > 0 && !alive(owner)) || Date.now() - statSync(lock).mtimeMs > patience;
  } catch {
    return false; // released just now
  }
};

/** Take the lock, a file that holds the owner's process number. Two owners at once would still leave dist/ whole. */
const locked = (root, body) => {
  const lock = join(root, '.cache', 'compile.lock');
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (leftover(lock)) rmSync(lock, { force: true });
    else sleep(50);
  }
  try {
    return body();
  } finally {
    rmSync(lock, { force: true });
  }
};

const compile = (root) => {
  const require = createRequire(join(root, 'package.json'));
  const tsc = join(dirname(require.resolve('@typescript/native/package.json')), 'bin', 'tsc');
  const beside = join(root, '.cache', `compile.${process.pid}`);
  // a source that changes while the compiler reads it is newer than this, and compiled again next time
  const start = new Date();
  try {
    const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noEmitOnError', '--pretty', 'false', '--outDir', beside], {
      cwd: root,
      encoding: 'utf8',
    });
    if (run.status !== 0) return { ok: false, text: `${run.stdout}${run.stderr}` };
    copyAssets(root, beside);
    replaceTree(beside, join(root, 'dist'));
    const stamp = join(root, 'dist', '.stamp');
    writeFileSync(stamp, '');
    utimesSync(stamp, start, start);
    return { ok: true, text: '' };
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
};

/**
 * Make dist/ current.
 * @param {string} root             the checkout
 * @param {() => void} [announce]   called before a compilation
 * @returns {{ ok: boolean, text: string }} text: what the compiler said when it refused
 */
export const ensureCompiled = (root, announce = () => {}) => {
  if (fresh(root)) return { ok: true, text: '' };
  return locked(root, () => {
    if (fresh(root)) return { ok: true, text: '' };
    announce();
    return compile(root);
  });
};

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { ok, text } = ensureCompiled(dirname(dirname(fileURLToPath(import.meta.url))), () => console.error('molt: compiling…'));
  if (!ok) console.error(text);
  process.exitCode = ok ? 0 : 1;
}
