/**
 * Seal: the index of a collection, made from the shards that are there, and damaged shards moved out of its way.
 * laws:   test/molt/store/interleaved.test.ts: of several that seal at once, the last index to stay lists every shard
 */
import { join } from 'node:path';
import { scan, type Catalogue } from './catalogue.ts';
import { foldersOf, indexFile, shardFile } from './folders.ts';
import { printIndex, type IndexEntry } from './listing.ts';
import type { Made } from './made.ts';
import { publish } from './publish.ts';
import type { StorePorts } from './system.ts';

/** A damaged shard is moved aside, so that its name is free. Rejects with what the system said. */
export const moveAside = async (ports: StorePorts, collection: string, name: string): Promise<string> => {
  const { shards, quarantine } = foldersOf(collection);
  const aside = join(quarantine, `${shardFile(name)}.${ports.unique()}`);
  await ports.files.makeFolder(quarantine);
  await ports.files.rename(join(shards, shardFile(name)), aside);
  return aside;
};

/** Writes the index until it lists what is there after it was written: of several that seal at once the last one to write has seen all. */
export const sealNow = async (ports: StorePorts, folder: string, made: Made, key: string, known: ReadonlyMap<string, IndexEntry>): Promise<Catalogue> => {
  const { shards } = foldersOf(folder);
  const listed = async (before: ReadonlyMap<string, IndexEntry>): Promise<{ readonly catalogue: Catalogue; readonly text: string }> => {
    const catalogue = await scan(ports, shards, made, key, before, 'lengths');
    return { catalogue, text: printIndex(key, catalogue.shards) };
  };
  for (let { catalogue, text } = await listed(known); ; ) {
    await publish(ports, folder, indexFile, new TextEncoder().encode(text), 'over');
    const again = await listed(catalogue.shards);
    if (again.text === text) return again.catalogue;
    ({ catalogue, text } = again);
  }
};
