/**
 * A child process: its output piece by piece, its end, and how it is ended. Node plays ffmpeg.
 */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { run, type Watch } from '../../../molt/media/child.ts';
import { fault, raise } from '../../../shapes/fault.ts';
import { at, bad, good } from './clips.ts';

const node = (script: string, take: (bytes: Uint8Array) => void | Promise<void> = () => {}, watch: Watch = {}): ReturnType<typeof run> =>
  run({ program: process.execPath, args: ['-e', script], input: 'file:x', where: 'clip.mp4', take, watch });

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // a process that has ended but was not waited for (its parent is gone) is not alive either
    return process.platform !== 'linux' || !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** The process has gone within so many milliseconds. */
const gone = async (pid: number, within = 5000): Promise<boolean> => {
  for (let waited = 0; waited < within; waited += 20) {
    if (!alive(pid)) return true;
    await sleep(20);
  }
  return false;
};

const endless = 'process.stdout.write(String(process.pid)); setInterval(() => {}, 1000)';

test('output, exit code and log', async () => {
  const pieces: Uint8Array[] = [];
  const ended = good(await node('process.stdout.write("abc"); console.error("[x @ 0x1] [error] file:x: bad"); process.exitCode = 3', (bytes) => void pieces.push(bytes))());
  expect(Buffer.concat(pieces).toString()).toBe('abc');
  expect(ended).toMatchObject({ code: 3, signal: null, log: { errors: ['the file: bad'] } });
});

test('a slow taker slows the child down: what is not taken is not in memory', async () => {
  const state = { taken: 0, most: 0 };
  const counter = at('written');
  // the child writes 16 MiB and notes how far it came
  const script = `const fs = require('fs'); const piece = Buffer.alloc(65536); for (let i = 0; i < 256; i++) { for (let at = 0; at < piece.length; ) { try { at += fs.writeSync(1, piece, at); } catch (e) { if (e.code !== 'EAGAIN') throw e; } } fs.writeFileSync(${JSON.stringify(counter)}, String((i + 1) * 65536)); }`;
  good(await node(script, async (bytes) => {
    state.taken += bytes.length;
    if (state.taken < 2 ** 20) await sleep(10);
    const written = existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0;
    state.most = Math.max(state.most, written - state.taken);
  })());
  expect(state.taken).toBe(2 ** 24);
  expect(state.most).toBeLessThan(2 ** 20);
});

test('abort ends it and leaves no process', async () => {
  const stop = new AbortController();
  const state = { pid: 0 };
  const fault = bad(await node(endless, (bytes) => {
    state.pid = Number(Buffer.from(bytes).toString());
    stop.abort();
  }, { signal: stop.signal })());
  expect(fault).toMatchObject({ _tag: 'Interrupted', where: 'clip.mp4' });
  expect(await gone(state.pid)).toBe(true);
});

test.skipIf(process.platform === 'win32')('abort ends the children of the child too (process groups: not on Windows)', async () => {
  const stop = new AbortController();
  const state = { pid: 0 };
  const script = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(endless)}], { stdio: 'inherit' })`;
  expect(bad(await node(script, (bytes) => {
    state.pid = Number(Buffer.from(bytes).toString());
    stop.abort();
  }, { signal: stop.signal })())._tag).toBe('Interrupted');
  expect(await gone(state.pid)).toBe(true);
});

test('an aborted signal starts nothing', async () => {
  expect(bad(await node(`require('fs').writeFileSync(${JSON.stringify(at('started'))}, '')`, () => {}, { signal: AbortSignal.abort() })())._tag).toBe('Interrupted');
  expect(existsSync(at('started'))).toBe(false);
});

test('abort while the taker is at work', async () => {
  const stop = new AbortController();
  expect(bad(await node(endless, async () => {
    setTimeout(() => stop.abort(), 20);
    await sleep(100);
  }, { signal: stop.signal })())._tag).toBe('Interrupted');
});

test('a child that gives nothing is ended; one that waits for us is not', async () => {
  const state = { pid: 0 };
  expect(bad(await node(endless, (bytes) => void (state.pid = Number(Buffer.from(bytes).toString())), { patience: 2 })())).toMatchObject({
    _tag: 'Corrupt', where: 'clip.mp4', given: ['ffmpeg gave nothing for 2 seconds and was ended'],
  });
  expect(await gone(state.pid)).toBe(true);
  good(await node('process.stdout.write("x")', () => sleep(2500), { patience: 2 })());
});

test('what the taker throws is the fault, and the child is gone', async () => {
  const state = { pid: 0 };
  const own = fault('Shape', 'a frame', ['1 × 1'], '2 × 2');
  const note = (bytes: Uint8Array): void => void (state.pid = Number(Buffer.from(bytes).toString()));
  expect(bad(await node(endless, (bytes) => {
    note(bytes);
    raise(own);
  })())).toEqual(own);
  expect(await gone(state.pid)).toBe(true);
  expect(bad(await node(endless, (bytes) => {
    note(bytes);
    throw new Error('no');
  })())).toMatchObject({ _tag: 'Defect', given: ['no'] });
  expect(await gone(state.pid)).toBe(true);
});

test('a child that dies midway says by what', async () => {
  const ended = good(await node('process.stdout.write("x", () => process.kill(process.pid, "SIGKILL"))')());
  expect(process.platform === 'win32' ? ended.code : ended.signal).toBe(process.platform === 'win32' ? 1 : 'SIGKILL');
});

test.skipIf(process.platform === 'win32')('a molt that is killed leaves no child that writes (signals: not on Windows)', async () => {
  const writer = `const fs = require('fs'); fs.writeFileSync(${JSON.stringify(at('writer'))}, String(process.pid)); setInterval(() => process.stdout.write('x'), 20)`;
  // a parent that starts the writer as run does, and dies without a word
  const parent = `const { spawn } = require('child_process'); const fs = require('fs'); const c = spawn(process.execPath, ['-e', ${JSON.stringify(writer)}], { stdio: ['ignore', 'pipe', 'pipe'], detached: true }); c.stdout.once('data', () => process.kill(process.pid, 'SIGKILL'))`;
  good(await node(parent)());
  expect(await gone(Number(readFileSync(at('writer'), 'utf8')))).toBe(true);
});

test('no such program; a file that is no program', async () => {
  const none = run({ program: at('nothing'), args: [], input: '', where: 'clip.mp4', take: () => {}, watch: {} });
  expect(bad(await none())).toMatchObject({ _tag: 'Unsupported', where: `ffmpeg ${at('nothing')}` });
});

test('a flood of complaints is read and not kept', async () => {
  const ended = good(await node('for (let i = 0; i < 20000; i++) console.error(`[h264 @ 0x${i}] [error] error while decoding MB ${i}` + "y".repeat(900))')());
  expect(ended.log.errors.length).toBeLessThan(50);
  expect(ended.log.errors[0]).toMatch(/^error while decoding MB 0y/);
  expect(ended.log.errors.at(-1)).toMatch(/^error while decoding MB 19999y/);
});
