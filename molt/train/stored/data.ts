/**
 * Data: a variant, a feature store and a run manifest, opened together and checked against each other.
 * idea:  nothing runs before shapes, labels and features are known to be there; the hash of what is read decides which run it is.
 */
import { createHash } from 'node:crypto';
import type * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { readRunManifest } from '../../extract/record.ts';
import { both, type Both, modalities, type ModalityName } from '../../modality.ts';
import { type Collection, reader, readStore, type ReadStore } from '../../store/index.ts';
import { readMolt } from '../../variants/read.ts';
import type { MoltVariant } from '../../variants/variant.ts';
import type { BatchSource } from '../source.ts';
import { storedSource } from './source.ts';
import { aveOf, type AveTask, checkShapes, classNames, type Listing, type Split, splitNames, type SplitName, splitOf } from './split.ts';

/** Where things are. */
export interface DataOptions {
  /** file of the variant */
  readonly variant: string;
  /** folder of the store */
  readonly store: string;
  /** id or file of a run manifest; the store's only one if nothing is said */
  readonly manifest: string | undefined;
  /** most bytes that reading in random order holds */
  readonly memory: number;
  /** leave out items whose features are not there */
  readonly skipMissing: boolean;
}

export interface Opened {
  readonly variant: MoltVariant;
  readonly task: AveTask;
  /** names of the labels, background last */
  readonly classes: readonly string[];
  readonly collections: Both<string>;
  readonly memory: number;
  /** bytes that reading batches of so many segments in random order takes at least */
  readonly leastMemory: (batch: number) => number;
  /** a split of the manifest. errors: Name, Decode */
  readonly split: (name: SplitName) => E.Either<Fault, Split>;
  /** splits with items */
  readonly named: readonly SplitName[];
  /** its batches, read from the store */
  readonly source: (split: Split) => BatchSource;
}

/** Of everything that these splits say: media, labels and the features' origin. */
export const dataHash = ({ collections, classes }: Opened, splits: readonly Split[]): string =>
  createHash('sha256').update(JSON.stringify([collections.visual, collections.audio, classes, splits.map(({ name, inputs, labels }) => [name, inputs.visual, inputs.audio, Array.from(labels)])])).digest('hex');

/** The collection of a modality that the manifest names. errors: Name */
const collectionOf = (options: DataOptions, store: ReadStore, m: ModalityName, key: string | undefined): TE.TaskEither<Fault, Collection> =>
  key === undefined
    ? TE.left(fault('Name', `${options.store}: run manifest${options.manifest === undefined ? '' : ` ${options.manifest}`}`, [`no ${m} features`], 'features of both modalities in one run', 'molt extract MANIFEST --backbone VISUAL --backbone AUDIO --position late --store DIR'))
    : store.existing(key);

const listed = (options: DataOptions) =>
  pipe(
    readRunManifest(options.store, options.manifest),
    TE.map(({ collections, classes, items }): { readonly listing: Listing; readonly keys: { readonly [M in ModalityName]?: string | undefined } } => ({ listing: { path: options.manifest ?? `${options.store}/manifests`, classes, items }, keys: collections })),
  );

/** Held by a reader in order beside its batch: it needs no wide window. */
const inOrder = 64 * 1024 * 1024;

/** Bytes of one segment of all inputs, as 32-bit numbers. */
const segmentBytesOf = (inputs: ReadonlyMap<string, readonly number[]>): number => [...inputs.values()].reduce((sum, sizes) => sum + sizes.reduce((a, b) => a * b, 4), 0);

/** Bytes of an item as it is stored: every tensor begins at a multiple of 8. */
const itemBytesOf = ({ made: { dtype, segments, tensors } }: Collection): number =>
  tensors.reduce((sum, { sizes }) => sum + 8 * Math.ceil((sizes.reduce((a, b) => a * b, segments) * (dtype === 'f16' ? 2 : 4)) / 8), 0);

/** A split's batches. Checksums are compared once: by the first reader. */
const sourceOf = (split: Split, inputs: ReadonlyMap<string, readonly number[]>, segments: number, shelves: Both<Collection>, memory: number): BatchSource => {
  const segmentBytes = segmentBytesOf(inputs);
  let opened = 0;
  return storedSource(split, inputs, ({ names, batch, key }) => {
    opened += 1;
    return reader({
      sources: modalities.map((m) => ({ collection: shelves[m], inputs: split.inputs[m] })), names, batch, verify: opened === 1,
      ...(key === undefined ? { order: { kind: 'sequential' }, memory: (batch + 2 * segments) * segmentBytes + inOrder } : { order: { kind: 'shuffled', key }, memory }),
    });
  });
};

/** errors: Name, Decode, Corrupt (files that are not there or not well), Shape (features that are not the variant's) */
export const openData = (options: DataOptions): TE.TaskEither<Fault, Opened> =>
  pipe(
    readMolt(options.variant),
    TE.bindTo('variant'),
    TE.bind('task', ({ variant }) => TE.fromEither(aveOf(options.variant, variant))),
    TE.bind('store', () => readStore(options.store)),
    TE.bind('manifest', () => listed(options)),
    TE.bind('classes', ({ task, manifest }) => TE.fromEither(classNames(task, manifest.listing))),
    TE.bind('visual', ({ store, manifest }) => collectionOf(options, store, 'visual', manifest.keys.visual)),
    TE.bind('audio', ({ store, manifest }) => collectionOf(options, store, 'audio', manifest.keys.audio)),
    TE.chainFirst(({ variant, task, visual, audio }) => TE.fromEither(checkShapes(options.variant, variant, task, both(visual, audio)))),
    TE.map(({ variant, task, manifest: { listing }, classes, visual, audio }): Opened => {
      const inputs = new Map(modalities.flatMap((m) => variant.features[m].map(({ tokens, channels }, l): [string, readonly number[]] => [`${m}.${l}`, [tokens, channels]])));
      const shelves = both(visual, audio);
      return {
        variant, task, classes,
        collections: both(visual.key, audio.key),
        memory: options.memory,
        leastMemory: (batch) => batch * segmentBytesOf(inputs) + 2 * (itemBytesOf(visual) + itemBytesOf(audio)),
        split: (name) => splitOf({ store: options.store, listing, shelves, task, skipMissing: options.skipMissing }, name),
        named: splitNames.filter((name) => listing.items.some(({ split }) => split === name)),
        source: (split) => sourceOf(split, inputs, task.segments, shelves, options.memory),
      };
    }),
  );
