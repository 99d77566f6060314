/**
 * Split: the part of a manifest that training or evaluation reads, checked against the store and the variant before anything runs.
 * idea:  every problem of every item is found in one pass, and told with what mends it.
 * shape:  items × segments labels, row-major
 */
import * as E from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { fewLines, fewNames } from '../../../shapes/few.ts';
import { type Both, modalities, type ModalityName } from '../../modality.ts';
import type { Task, Variant } from '../../variants/variant.ts';
import { eventOf } from './clips.ts';
import { meets, type Need, needsOf, readsOf, sizesText } from './needs.ts';

export const splitNames = ['train', 'val', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** What is read of an item of a manifest. */
export interface ListedItem {
  readonly id: string;
  readonly split?: SplitName | undefined;
  /** a class for every segment */
  readonly labels?: readonly number[] | undefined;
  /** hashes of its media, by modality */
  readonly inputs: { readonly [M in ModalityName]?: string | undefined };
}

/** What is read of a manifest. */
export interface Listing {
  /** its file, for messages */
  readonly path: string;
  readonly classes?: readonly string[] | undefined;
  readonly items: readonly ListedItem[];
}

/** What is read of a collection of features or inputs. */
export interface Shelf {
  readonly key: string;
  readonly made: {
    readonly backbone: string;
    /** hash */
    readonly weights: string;
    readonly preprocessing: string;
    /** `input`: what enters the backbone */
    readonly position: string;
    readonly segments: number;
    readonly tensors: readonly { readonly name: string; readonly sizes: readonly number[] }[];
  };
  readonly has: (input: string) => boolean;
}

export type AveTask = Extract<Task, { readonly kind: 'ave' }>;

/** Items with features and labels. */
export interface Split {
  readonly name: SplitName;
  readonly ids: readonly string[];
  /** hashes of the media, in the order of the items */
  readonly inputs: Both<readonly string[]>;
  /** items · segments */
  readonly labels: Int32Array;
}

const mostLines = 8;
const few = (lines: readonly string[]): readonly string[] => fewLines(lines, mostLines);
const names = (ids: readonly string[]): string => fewNames(ids, mostLines);

/** The task of a variant that can be trained on labelled segments. errors: Decode for any other task */
export const aveOf = (source: string, { name, task }: Variant): E.Either<Fault, AveTask> =>
  task.kind === 'ave'
    ? E.right(task)
    : E.left(fault('Decode', `${source} at task`, [`variant ${name} with the task ${task.kind}`], 'a task with a label for every segment: "task": { "kind": "ave", "classes": 28, "segments": 10 }', 'classes counts the events; background is one label more'));

/** Events and background. */
export const labelCount = (task: AveTask): number => task.classes + 1;

/** Names of the labels 0 … classes, the last one background. errors: Decode where the manifest names another number of classes */
export const classNames = (task: AveTask, { path, classes }: Listing): E.Either<Fault, readonly string[]> => {
  const labels = labelCount(task);
  if (classes === undefined) return E.right(Array.from({ length: labels }, (_, i) => (i === task.classes ? 'background' : `class ${i}`)));
  if (classes.length === labels) return E.right(classes);
  if (classes.length === task.classes && !classes.includes('background')) return E.right([...classes, 'background']);
  return E.left(fault('Decode', path, [`${classes.length} classes: ${names(classes)}`], `the ${task.classes} events of the variant's task, and background as the last if it is named`, 'change "classes" in the variant\'s task, or in the manifest'));
};

/** What the variant reads of one modality against what the collection holds: each tensor that does not fit. */
const misfits = (needs: readonly Need[], task: AveTask, m: ModalityName, { key, made }: Shelf): readonly string[] => {
  const has = new Map(made.tensors.map(({ name, sizes }) => [name, sizes]));
  const tensors = needs.flatMap((need) => {
    const sizes = has.get(need.name);
    if (sizes === undefined) return [`${need.name}: not there; needed ${need.shown}`];
    return meets(need, sizes) ? [] : [`${need.name}: ${sizesText(need, sizes)}; needed ${need.shown}`];
  });
  const surplus = made.tensors.length > needs.length ? [`${made.tensors.length} ${m} layers; needed ${needs.length}`] : [];
  const segments = made.segments === task.segments ? [] : [`${m}: ${made.segments} segments; needed ${task.segments}`];
  return [...tensors, ...surplus, ...segments].map((line) => `${line} (${made.backbone}, ${made.position}, collection ${key.slice(0, 12)})`);
};

/** Whether the collections hold what the variant reads. errors: Shape */
export const checkShapes = (source: string, variant: Variant, task: AveTask, shelves: Both<Shelf>): E.Either<Fault, void> => {
  const needs = needsOf(variant);
  const wrong = modalities.flatMap((m) => misfits(needs[m], task, m, shelves[m]));
  if (wrong.length === 0) return E.right(undefined);
  const inside = readsOf(variant) === 'input';
  return E.left(fault('Shape', `variant ${source} on ${inside ? 'this store' : 'these features'}`, few(wrong), inside ? 'what enters the trunks that the adapters stand inside' : 'the layers that the variant was written for',
    inside ? 'molt extract … --position input' : "extract with the variant's backbones and position, or write the sizes of the store into the variant"));
};

/** The command that makes the features of a manifest that are not there. */
export const extractCommand = (store: string, { visual, audio }: Both<Shelf>): string => {
  const trunk = ({ made }: Shelf): string => `--backbone ${made.backbone}${made.position === 'input' ? '' : ' [--weights W]'}`;
  const shared = visual.made.backbone === audio.made.backbone;
  return `molt extract MANIFEST.json ${trunk(visual)} ${shared ? '--share' : trunk(audio)} --position ${visual.made.position} --store ${store}`;
};

const labelProblems = (items: readonly ListedItem[], task: AveTask): readonly string[] =>
  items.flatMap(({ id, labels }) => {
    if (labels === undefined) return [];
    if (labels.length !== task.segments) return [`${id}: ${labels.length} labels; needed ${task.segments}, one for each segment`];
    const wrong = labels.find((x) => !Number.isInteger(x) || x < 0 || x > task.classes);
    return wrong === undefined ? [] : [`${id}: label ${wrong}; needed 0 to ${task.classes}, ${task.classes} being background`];
  });

export interface Asking {
  readonly store: string;
  readonly listing: Listing;
  readonly shelves: Both<Shelf>;
  readonly task: AveTask;
  /** leave out items whose features are not there */
  readonly skipMissing: boolean;
}

/** A split of a manifest. errors: Name for a split without items, for items without labels and for features that are not there; Decode for labels of another form, and for clips without an event where the head learns to name one */
export const splitOf = ({ store, listing, shelves, task, skipMissing }: Asking, name: SplitName): E.Either<Fault, Split> => {
  const all = listing.items.filter((item) => item.split === name);
  if (all.length === 0) {
    const counts = splitNames.map((s) => `${s} ${listing.items.filter((item) => item.split === s).length}`);
    return E.left(fault('Name', `${listing.path}: split ${name}`, [`no items; of ${listing.items.length} items: ${counts.join(', ')}, none ${listing.items.filter((item) => item.split === undefined).length}`], `at least one item with "split": "${name}"`, 'name the splits in the manifest and extract again: features that are there are kept'));
  }
  const unlabelled = all.filter(({ labels }) => labels === undefined);
  if (unlabelled.length > 0) return E.left(fault('Name', `${listing.path}: split ${name}`, [`${unlabelled.length} of ${all.length} items without labels: ${names(unlabelled.map(({ id }) => id))}`], `"labels" of every item: ${task.segments} class indices`, 'write the labels into the manifest and extract again: features that are there are kept'));
  const wrong = labelProblems(all, task);
  if (wrong.length > 0) return E.left(fault('Decode', `${listing.path}: labels`, few(wrong), "labels of the variant's task", 'change the labels, or the task'));
  const lacking = (item: ListedItem): readonly ModalityName[] => modalities.filter((m) => { const input = item.inputs[m]; return input === undefined || !shelves[m].has(input); });
  const missing = all.filter((item) => lacking(item).length > 0);
  if (missing.length > 0 && !skipMissing)
    return E.left(fault('Name', `${store}: split ${name}`, [`${missing.length} of ${all.length} items without features`, ...few(missing.map((item) => `${item.id}: no ${lacking(item).join(' and no ')} features`))], 'features of every item', `${extractCommand(store, shelves)}; or --skip-missing to leave these items out`));
  const kept = all.filter((item) => lacking(item).length === 0);
  if (kept.length === 0) return E.left(fault('Name', `${store}: split ${name}`, [`none of ${all.length} items has features`], 'features of at least one item', extractCommand(store, shelves)));
  const silent = task.head === 'linear' || name !== 'train' ? [] : kept.filter(({ labels = [] }) => eventOf(labels, task.classes) === undefined);
  if (silent.length > 0) return E.left(fault('Decode', `${listing.path}: split ${name}`, [`${silent.length} of ${kept.length} items of background alone: ${names(silent.map(({ id }) => id))}`], `an event in every clip: the head ${task.head} learns to name one`, 'leave these clips out of the split, or take "head": "linear"'));
  const hashes = (m: ModalityName): readonly string[] => kept.flatMap(({ inputs }) => inputs[m] ?? []);
  return E.right({ name, ids: kept.map(({ id }) => id), inputs: { visual: hashes('visual'), audio: hashes('audio') }, labels: Int32Array.from(kept.flatMap(({ labels }) => labels ?? [])) });
};
