/**
 * A writer as a process of its own, for killed.test.ts: `node writer.mjs FOLDER CHUNKS SIZE` writes items in chunks as `molt extract` does;
 * `node writer.mjs FOLDER hold WORK` takes a claim and keeps it.
 */
import { isLeft, type Either } from 'fp-ts/lib/Either.js';
import { openStore, type Collection, type Item } from '../../../molt/store/index.ts';
import { printFault, type Fault } from '../../../shapes/fault.ts';
import { item, made } from './described.ts';

const good = <A>(either: Either<Fault, A>): A => {
  if (isLeft(either)) throw new Error(printFault(either.left));
  return either.right;
};

const pause = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 5); });

/** Chunk after chunk; those that another process is at, later. */
export const writeAll = async (some: Collection, chunks: readonly (readonly Item[])[]): Promise<void> => {
  for (let open = chunks; open.length > 0; await pause()) {
    const later: (readonly Item[])[] = [];
    for (const items of open) {
      const lacking = (): readonly Item[] => { const missing = some.missing(items.map(({ input }) => input)); return items.filter(({ input }) => missing.includes(input)); };
      if (lacking().length === 0) continue;
      const held = good(await some.claim(`chunk ${items[0]?.input ?? ''}`)());
      if (held === undefined) {
        later.push(items);
        continue;
      }
      const rest = lacking();
      if (rest.length > 0) good(await some.write(rest)());
      await held.release();
      await pause();
    }
    if (later.length > 0) good(await some.refresh());
    open = later;
  }
  good(await some.seal());
};

export const chunksOf = (chunks: number, size: number): readonly (readonly Item[])[] =>
  Array.from({ length: chunks }, (_, c) => Array.from({ length: size }, (_item, i) => item(made(), c * size + i)));

const run = async ([folder = '', what = '', more = '']: readonly string[]): Promise<void> => {
  const store = good(await openStore(folder)());
  const some = good(await store.collection(made())());
  process.stdout.write('open\n');
  if (what !== 'hold') return writeAll(some, chunksOf(Number(what), Number(more)));
  const held = good(await some.claim(more)());
  process.stdout.write(held === undefined ? 'taken\n' : 'held\n');
  await new Promise((resolve) => { setTimeout(resolve, 60_000); });
};

if (process.argv.length > 4) await run(process.argv.slice(2));
