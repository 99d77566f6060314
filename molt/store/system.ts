/**
 * System of the store: files, processes and the clock as arguments.
 * idea:   a process is named by host, number and start: numbers are used again, these three together are not. The host is that of the
 *         running system and its process numbers (boot, container), so that a number is only looked up where it means something.
 * not:    a promise about network file systems. A process of another host is never looked up; it lives while it writes to its claims.
 */
import { createHash } from 'node:crypto';
import { link, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { codeOf, nodeFiles, type Files } from '../io/system.ts';

/** The file system as the store needs it. */
export interface StoreFiles extends Files {
  /** names in a folder, in any order; none if the folder is not there */
  readonly list: (folder: string) => Promise<readonly string[]>;
  /** a second name for a file, in one step; fails with EEXIST if the name is taken */
  readonly link: (from: string, to: string) => Promise<void>;
  /** `modified`: milliseconds by the clock of the file system */
  readonly stat: (path: string) => Promise<{ readonly bytes: number; readonly modified: number }>;
}

/** A process: 16 hexadecimal digits of its host, its number, when it started ('0' if the system doesn't say). */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  readonly started: string;
}

export interface Processes {
  readonly self: Owner;
  /** `unknown`: of another host */
  readonly state: (owner: Owner) => Promise<'alive' | 'dead' | 'unknown'>;
}

/** The outside world of a store. */
export interface StorePorts {
  readonly files: StoreFiles;
  readonly processes: Processes;
  /** calls `beat` now and then until the result is called; never keeps the process alive */
  readonly heartbeat: (beat: () => void) => () => void;
  /** milliseconds */
  readonly clock: () => number;
  /** text that no other call gave or gives, letters and digits */
  readonly unique: () => string;
}

export const nodeStoreFiles: StoreFiles = {
  ...nodeFiles,
  list: (folder) => readdir(folder).catch((thrown: unknown) => { if (codeOf(thrown) === 'ENOENT') return []; throw thrown; }),
  link,
  stat: async (path) => {
    const { size, mtimeMs } = await stat(path);
    return { bytes: size, modified: mtimeMs };
  },
};

const orElse = (text: Promise<string>): Promise<string> => text.catch(() => '');

/** Fields of /proc/PID/stat after the name, which may hold anything. source: proc(5) */
const statOf = async (pid: number): Promise<readonly string[]> => {
  const text = await orElse(readFile(`/proc/${pid}/stat`, 'utf8'));
  return text === '' ? [] : text.slice(text.lastIndexOf(')') + 2).split(' ');
};

const startOf = (fields: readonly string[]): string => fields[19] ?? '0';

/** Is there a process of this number that we could send a signal to, or that we may not? */
const answers = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM';
  }
};

/** The processes of this machine. */
export const nodeProcesses = async (): Promise<Processes> => {
  const system = [hostname(), await orElse(readFile('/proc/sys/kernel/random/boot_id', 'utf8')), await orElse(readlink('/proc/self/ns/pid'))];
  const host = createHash('sha256').update(system.join('\n')).digest('hex').slice(0, 16);
  return {
    self: { host, pid: process.pid, started: startOf(await statOf(process.pid)) },
    state: async (owner) => {
      if (owner.host !== host) return 'unknown';
      if (!answers(owner.pid)) return 'dead';
      const fields = await statOf(owner.pid);
      if (owner.started === '0') return 'unknown';
      const running = fields.length > 0 && !['Z', 'X'].includes(fields[0] ?? '');
      return running && startOf(fields) === owner.started ? 'alive' : 'dead';
    },
  };
};

/** How a process stands in the name of a file. */
export const printOwner = ({ host, pid, started }: Owner): string => `${host}-${pid}-${started}`;

/** The process in the name of a file, if one stands there. */
export const ownerIn = (name: string): Owner | undefined => {
  const [, host, pid, started] = /\.([0-9a-f]{16})-(\d+)-(\d+)\.\w+\.(?:tmp|claim)$/.exec(name) ?? [];
  return host === undefined || pid === undefined || started === undefined ? undefined : { host, pid: Number(pid), started };
};
