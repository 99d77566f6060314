/**
 * A disk in memory and processes that may be killed at any step, for laws about every order of events.
 * idea:   each call of the file system is one step; a step is taken when the test says so, and a killed process takes no further one.
 */
import { dirname } from 'node:path';
import type { OpenFile } from '../../../molt/io/system.ts';
import type { StorePorts } from '../../../molt/store/index.ts';

export class SystemError extends Error {
  constructor(readonly code: string, message = code) {
    super(`${code}: ${message}`);
  }
}

interface Inode {
  bytes: Uint8Array;
  modified: number;
  /** bytes that the disk surely holds */
  synced: number;
}

export interface Disk {
  readonly files: ReadonlyMap<string, string>;
  /** changes a file behind everybody's back */
  readonly set: (path: string, change: (bytes: Uint8Array) => Uint8Array | undefined) => void;
  /** A process: `step` is awaited before each call that it makes, with the call's name; what it rejects with, the call rejects with. */
  readonly process: (pid: number, step?: (call: string, path: string) => Promise<void>) => StorePorts;
  readonly kill: (pid: number) => void;
  /** the power fails: bytes that were not synced are lost, names are kept; everybody is dead */
  readonly cut: () => void;
}

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
};

export const memoryDisk = (): Disk => {
  const inodes = new Map<string, Inode>();
  const folders = new Set<string>(['/']);
  const alive = new Set<number>();
  let time = 0;
  let drawn = 0;
  const now = (): number => (time += 1);
  const at = (path: string): Inode => {
    const found = inodes.get(path);
    if (found === undefined) throw new SystemError('ENOENT', path);
    return found;
  };
  const inFolder = (path: string): void => {
    if (!folders.has(dirname(path))) throw new SystemError('ENOENT', path);
  };
  return {
    get files() {
      return new Map([...inodes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([path, { bytes }]) => [path, Buffer.from(bytes).toString('latin1')]));
    },
    set: (path, change) => {
      const bytes = change(inodes.get(path)?.bytes ?? new Uint8Array());
      if (bytes === undefined) inodes.delete(path);
      else inodes.set(path, { bytes, modified: now(), synced: bytes.length });
    },
    kill: (pid) => { alive.delete(pid); },
    cut: () => {
      alive.clear();
      for (const inode of inodes.values()) inode.bytes = inode.bytes.slice(0, inode.synced);
    },
    process: (pid, step = () => Promise.resolve()) => {
      alive.add(pid);
      const call = async <A>(name: string, path: string, act: () => A): Promise<A> => {
        await step(name, path);
        return act();
      };
      const file = (path: string, inode: Inode | undefined): OpenFile => ({
        append: (bytes) => call('append', path, () => {
          if (inode === undefined) throw new SystemError('EISDIR', path);
          inode.bytes = joined(inode.bytes, bytes);
          inode.modified = now();
        }),
        readAt: (into, position) => call('readAt', path, () => {
          const part = (inode?.bytes ?? new Uint8Array()).subarray(position, position + into.length);
          into.set(part);
          return part.length;
        }),
        size: () => call('size', path, () => inode?.bytes.length ?? 0),
        sync: () => call('sync', path, () => { if (inode !== undefined) inode.synced = inode.bytes.length; }),
        close: () => call('close', path, () => undefined),
      });
      return {
        files: {
          open: (path, how) => call(`open ${how}`, path, () => {
            if (how === 'folder') return file(path, undefined);
            if (how !== 'create') return file(path, at(path));
            inFolder(path);
            if (inodes.has(path)) throw new SystemError('EEXIST', path);
            const inode = { bytes: new Uint8Array(), modified: now(), synced: 0 };
            inodes.set(path, inode);
            return file(path, inode);
          }),
          target: (path) => Promise.resolve({ path, device: false }),
          makeFolder: (path) => call('makeFolder', path, () => {
            for (let folder = path; folder !== '/'; folder = dirname(folder)) folders.add(folder);
          }),
          rename: (from, to) => call('rename', to, () => {
            inFolder(to);
            inodes.set(to, at(from));
            inodes.delete(from);
          }),
          remove: (path) => call('remove', path, () => { inodes.delete(path); }),
          readAll: (path) => call('readAll', path, () => at(path).bytes.slice()),
          list: (folder) => call('list', folder, () => {
            const below = (path: string): readonly string[] => (path !== folder && path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1).split('/')[0] ?? ''] : []);
            return [...new Set([...inodes.keys(), ...folders].flatMap(below))];
          }),
          link: (from, to) => call('link', to, () => {
            inFolder(to);
            if (inodes.has(to)) throw new SystemError('EEXIST', to);
            inodes.set(to, at(from));
          }),
          stat: (path) => call('stat', path, () => ({ bytes: at(path).bytes.length, modified: at(path).modified })),
        },
        processes: {
          self: { host: '00000000000000aa', pid, started: '1' },
          state: (owner) => Promise.resolve(alive.has(owner.pid) ? 'alive' : 'dead'),
        },
        heartbeat: () => () => undefined,
        clock: now,
        unique: () => `u${(drawn += 1)}`,
      };
    },
  };
};
