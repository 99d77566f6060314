/**
 * Helpers of the media tests: an ffmpeg (MOLT_FFMPEG, else the development package's), a folder that goes away, and clips made on the spot.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft, type Either } from 'fp-ts/lib/Either.js';
import { afterAll, test } from 'vitest';
import { type Ffmpeg, findFfmpeg } from '../../../molt/media/index.ts';
import { type Fault, printFault } from '../../../shapes/fault.ts';

export const good = <A>(either: Either<Fault, A>): A => {
  if (isLeft(either)) throw new Error(printFault(either.left));
  return either.right;
};

/** A fault in its words. */
export const bad = (either: Either<Fault, unknown>): Fault => {
  if (isLeft(either)) return either.left;
  throw new Error('a fault was expected');
};

export const folder = mkdtempSync(join(tmpdir(), 'molt-media-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
export const at = (...parts: readonly string[]): string => join(folder, ...parts);

const packaged = async (): Promise<string | undefined> => {
  try {
    return (await import('@ffmpeg-installer/ffmpeg')).default.path;
  } catch {
    return undefined; // no build for this platform
  }
};

const found = await findFfmpeg(process.env['MOLT_FFMPEG'] || (await packaged()), process.env)();

/** A test that needs ffmpeg; without one it is skipped with the reason. */
export const withFfmpeg = (name: string, body: (ffmpeg: Ffmpeg) => Promise<void>): void =>
  test(name, async (context) => {
    if (isLeft(found)) return context.skip(found.left.given.join());
    return body(found.right);
  });

/** Makes a file with ffmpeg's options (sources included); gives its path. A source without an end is stopped at 64 MB or after a minute. */
export const make = (ffmpeg: Ffmpeg, name: string, ...options: readonly string[]): string => {
  execFileSync(ffmpeg.path, ['-nostdin', '-hide_banner', '-loglevel', 'error', '-y', ...options, '-fs', String(2 ** 26), `file:${at(name)}`], { stdio: ['ignore', 'ignore', 'inherit'], timeout: 60_000, killSignal: 'SIGKILL' });
  return at(name);
};

/** Options of a source of ffmpeg's. */
export const source = (text: string): readonly string[] => ['-f', 'lavfi', '-i', text];

/** Options of a small clip with sound: ten seconds unless told. */
export const clip = (seconds = 10): readonly string[] => [
  ...source(`testsrc=size=64x48:rate=25:duration=${seconds}`), ...source(`sine=frequency=440:sample_rate=44100:duration=${seconds}`),
  '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest',
];

/** The first part of a file, under another name. */
export const cutTo = (path: string, name: string, part: number): string => {
  const bytes = readFileSync(path);
  writeFileSync(at(name), bytes.subarray(0, part < 1 ? Math.floor(bytes.length * part) : part));
  return at(name);
};

export const save = (name: string, bytes: Uint8Array): string => {
  writeFileSync(at(name), bytes);
  return at(name);
};

/** A WAVE header that promises so many bytes of 16-bit mono, and the bytes that are there. */
export const wav = (rate: number, promised: number, data: Uint8Array): Uint8Array => {
  const header = new DataView(new ArrayBuffer(44));
  const word = (position: number, text: string): void => [...text].forEach((c, i) => header.setUint8(position + i, c.charCodeAt(0)));
  word(0, 'RIFF');
  header.setUint32(4, Math.min(0xffffffff, promised + 36), true);
  word(8, 'WAVEfmt ');
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true);
  header.setUint16(22, 1, true);
  header.setUint32(24, rate, true);
  header.setUint32(28, 2 * rate, true);
  header.setUint16(32, 2, true);
  header.setUint16(34, 16, true);
  word(36, 'data');
  header.setUint32(40, promised, true);
  const all = new Uint8Array(44 + data.length);
  all.set(new Uint8Array(header.buffer));
  all.set(data, 44);
  return all;
};
