/**
 * Claim: one process at a time is at a piece of work, and a dead one holds nothing.
 * idea:   each claimant makes a file of its own, named by work and process, and only then looks who else is there: of two that come together at
 *         least the later one sees the other and steps back. No file is ever taken over, so nobody can take over a file that was just renewed:
 *         files of dead processes count for nothing and anybody may remove them.
 * laws:   test/molt/store/interleaved.test.ts: never two holders at once, under any order of steps and any kills
 * not:    a queue. Two that see each other both step back; who wants the work asks again later. Nor needed for the store to stay whole
 *         (`publish` sees to that): on a network file system, where a folder may be listed late, two may do the same work.
 * source: Lamport, A new solution of Dijkstra's concurrent programming problem, CACM 1974 (announce first, then look)
 */
import { join } from 'node:path';
import { using } from '../io/files.ts';
import { sha256 } from './made.ts';
import { ownerIn, printOwner, type StorePorts } from './system.ts';

/** Milliseconds without a sign of life after which a claim of another host counts for nothing. */
const silence = 120_000;

export interface Claim {
  /** the work, as it was asked for */
  readonly work: string;
  /** lets others have it; never fails */
  readonly release: () => Promise<void>;
}

const modifiedAt = ({ files }: StorePorts, path: string): Promise<number | undefined> => files.stat(path).then(({ modified }) => modified, () => undefined);

/** Who else is at a work: surely somebody, perhaps somebody of another host, nobody. */
type Others = 'some' | 'perhaps' | 'none';

/** Who else is at this work? Claims of the dead are removed on the way. `now`: by the clock of the file system, if known. */
const others = async (ports: StorePorts, folder: string, prefix: string, own: string, now: number | undefined): Promise<Others> => {
  let found: Others = 'none';
  for (const name of await ports.files.list(folder)) {
    const owner = ownerIn(name);
    if (owner === undefined || name === own || !name.startsWith(prefix)) continue;
    const state = await ports.processes.state(owner);
    const modified = state === 'unknown' ? await modifiedAt(ports, join(folder, name)) : undefined;
    const silent = modified !== undefined && now !== undefined && now - modified > silence;
    if (state === 'dead' || silent) await ports.files.remove(join(folder, name)).catch(() => undefined);
    else if (state === 'alive') found = 'some';
    else if (found === 'none') found = 'perhaps';
  }
  return found;
};

/**
 * The claim on a work, or undefined while another process (or another part of this one) is at it. The folder is there.
 * Rejects with what the system said.
 */
export const claim = async (ports: StorePorts, folder: string, work: string): Promise<Claim | undefined> => {
  const { files, processes, heartbeat } = ports;
  const prefix = `${sha256(work).slice(0, 32)}.`;
  if ((await others(ports, folder, prefix, '', undefined)) === 'some') return undefined; // else a file of our own is needed: it tells the time there
  const own = `${prefix}${printOwner(processes.self)}.${ports.unique()}.claim`;
  const path = join(folder, own);
  const sign = new TextEncoder().encode(`${JSON.stringify({ work, ...processes.self })}\n`);
  try {
    await using(files.open(path, 'create'), (file) => file.append(sign));
    if ((await others(ports, folder, prefix, own, await modifiedAt(ports, path))) !== 'none') {
      await files.remove(path);
      return undefined;
    }
  } catch (thrown) {
    await files.remove(path).catch(() => undefined);
    throw thrown;
  }
  const stop = heartbeat(() => {
    // written again in place, so that the file system's own clock marks the time; a claim that is gone is not made anew
    using(files.open(path, 'device'), (file) => file.append(sign)).catch(() => undefined);
  });
  return {
    work,
    release: async () => {
      stop();
      await files.remove(path).catch(() => undefined);
    },
  };
};
