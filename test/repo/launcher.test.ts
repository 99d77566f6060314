/**
 * The launcher: compiles when the sources changed, never twice at once, never leaves a half-written dist/.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inTree, node, root, type Said, write } from './tree.ts';

const main = (says: string): string => `import { word } from '../../shapes/word.ts';
export const main = async (argv: readonly string[]): Promise<number> => {
  console.log(word, '${says}', argv.join('+'));
  return argv.length;
};
`;
const sources = { 'shapes/word.ts': "export const word: string = 'word';\n", 'molt/cli/main.ts': main('first'), 'molt/weights.bin': 'bytes' };

/** A checkout in small: our launcher and configurations, other sources. */
const checkout = async <A>(body: (folder: string, launch: (...argv: string[]) => Said) => A | Promise<A>): Promise<A> =>
  inTree(sources, (folder) => {
    for (const part of ['molt/cli/molt.mjs', 'tools/compile.mjs', 'tsconfig.json', 'tsconfig.build.json', 'package.json']) cpSync(join(root, part), join(folder, part));
    return body(folder, (...argv) => node(folder, ['molt/cli/molt.mjs', ...argv]));
  });

/** Files are told apart by their time; a test writes faster than a person. */
const later = (folder: string, file: string): void => {
  const soon = new Date(Date.now() + 5_000);
  utimesSync(join(folder, file), soon, soon);
};

test('compiles once, passes the arguments on, and returns the code of main', async () => {
  await checkout((folder, launch) => {
    expect(launch('a', 'b')).toEqual({ status: 2, out: 'word first a+b\n', err: 'molt: compiling…\n' });
    expect(launch()).toEqual({ status: 0, out: 'word first \n', err: '' });
    expect(existsSync(join(folder, 'dist/molt/weights.bin'))).toBe(true);
  });
});

test('compiles again after a change, and forgets what was removed', async () => {
  await checkout((folder, launch) => {
    write(folder, { 'shapes/gone.ts': 'export const gone = 1;\n' });
    launch();
    expect(existsSync(join(folder, 'dist/shapes/gone.js'))).toBe(true);
    write(folder, { 'molt/cli/main.ts': main('second') });
    rmSync(join(folder, 'shapes/gone.ts'));
    later(folder, 'molt/cli/main.ts');
    expect(launch('x')).toEqual({ status: 1, out: 'word second x\n', err: 'molt: compiling…\n' });
    expect(existsSync(join(folder, 'dist/shapes/gone.js'))).toBe(false);
  });
});

test('a source that does not compile: says where, exit code 3, and the earlier dist/ stays', async () => {
  await checkout((folder, launch) => {
    launch();
    write(folder, { 'shapes/word.ts': 'export const word: string = 1;\n' });
    later(folder, 'shapes/word.ts');
    const said = launch();
    expect(said.status).toBe(3);
    expect(said.err).toContain('shapes/word.ts(1,14): error TS2322');
    expect(said.out).toBe('');
    expect(existsSync(join(folder, 'dist/molt/cli/main.js'))).toBe(true);
    expect(readdirSync(join(folder, '.cache'))).toEqual([]);
  });
});

test('the lock of a process that died is taken over', async () => {
  await checkout((folder, launch) => {
    const dead = node(folder, ['-e', 'console.log(process.pid)']).out.trim();
    mkdirSync(join(folder, '.cache'));
    writeFileSync(join(folder, '.cache/compile.lock'), dead);
    expect(launch().status).toBe(0);
  });
});

const apart = async (folder: string): Promise<Said> =>
  new Promise((done) => {
    const child = spawn(process.execPath, ['molt/cli/molt.mjs', 'x'], { cwd: folder });
    const text = { out: '', err: '' };
    child.stdout.on('data', (bytes) => (text.out += String(bytes)));
    child.stderr.on('data', (bytes) => (text.err += String(bytes)));
    child.on('close', (status) => done({ status, ...text }));
  });

test('several launches at once: one compiles, all run', async () => {
  const said = await checkout(async (folder) => Promise.all(Array.from({ length: 4 }, async () => apart(folder))));
  expect(said.map(({ status, out }) => [status, out])).toEqual(Array.from({ length: 4 }, () => [1, 'word first x\n']));
  expect(said.map(({ err }) => err).join('')).toBe('molt: compiling…\n');
});

test('in the package there is nothing to compile: it starts dist/', async () => {
  await checkout((folder, launch) => {
    launch();
    for (const part of ['tools', 'tsconfig.json', 'tsconfig.build.json', 'shapes', 'molt/cli/main.ts']) rmSync(join(folder, part), { recursive: true });
    expect(launch('a')).toEqual({ status: 1, out: 'word first a\n', err: '' });
  });
});
