/**
 * Folders: where the parts of a store lie.
 * shape:  DIR/store.json, DIR/collections/KEY/{collection.json, index.json, shards/NAME.safetensors, claims/, quarantine/}
 */
import { join } from 'node:path';

export const storeFile = 'store.json';
export const madeFile = 'collection.json';
export const indexFile = 'index.json';
const ending = '.safetensors';

export const collectionsIn = (store: string): string => join(store, 'collections');
export const collectionIn = (store: string, key: string): string => join(collectionsIn(store), key);

/** The folders of one collection. */
export interface Folders {
  readonly collection: string;
  readonly shards: string;
  readonly claims: string;
  /** of damaged shards that were moved aside; made when needed */
  readonly quarantine: string;
}
export const foldersOf = (collection: string): Folders =>
  ({ collection, shards: join(collection, 'shards'), claims: join(collection, 'claims'), quarantine: join(collection, 'quarantine') });

export const shardFile = (name: string): string => `${name}${ending}`;
/** The shard of a file name; undefined for a file that is no shard. */
export const shardOf = (file: string): string | undefined => (/^[0-9a-f]{64}\.safetensors$/.test(file) ? file.slice(0, -ending.length) : undefined);
