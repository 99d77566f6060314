/**
 * Outcome: what became of every item, from what the store holds and what failed.
 * idea:  the store is asked, not the run: an item that another process extracted meanwhile is there as well.
 * laws:  test/molt/extract/outcome.test.ts
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { ModalityName } from '../modality.ts';
import { settings } from '../preprocess/index.ts';
import type { Item, Manifest } from './manifest.ts';
import type { Ran } from './pipeline.ts';
import { sourceKey, sourceOf } from './plan.ts';
import type { RunItem, RunManifest } from './record.ts';
import type { Stamps } from './stamps.ts';
import type { FailedItem, Summary } from './summary.ts';

/** A collection after a run. */
export interface Shelved {
  readonly modality: ModalityName;
  readonly key: string;
  readonly has: (input: string) => boolean;
}

const lacks = { visual: ['no pictures in the manifest', 'a video or frames'], audio: ['no sound in the manifest', 'an audio or a video'] } as const satisfies { readonly [M in ModalityName]: readonly [string, string] };

/** The hash of an item's media for one modality, or why there is none. */
const inputOf = (item: Item, modality: ModalityName, stamps: Stamps): { readonly hash: string } | { readonly why: Fault } => {
  const source = sourceOf(item, modality);
  const [given, needed] = lacks[modality];
  if (source === undefined) return { why: fault('Name', '', [given], needed) };
  const stamp = stamps.get(sourceKey(source));
  if (stamp === undefined) return { why: fault('Defect', source.paths[0] ?? '', ['not hashed'], 'a hash') };
  return isLeft(stamp) ? { why: stamp.left } : { hash: stamp.right.hash };
};

const lost = fault('Storage', '', ['its features are not in the store'], 'features that stay where they were written', 'run the same command again');

export interface Outcome {
  readonly items: Summary['items'];
  readonly failures: readonly FailedItem[];
  readonly record: RunManifest;
}

export const outcomeOf = (manifest: Manifest, shelves: readonly Shelved[], stamps: Stamps, ran: Pick<Ran, 'done' | 'failures'>): Outcome => {
  const why = new Map(ran.failures.map((failure) => [`${failure.collection} ${failure.input}`, failure.why]));
  const fresh = new Set(ran.done.map(({ collection, input }) => `${collection} ${input}`));
  const failures: FailedItem[] = [];
  const counts = { done: 0, there: 0, failed: 0 };
  const items = manifest.items.map((item): RunItem => {
    const states = shelves.map(({ modality, has }, collection) => {
      const input = inputOf(item, modality, stamps);
      if ('hash' in input && has(input.hash)) return { modality, hash: input.hash, fresh: fresh.has(`${collection} ${input.hash}`) };
      failures.push({ id: item.id, modality, why: 'why' in input ? input.why : (why.get(`${collection} ${input.hash}`) ?? lost) });
      return { modality, hash: undefined, fresh: false };
    });
    counts[states.some(({ hash }) => hash === undefined) ? 'failed' : states.some((state) => state.fresh) ? 'done' : 'there'] += 1;
    const inputs = Object.fromEntries(states.flatMap(({ modality, hash }) => (hash === undefined ? [] : [[modality, hash]])));
    return { id: item.id, ...(item.split === undefined ? {} : { split: item.split }), ...(item.labels === undefined ? {} : { labels: item.labels }), inputs };
  });
  const record: RunManifest = {
    schemaVersion: 1, setting: manifest.setting, segments: settings[manifest.setting].segments,
    ...(manifest.classes === undefined ? {} : { classes: manifest.classes }),
    collections: Object.fromEntries(shelves.map(({ modality, key }) => [modality, key])),
    items,
  };
  return { items: counts, failures, record };
};
