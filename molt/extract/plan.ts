/**
 * Plan: the work of one run as units: one collection, some consecutive items of the manifest, one shard.
 * idea:  units follow from the manifest and the collections alone, never from what is already stored: so a run that was killed
 *        and started again, or two runs side by side, write the shards that one undisturbed run writes.
 * laws:  test/molt/extract/plan.test.ts: units are disjoint, in the manifest's order, complete, and within their bounds
 */
import { createHash } from 'node:crypto';
import { modalities, type ModalityName } from '../modality.ts';
import type { Item } from './manifest.ts';

/** Most items and most bytes of a shard. */
export const bounds = { items: 16, bytes: 128 * 2 ** 20 } as const;

/** Where the pictures or the sound of an item are: files relative to the data folder. */
export interface Source {
  readonly kind: 'video' | 'sound' | 'stills' | 'folder';
  readonly paths: readonly string[];
}

/** What an item has for a modality, if anything: still pictures rather than a video, a sound file rather than a video's track. */
export const sourceOf = ({ video, audio, frames }: Item, modality: ModalityName): Source | undefined => {
  if (modality === 'visual') {
    if (typeof frames === 'string') return { kind: 'folder', paths: [frames] };
    return frames !== undefined ? { kind: 'stills', paths: frames } : video === undefined ? undefined : { kind: 'video', paths: [video] };
  }
  const path = audio ?? video;
  return path === undefined ? undefined : { kind: 'sound', paths: [path] };
};

/** Stands for a source's media in tables: a video's pictures and its sound are the same file. */
export const sourceKey = ({ kind, paths }: Source): string => JSON.stringify([kind === 'sound' ? 'video' : kind, ...paths]);

/** What of a collection decides its units. */
export interface Target {
  readonly modality: ModalityName;
  /** of one item's features */
  readonly itemBytes: number;
}

/** An item of a unit; its input's hash is the name of its features. */
export interface UnitItem {
  /** place in the manifest */
  readonly index: number;
  readonly id: string;
  readonly source: Source;
  readonly input: string;
}

export interface Unit {
  /** place among the collections */
  readonly collection: number;
  /** stands for the unit in a claim */
  readonly name: string;
  readonly items: readonly UnitItem[];
}

/** How many items make a unit. */
export const unitItems = (itemBytes: number): number => Math.max(1, Math.min(bounds.items, Math.floor(bounds.bytes / Math.max(1, itemBytes))));

const nameOf = (items: readonly UnitItem[]): string => createHash('sha256').update(items.map(({ input }) => input).join('\n')).digest('hex');

/** The items whose input has a hash, each input once: where two items have equal media, the first stands for both. */
const firsts = (items: readonly Item[], modality: ModalityName, hashes: ReadonlyMap<string, string>): readonly UnitItem[] => {
  const seen = new Set<string>();
  return items.flatMap(({ id, ...item }, index) => {
    const source = sourceOf({ id, ...item }, modality);
    const input = source === undefined ? undefined : hashes.get(sourceKey(source));
    if (source === undefined || input === undefined || seen.has(input)) return [];
    seen.add(input);
    return [{ index, id, source, input }];
  });
};

const unitsOf = (items: readonly Item[], { modality, itemBytes }: Target, collection: number, hashes: ReadonlyMap<string, string>): readonly Unit[] => {
  const all = firsts(items, modality, hashes);
  const size = unitItems(itemBytes);
  return Array.from({ length: Math.ceil(all.length / size) }, (_, u) => {
    const some = all.slice(u * size, (u + 1) * size);
    return { collection, name: nameOf(some), items: some };
  });
};

/**
 * The units of a run, those of all collections side by side in the manifest's order. `hashes` has the hash of every source that
 * could be read, by `sourceKey`; the others are in no unit.
 */
export const planUnits = (items: readonly Item[], targets: readonly Target[], hashes: ReadonlyMap<string, string>): readonly Unit[] =>
  targets
    .flatMap((target, collection) => unitsOf(items, target, collection, hashes))
    .toSorted((a, b) => (a.items[0]?.index ?? 0) - (b.items[0]?.index ?? 0) || a.collection - b.collection);

/** The sources that a run reads, each once, in the manifest's order. */
export const sourcesOf = (items: readonly Item[], targets: readonly Target[]): readonly Source[] => {
  const wanted = modalities.filter((modality) => targets.some((target) => target.modality === modality));
  const all = items.flatMap((item) => wanted.flatMap((modality) => sourceOf(item, modality) ?? []));
  return [...new Map(all.map((source) => [sourceKey(source), source])).values()];
};
