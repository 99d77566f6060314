/**
 * Any number of writers, any order of their steps, kills at any step: the finished store is that of one undisturbed run, byte for byte.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDamage, openStore, verify, type StorePorts } from '../../../molt/store/index.ts';
import { claim } from '../../../molt/store/claim.ts';
import { good } from '../../dsl/safetensors/helpers.ts';
import { memoryDisk, SystemError, type Disk } from './disk.ts';
import { item, made } from './helpers.ts';

const small = made({ tensors: [{ name: 'visual.0', sizes: [1, 2] }], segments: 1 });
const chunks = [[0, 1], [2, 3], [4]].map((numbers) => numbers.map((i) => item(small, i)));

/** What `molt extract` does: chunk after chunk, those of others later, and the index at the end. */
const extract = async (ports: StorePorts, took: (work: string, held: boolean) => void = () => undefined): Promise<void> => {
  const store = good(await openStore('/store', ports)());
  const some = good(await store.collection(small)());
  let open = chunks.map((items, i) => ({ items, work: `chunk ${i}` }));
  for (let round = 0; open.length > 0 && round < 80; round++) {
    const later: typeof open = [];
    for (const chunk of open) {
      if (some.missing(chunk.items.map(({ input }) => input)).length === 0) continue;
      const held = good(await some.claim(chunk.work)());
      if (held === undefined) {
        later.push(chunk);
        good(await some.refresh());
        await new Promise((resolve) => { setImmediate(resolve); });
        continue;
      }
      took(chunk.work, true);
      const missing = some.missing(chunk.items.map(({ input }) => input));
      if (missing.length > 0) good(await some.write(chunk.items.filter(({ input }) => missing.includes(input)))());
      took(chunk.work, false);
      await held.release();
    }
    open = later;
  }
  expect(open).toEqual([]);
  good(await some.seal());
};

const undisturbed = async (): Promise<ReadonlyMap<string, string>> => {
  const disk = memoryDisk();
  await extract(disk.process(1));
  return disk.files;
};

/** A process that dies at its n-th step (and takes no further), then another one for the same work, which lives. */
const mortal = async (disk: Disk, schedule: () => Promise<unknown>, pid: number, deaths: readonly number[], live: Set<number>, run: (ports: StorePorts, pid: number) => Promise<void>): Promise<void> => {
  for (const [life, death] of [...deaths, Infinity].entries()) {
    const own = pid * 100 + life;
    live.add(own);
    let steps = 0;
    let die = (): void => undefined;
    const dead = new Promise<'dead'>((resolve) => { die = () => { resolve('dead'); }; });
    const ports = disk.process(own, async () => {
      await schedule();
      if ((steps += 1) <= death) return undefined;
      disk.kill(own);
      live.delete(own);
      die();
      return new Promise(() => undefined);
    });
    const end = await Promise.race([run(ports, own).then(() => 'done' as const), dead]);
    if (end === 'done') {
      disk.kill(own);
      live.delete(own);
      return;
    }
  }
};

const plans = fc.record({
  writers: fc.array(fc.array(fc.nat({ max: 150 }), { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  s: fc.scheduler(),
});

/** Rejects if some order of some writers with some kills leaves anything but the bytes of one undisturbed run, or two holders of one chunk. */
const law = async (wanted: ReadonlyMap<string, string>, mutant: (ports: StorePorts) => StorePorts = (ports) => ports): Promise<void> =>
  fc.assert(
    fc.asyncProperty(plans, async ({ writers, s }) => {
      const disk = memoryDisk();
      const holders = new Map<string, number>();
      const live = new Set<number>();
      const runs = Promise.all(writers.map((deaths, w) => mortal(disk, () => s.schedule(Promise.resolve()), w + 1, deaths, live, (ports, pid) =>
        extract(mutant(ports), (work, held) => {
          const other = holders.get(work);
          if (held && other !== undefined && live.has(other)) throw new Error(`two at ${work}`);
          if (held) holders.set(work, pid);
          else holders.delete(work);
        }))));
      await s.waitFor(runs);
      expect(disk.files).toEqual(wanted);
      expect(good(await verify('/store', {}, disk.process(999))())).toEqual([]);
    }),
    { numRuns: 60, seed: 4, endOnFailure: true },
  );

test('writers, kills and restarts in any order: the bytes of one undisturbed run, and never two at one chunk', async () => {
  const wanted = await undisturbed();
  expect([...wanted.keys()].map((path) => path.replaceAll(/[0-9a-f]{64}/g, 'HASH'))).toMatchInlineSnapshot(`
    [
      "/store/collections/HASH/collection.json",
      "/store/collections/HASH/index.json",
      "/store/collections/HASH/shards/HASH.safetensors",
      "/store/collections/HASH/shards/HASH.safetensors",
      "/store/collections/HASH/shards/HASH.safetensors",
      "/store/store.json",
    ]
  `);
  await law(wanted);
});

const withFiles = (ports: StorePorts, over: (files: StorePorts['files']) => Partial<StorePorts['files']>): StorePorts => ({ ...ports, files: { ...ports.files, ...over(ports.files) } });

/** Worlds in which one thing that the store relies on is broken: the law must see each. */
const mutants: Readonly<Record<string, (ports: StorePorts) => StorePorts>> = {
  'a file gets its name before its bytes': (ports) => withFiles(ports, (files) => ({
    link: async (from, to) => {
      const file = await files.open(to, 'create');
      await file.append(await files.readAll(from));
    },
  })),
  'everybody passes for dead: what is in the making is swept away': (ports) => ({ ...ports, processes: { ...ports.processes, state: () => Promise.resolve('dead') } }),
  'everybody passes for alive: claims of the dead hold for ever': (ports) => ({ ...ports, processes: { ...ports.processes, state: () => Promise.resolve('alive') } }),
  'claims are not seen': (ports) => withFiles(ports, (files) => ({ list: async (folder) => (folder.endsWith('/claims') ? [] : files.list(folder)) })),
  'shards are listed once only': (ports) => {
    const known = new Map<string, Promise<readonly string[]>>();
    return withFiles(ports, (files) => ({
      list: (folder) => {
        const names = known.get(folder) ?? files.list(folder);
        if (folder.endsWith('/shards')) known.set(folder, names);
        return names;
      },
    }));
  },
};

test.each(Object.entries(mutants))('the law sees that %s', async (_, mutant) => {
  await expect(law(await undisturbed(), mutant)).rejects.toThrow();
});

/** the step of `claim`, without looking again after announcing */
test('the law sees a claim that looks first and announces then', async () => {
  const hasty = async (ports: StorePorts, folder: string, work: string): Promise<boolean> => {
    if ((await ports.files.list(folder)).some((name) => name.startsWith(work))) return false;
    await ports.files.open(`${folder}/${work}.${ports.processes.self.pid}`, 'create');
    return true;
  };
  const both = (take: (ports: StorePorts) => Promise<boolean>): Promise<void> => fc.assert(fc.asyncProperty(fc.scheduler(), async (s) => {
    const disk = memoryDisk();
    await disk.process(9).files.makeFolder('/claims');
    const held = await s.waitFor(Promise.all([1, 2, 3].map((pid) => take(disk.process(pid, () => s.schedule(Promise.resolve()))))));
    expect(held.filter(Boolean).length).toBeLessThanOrEqual(1);
  }), { numRuns: 100, seed: 1, endOnFailure: true });
  await both(async (ports) => (await claim(ports, '/claims', 'work')) !== undefined);
  await expect(both((ports) => hasty(ports, '/claims', 'work'))).rejects.toThrow();
});

/** Calls that a full disk refuses. */
const writing = ['open create', 'append', 'sync', 'link', 'rename', 'makeFolder'];

test('a disk that is full from some step on: a Storage fault, nothing lost, and the same end once there is room', async () => {
  const wanted = await undisturbed();
  let refusals = 0;
  for (let first = 0, full = true; full; first++) {
    const disk = memoryDisk();
    let calls = 0;
    full = false;
    const told = await extract(disk.process(1, async (call) => {
      if (!writing.includes(call) || (calls += 1) <= first) return;
      full = true;
      throw new SystemError('ENOSPC', 'no space left on device');
    })).then(() => undefined, (thrown: unknown) => String(thrown));
    if (!full) break;
    expect(told).toMatch(/cannot be stored: \/store[^]*ENOSPC[^]*free some space/);
    refusals += 1;
    const kept = [...disk.files].filter(([path]) => path.endsWith('.safetensors'));
    for (const [path, bytes] of kept) expect(bytes).toBe(wanted.get(path));
    expect([...disk.files.keys()].filter((path) => path.endsWith('.tmp'))).toEqual([]);
    disk.kill(1);
    await extract(disk.process(2));
    expect(disk.files).toEqual(wanted);
  }
  expect(refusals).toBeGreaterThan(30);
});

/** Cuts the power at every step of an extraction in turn: what has a name afterwards is whole, and the rest is made again. */
const powerLaw = async (mutant: (ports: StorePorts) => StorePorts = (ports) => ports): Promise<void> => {
  const wanted = await undisturbed();
  for (let last = 0, cut = true; cut; last++) {
    const disk = memoryDisk();
    let steps = 0;
    cut = false;
    await new Promise<void>((resolve) => {
      extract(mutant(disk.process(1, () => {
        if ((steps += 1) <= last) return Promise.resolve();
        cut = true;
        resolve();
        return new Promise(() => undefined);
      }))).then(resolve, resolve);
    });
    disk.cut();
    const survivor = disk.process(2);
    if (disk.files.has('/store/store.json')) expect(good(await verify('/store', {}, survivor)()).filter(isDamage)).toEqual([]);
    await extract(survivor);
    expect(disk.files).toEqual(wanted);
  }
};

test('the power fails at any step: what has a name is whole', async () => {
  await powerLaw();
  await expect(powerLaw((ports) => withFiles(ports, (files) => ({ open: async (path, how) => ({ ...(await files.open(path, how)), sync: () => Promise.resolve() }) })))).rejects.toThrow();
});

test('a file system without links, and one whose folders cannot be synced: the same bytes', async () => {
  const disk = memoryDisk();
  const poor = (pid: number): StorePorts => withFiles(disk.process(pid), (files) => ({
    link: (_, to) => Promise.reject(new SystemError('ENOTSUP', to)),
    open: (path, how) => (how === 'folder' ? Promise.reject(new SystemError('EINVAL', path)) : files.open(path, how)),
  }));
  await extract(poor(1));
  expect(disk.files).toEqual(await undisturbed());
  const some = good(await good(await openStore('/store', poor(2))()).collection(small)());
  expect(good(await some.write(chunks[0] ?? [])())).toMatchObject({ fresh: false });
  expect(disk.files).toEqual(await undisturbed());
});
