/**
 * Partial: a blob that has not arrived whole, under a name that says who is at it.
 * idea:  `<etag>.<host>.<pid>.<word>.incomplete` while a process writes it, `<etag>.left.incomplete` after an orderly failure. Who comes
 *        next takes over what a dead process or a failure left by renaming it, which only one can do; nobody waits for anybody.
 * not:   Python's `<etag>.incomplete`, whose lock Node cannot see.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf } from '../../io/system.ts';

const host = (): string => hostname().replace(/[^\w-]/g, '-');

/** A process of this machine that is still there. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return codeOf(thrown) !== 'ESRCH';
  }
};

const isAbandoned = (name: string, etag: string): boolean => {
  if (name === `${etag}.left.incomplete`) return true;
  const [, where, pid] = /^\w+\.([\w-]+)\.(\d+)\.\w+\.incomplete$/.exec(name) ?? [];
  return name.startsWith(`${etag}.`) && where === host() && !isAlive(Number(pid));
};

/** A path for the bytes of a blob, which holds those that an earlier attempt brought. May reject with a system error. */
export const claimPartial = async (blob: string, etag: string): Promise<string> => {
  const folder = dirname(blob);
  await mkdir(folder, { recursive: true });
  const mine = join(folder, `${etag}.${host()}.${process.pid}.${randomBytes(6).toString('hex')}.incomplete`);
  for (const name of await readdir(folder)) {
    if (!isAbandoned(name, etag)) continue;
    const taken = await rename(join(folder, name), mine).then(() => true, () => false);
    if (taken) return mine;
  }
  return mine;
};

/** What has arrived waits for the next attempt. */
export const leavePartial = (partial: string, etag: string): Promise<void> => rename(partial, join(dirname(partial), `${etag}.left.incomplete`)).catch(() => undefined);

export const dropPartial = (partial: string): Promise<void> => rm(partial, { force: true }).catch(() => undefined);
