/**
 * System: the file system as an argument, Node's as its default, and its refusals as faults.
 * idea:  everything that may fail on a disk goes through `Files`, so that a full or failing disk is an ordinary test value.
 * not:   a general file API: only what whole reads, range reads and atomic writes need.
 * source: POSIX; Node's `mkdir({ recursive: true })` is not used, since it never returns where a parent exists but cannot hold folders (/proc).
 */
import { mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fault, faultOf, MoltError, type Fault } from '../../shapes/fault.ts';

/** An open file. */
export interface OpenFile {
  /** writes all of `bytes` after what was written before */
  readonly append: (bytes: Uint8Array) => Promise<void>;
  /** fills `into` from byte `position` on; gives the number of bytes found, less than asked for at the end of the file only */
  readonly readAt: (into: Uint8Array, position: number) => Promise<number>;
  /** length in bytes */
  readonly size: () => Promise<number>;
  /** returns once the disk holds the content */
  readonly sync: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** `create` fails on a file that exists; `device` writes to what is there (a pipe, /dev/null); `folder` is for `sync` only. */
export type Opening = 'read' | 'create' | 'device' | 'folder';

/** The file system as molt sees it. Every member may reject with a system error (`code`, `message`). */
export interface Files {
  readonly open: (path: string, how: Opening) => Promise<OpenFile>;
  /** where a write to `path` really goes (links followed), and whether that is a device or pipe, which no rename may replace */
  readonly target: (path: string) => Promise<{ readonly path: string; readonly device: boolean }>;
  /** with its parents; no complaint about a folder that is there */
  readonly makeFolder: (path: string) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  /** no complaint about a file that is not there */
  readonly remove: (path: string) => Promise<void>;
  readonly readAll: (path: string) => Promise<Uint8Array>;
  /** names in a folder, in any order */
  readonly list: (folder: string) => Promise<readonly string[]>;
}

/** Greatest piece handed to the system in one call, bytes: calls of 2 GiB or more are refused or cut short. */
const pieceBytes = 64 * 1024 * 1024;

const flags = { read: 'r', create: 'wx', device: 'r+', folder: 'r' } as const satisfies { readonly [H in Opening]: string };

const openNode: Files['open'] = async (path, how) => {
  const handle = await open(path, flags[how]);
  return {
    append: async (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, at, Math.min(pieceBytes, bytes.length - at));
        at += bytesWritten;
      }
    },
    readAt: async (into, position) => {
      let at = 0;
      while (at < into.length) {
        const { bytesRead } = await handle.read(into, at, Math.min(pieceBytes, into.length - at), position + at);
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return at;
    },
    size: async () => (await handle.stat()).size,
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
};

const isFolder = (path: string): Promise<boolean> => stat(path).then((s) => s.isDirectory(), () => false);

const makeOne = async (path: string): Promise<void> => {
  try {
    await mkdir(path);
  } catch (thrown) {
    if (!(await isFolder(path))) throw thrown;
  }
};

const makeFolder = async (path: string): Promise<void> => {
  try {
    await makeOne(path);
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT' || dirname(path) === path) throw thrown;
    await makeFolder(dirname(path));
    await makeOne(path);
  }
};

const target: Files['target'] = async (path) => {
  try {
    const found = await stat(path);
    return { path: await realpath(path), device: !found.isFile() && !found.isDirectory() };
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return { path, device: false };
    throw thrown;
  }
};

/** The file system of Node. */
export const nodeFiles: Files = {
  open: openNode,
  target,
  makeFolder,
  rename,
  remove: (path) => rm(path, { force: true }),
  readAll: (path) => readFile(path),
  list: (folder) => readdir(folder),
};

/** The system's name of what went wrong (`ENOSPC`, …), or '' where there is none. */
export const codeOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';

const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space on this disk, or choose another folder; what was saved before is untouched',
  EDQUOT: 'your disk quota is used up: free some space, or choose another folder; what was saved before is untouched',
  EACCES: 'you may not use this path: change its permissions, or choose another one',
  EPERM: 'you may not use this path: change its permissions, or choose another one',
  EROFS: 'this file system is read-only: choose another folder',
  ENOENT: 'check the path',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'this is a folder, not a file',
  EFBIG: 'the file is too large for this file system',
  ERR_FS_FILE_TOO_LARGE: 'the file is too large to be read at once: read ranges of it',
  EMFILE: 'too many files are open: close some, or raise `ulimit -n`',
};

/** What is wrong with the path that was given, rather than with the disk. */
const absent = ['ENOENT', 'ENOTDIR', 'EISDIR'];

/** A refusal of the file system while reading: Name if there is no such file, else Storage. A fault in flight passes through. */
export const readFault = (path: string, thrown: unknown): Fault =>
  refusal(path, 'reading', 'a readable file', thrown, absent.includes(codeOf(thrown)) ? 'Name' : 'Storage');

/** A refusal of the file system while writing: Storage. `progress` says how far it came. A fault in flight passes through. */
export const writeFault = (path: string, progress: string, thrown: unknown): Fault =>
  refusal(path, `writing (${progress})`, 'a folder that can be written to, with enough free space', thrown, 'Storage');

const refusal = (path: string, doing: string, needed: string, thrown: unknown, tag: 'Name' | 'Storage'): Fault => {
  const code = codeOf(thrown);
  const ofSystem = /^E[A-Z0-9]+$/.test(code) || code.startsWith('ERR_FS_'); // other codes (ERR_INVALID_ARG_TYPE …) are bugs of ours
  if (thrown instanceof MoltError || !ofSystem) return faultOf(path, thrown);
  return fault(tag, path, [`${doing}: ${thrown instanceof Error ? thrown.message : code}`], needed, hints[code] ?? 'check the disk and the path');
};

/** Bytes with a unit: `812 bytes`, `46.1 kB`, `4.00 MB`. */
export const showBytes = (n: number): string =>
  n < 1e4 ? `${n} bytes` : n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : n < 1e9 ? `${(n / 1e6).toFixed(2)} MB` : `${(n / 1e9).toFixed(2)} GB`;
