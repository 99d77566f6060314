/**
 * Data of the demo's methods: the three splits as features, for methods beside the trunks, or as pictures and sounds, for those inside them.
 * idea:  both hold the same segments, and of the training split only those that are trained on; nothing is copied from thread to thread.
 */
import type { AveSplit } from '../data/ave.ts';
import { channelStatistics, type FeatureSet, firstOf, standardise } from '../train/features.ts';
import { type BatchSource, inMemory } from '../train/source.ts';
import type { Place } from './models.ts';
import { type Segments, segmentSource } from './segments.ts';
import { sharedBytes, sharedIntegers } from './shared.ts';

/** One split as a method looks at it. */
export type Data = { readonly kind: 'features'; readonly set: FeatureSet } | { readonly kind: 'segments'; readonly segments: Segments };

export const sourceOf = (data: Data): BatchSource => (data.kind === 'features' ? inMemory(data.set) : segmentSource(data.segments));

export type SplitName = 'train' | 'val' | 'test';
export type BySplit<A> = { readonly [S in SplitName]: A };

/** What the splits are made from. */
export interface Material {
  readonly clips: BySplit<AveSplit>;
  readonly features: BySplit<FeatureSet>;
  /** clips of the training split, the first ones, that are trained on */
  readonly learn: number;
}

/** One-second segments of a clip. */
export const segmentsOfClip = 10;

const segmentsOf = ({ clips, frames, mel, labels }: AveSplit, kept: number): Data => {
  const part = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, (bytes.length / clips) * kept);
  return { kind: 'segments', segments: { count: kept * segmentsOfClip, frames: sharedBytes(part(frames)), mel: sharedBytes(part(mel)), labels: sharedIntegers(part(labels)) } };
};

/** Channels are shifted and scaled by the statistics of what is trained on. */
const besides = ({ features: { train, val, test }, learn }: Material): BySplit<Data> => {
  const learned = firstOf(train, learn * segmentsOfClip);
  const statistics = channelStatistics(learned);
  const scaled = (set: FeatureSet): Data => ({ kind: 'features', set: standardise(statistics, set) });
  return { train: scaled(learned), val: scaled(val), test: scaled(test) };
};

/** The splits for methods of a place. */
export const splitsFor = {
  beside: besides,
  inside: ({ clips: { train, val, test }, learn }) => ({ train: segmentsOf(train, learn), val: segmentsOf(val, val.clips), test: segmentsOf(test, test.clips) }),
} as const satisfies { readonly [P in Place]: (material: Material) => BySplit<Data> };
