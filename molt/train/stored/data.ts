/**
 * Data: a variant, a feature store and a run manifest, opened together and checked against each other.
 * idea:  nothing runs before shapes, labels and features are known to be there; the hash of what is read decides which run it is.
 */
import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { readRunManifest, type RunManifest, runManifestPaths, severalRecords } from '../../extract/record.ts';
import { both, type Both, modalities, type ModalityName } from '../../modality.ts';
import { type Collection, reader, readStore, type ReadStore } from '../../store/index.ts';
import { readVariant } from '../../variants/read.ts';
import type { Variant } from '../../variants/variant.ts';
import { segmentsOf } from '../../variants/whole.ts';
import type { BatchSource } from '../source.ts';
import { inputsOf, needsOf, type Reads, readsOf } from './needs.ts';
import { checkRecipes } from './recipe.ts';
import { storedSource } from './source.ts';
import { aveOf, type AveTask, checkShapes, classNames, type Listing, type Shelf, type Split, splitNames, type SplitName, splitOf } from './split.ts';

/** Where things are. */
export interface DataOptions {
  /** file of the variant */
  readonly variant: string;
  /** folder of the store */
  readonly store: string;
  /** id or file of a run manifest; the store's only one that fits the variant if nothing is said */
  readonly manifest: string | undefined;
  /** most bytes that reading in random order holds */
  readonly memory: number;
  /** leave out items whose features are not there */
  readonly skipMissing: boolean;
}

export interface Opened {
  readonly variant: Variant;
  readonly task: AveTask;
  readonly reads: Reads;
  /** of a sample: 1, or as many as a clip has where the head looks at whole clips */
  readonly segments: number;
  /** of a segment's spectrogram, where one is read */
  readonly frames: number | undefined;
  /** names of the labels, background last */
  readonly classes: readonly string[];
  readonly shelves: Both<Shelf>;
  readonly memory: number;
  /** bytes that reading batches of so many samples in random order takes at least */
  readonly leastMemory: (batch: number) => number;
  /** a split of the manifest. errors: Name, Decode */
  readonly split: (name: SplitName) => E.Either<Fault, Split>;
  /** splits with items */
  readonly named: readonly SplitName[];
  /** its batches, read from the store */
  readonly source: (split: Split) => BatchSource;
}

/** Keys of the collections. */
export const collectionsOf = ({ shelves: { visual, audio } }: Pick<Opened, 'shelves'>): Both<string> => both(visual.key, audio.key);

/** Of everything that these splits say: media, labels and the features' origin. */
export const dataHash = ({ shelves: { visual, audio }, classes }: Opened, splits: readonly Split[]): string =>
  createHash('sha256').update(JSON.stringify([visual.key, audio.key, classes, splits.map(({ name, inputs, labels }) => [name, inputs.visual, inputs.audio, Array.from(labels)])])).digest('hex');

/** A record of an extraction with its collections. */
interface Found {
  readonly run: RunManifest;
  readonly shelves: Both<Collection>;
}

/** The collection of a modality that the manifest names. errors: Name */
const collectionOf = (options: DataOptions, store: ReadStore, m: ModalityName, key: string | undefined): TE.TaskEither<Fault, Collection> =>
  key === undefined
    ? TE.left(fault('Name', `${options.store}: run manifest${options.manifest === undefined ? '' : ` ${options.manifest}`}`, [`no ${m} features`], 'features of both modalities in one run', 'molt extract MANIFEST --backbone VISUAL --backbone AUDIO --position late --store DIR'))
    : store.existing(key);

/** A record whose collections hold what the variant reads. errors: Name, Shape, Decode; those of its files */
const fitting = (options: DataOptions, variant: Variant, task: AveTask, store: ReadStore) => (asked: string): TE.TaskEither<Fault, Found> =>
  pipe(
    readRunManifest(options.store, asked),
    TE.bindTo('run'),
    TE.bind('visual', ({ run }) => collectionOf(options, store, 'visual', run.collections.visual)),
    TE.bind('audio', ({ run }) => collectionOf(options, store, 'audio', run.collections.audio)),
    TE.map(({ run, visual, audio }): Found => ({ run, shelves: both(visual, audio) })),
    TE.chainFirstEitherK(({ shelves }) => checkShapes(options.variant, variant, task, shelves)),
    TE.chainFirstEitherK(({ run, shelves }) => checkRecipes(options.variant, variant, run.setting, shelves)),
  );

/** The record that was asked for, or the only one that fits the variant. errors: those of the only one; Name where several fit, or none of several */
const found = (options: DataOptions, variant: Variant, task: AveTask, store: ReadStore): TE.TaskEither<Fault, Found> => {
  const fits = fitting(options, variant, task, store);
  if (options.manifest !== undefined) return fits(options.manifest);
  return pipe(runManifestPaths(options.store), TE.chain((paths) => async () => {
    const tried: { readonly path: string; readonly result: E.Either<Fault, Found> }[] = [];
    for (const path of paths) tried.push({ path, result: await fits(path)() });
    const good = tried.filter(({ result }) => E.isRight(result));
    const [first] = good.length === 0 ? tried : good;
    if (first !== undefined && (good.length === 1 || paths.length === 1)) return first.result;
    if (good.length > 1) return E.left(severalRecords(options.store, good.map(({ path }) => path)));
    const reasons = tried.flatMap(({ path, result }) => (E.isLeft(result) ? [`${path}: ${result.left.given[0] ?? result.left.needed}`] : []));
    return E.left(fault('Name', `${options.store}: run manifests`, reasons, `one whose collections hold what variant ${variant.name} reads`, readsOf(variant) === 'input' ? 'molt extract … --position input' : 'say which one is meant with --manifest, to see all that does not fit'));
  }));
};

/** Held by a reader in order beside its batch: it needs no wide window. */
const inOrder = 64 * 1024 * 1024;

/** Bytes of one segment of all inputs, as 32-bit numbers. */
const segmentBytesOf = (inputs: ReadonlyMap<string, readonly number[]>): number => [...inputs.values()].reduce((sum, sizes) => sum + sizes.reduce((a, b) => a * b, 4), 0);

/** Bytes of an item as it is stored: every tensor begins at a multiple of 8. */
const itemBytesOf = ({ made: { dtype, segments, tensors } }: Collection): number =>
  tensors.reduce((sum, { sizes }) => sum + 8 * Math.ceil((sizes.reduce((a, b) => a * b, segments) * (dtype === 'f16' ? 2 : 4)) / 8), 0);

/** A split's batches. Checksums are compared once: by the first reader. */
const sourceOf = (split: Split, inputs: ReadonlyMap<string, readonly number[]>, task: AveTask, shelves: Both<Collection>, memory: number): BatchSource => {
  const whole = segmentsOf(task) > 1;
  const segmentBytes = segmentBytesOf(inputs);
  let opened = 0;
  return storedSource(split, inputs, { segments: segmentsOf(task), background: task.classes }, ({ names, batch, key }) => {
    opened += 1;
    const least = (batch * segmentsOf(task) + 2 * task.segments) * segmentBytes;
    return reader({
      sources: modalities.map((m) => ({ collection: shelves[m], inputs: split.inputs[m] })), names, batch, whole, verify: opened === 1,
      ...(key === undefined ? { order: { kind: 'sequential' }, memory: least + inOrder } : { order: { kind: 'shuffled', key }, memory }),
    });
  });
};

/** errors: Name, Decode, Corrupt (files that are not there or not well), Shape (features that are not the variant's) */
export const openData = (options: DataOptions): TE.TaskEither<Fault, Opened> =>
  pipe(
    readVariant(options.variant),
    TE.bindTo('variant'),
    TE.bind('task', ({ variant }) => TE.fromEither(aveOf(options.variant, variant))),
    TE.bind('store', () => readStore(options.store)),
    TE.bind('found', ({ variant, task, store }) => found(options, variant, task, store)),
    TE.let('listing', ({ found: { run } }): Listing => ({ path: options.manifest ?? `${options.store}/manifests`, classes: run.classes, items: run.items })),
    TE.bind('classes', ({ task, listing }) => TE.fromEither(classNames(task, listing))),
    TE.map(({ variant, task, found: { shelves }, listing, classes }): Opened => {
      const inputs = inputsOf(needsOf(variant), both(shelves.visual.made.tensors, shelves.audio.made.tensors));
      const segments = segmentsOf(task);
      return {
        variant, task, classes, shelves, segments,
        reads: readsOf(variant),
        frames: inputs.get('audio.logmel')?.[1],
        memory: options.memory,
        leastMemory: (batch) => batch * segments * segmentBytesOf(inputs) + 2 * (itemBytesOf(shelves.visual) + itemBytesOf(shelves.audio)),
        split: (name) => splitOf({ store: options.store, listing, shelves, task, skipMissing: options.skipMissing }, name),
        named: splitNames.filter((name) => listing.items.some(({ split }) => split === name)),
        source: (split) => sourceOf(split, inputs, task, shelves, options.memory),
      };
    }),
  );
