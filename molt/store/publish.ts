/**
 * Publish: a file appears whole under its name or not at all, and what a killed process left half done is swept away.
 * idea:   temporary file, fsync, then a link to the name, which fails if another process was first; so one name never changes its content.
 *         A temporary file says in its name whose it is: it is removed once that process is known to be dead.
 * laws:   test/molt/store/interleaved.test.ts: under any order of steps of several writers and any kills, what has a name is whole
 * source: POSIX link(2), rename(2), fsync(2)
 */
import { join } from 'node:path';
import { syncFolder, using, type Chunks } from '../io/files.ts';
import { codeOf } from '../io/system.ts';
import { ownerIn, printOwner, type StorePorts } from './system.ts';

/** Milliseconds after which a temporary file of another host is taken for left behind. */
const foreignAge = 24 * 3600 * 1000;

const temporaryName = ({ processes, unique }: StorePorts): string => `.${printOwner(processes.self)}.${unique()}.tmp`;

const isTemporary = (name: string): boolean => name.startsWith('.') && name.endsWith('.tmp');

/** File systems without links answer so. */
const linkless = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'];

const exists = ({ files }: StorePorts, path: string): Promise<boolean> => files.stat(path).then(() => true, () => false);

/** Gives the temporary file its name unless the name is taken; says whether it did. */
const linkUnlessTaken = async (ports: StorePorts, from: string, to: string): Promise<boolean> => {
  try {
    await ports.files.link(from, to);
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    if (!linkless.includes(codeOf(thrown))) throw thrown;
  }
  if (await exists(ports, to)) return false;
  await ports.files.rename(from, to);
  return true;
};

/**
 * Writes a file into a folder that is there. `once`: a file of this name is left as it is, and false is given; `over`: it is replaced in one step.
 * Rejects with what the system said; the temporary file is removed then.
 */
export const publish = async (ports: StorePorts, folder: string, name: string, content: Chunks, how: 'once' | 'over'): Promise<boolean> => {
  const { files } = ports;
  const temporary = join(folder, temporaryName(ports));
  const target = join(folder, name);
  try {
    await using(files.open(temporary, 'create'), async (file) => {
      for await (const bytes of content instanceof Uint8Array ? [content] : content) await file.append(bytes);
      await file.sync();
    });
    const done = how === 'once' ? await linkUnlessTaken(ports, temporary, target) : await files.rename(temporary, target).then(() => true);
    if (how === 'once') await files.remove(temporary);
    await syncFolder(files, folder);
    return done;
  } catch (thrown) {
    await files.remove(temporary).catch(() => undefined); // the first reason is the one to tell
    throw thrown;
  }
};

/** May this file, which names a process, be removed because that process is no more? */
const leftBehind = async (ports: StorePorts, folder: string, name: string): Promise<boolean> => {
  const owner = ownerIn(name);
  if (owner === undefined) return false;
  const state = await ports.processes.state(owner);
  if (state !== 'unknown') return state === 'dead';
  const found = await ports.files.stat(join(folder, name)).catch(() => undefined);
  return found !== undefined && ports.clock() - found.modified > foreignAge;
};

/** Names in a folder of temporary files and claims whose processes are no more. */
export const leftovers = async (ports: StorePorts, folder: string): Promise<readonly string[]> => {
  const names = (await ports.files.list(folder)).filter((name) => isTemporary(name) || name.endsWith('.claim'));
  const left: string[] = [];
  for (const name of names) if (await leftBehind(ports, folder, name)) left.push(name);
  return left;
};

/** Removes what dead processes left in a folder; what can't be removed stays. */
export const sweep = async (ports: StorePorts, folder: string): Promise<void> => {
  for (const name of await leftovers(ports, folder)) await ports.files.remove(join(folder, name)).catch(() => undefined);
};

/** Is this the name of a file in the making? */
export const inTheMaking = isTemporary;
