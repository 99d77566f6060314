/**
 * Manifest: which clips a data set has, as people and scripts write it down.
 * idea:  decoded once; every problem of the file is told with its place, what stood there and what was needed. Whether a clip can be
 *        read is not asked here: that is found out clip by clip, and fails that clip only.
 * laws:  test/molt/extract/manifest.test.ts
 * not:   files: paths are texts here, relative to the data folder.
 */
import { type Either, left, mapLeft } from 'fp-ts/lib/Either.js';
import type { Errors } from 'io-ts/lib/index.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { type SettingName, settingNames, settings } from '../preprocess/index.ts';
import { type Complaint, decoder, type Decoder, isObject, line, listed, listOf, natural, oneOf, optional, record, type RecordOf, refine, required } from '../variants/combinators.ts';
import { problemsFault } from '../variants/problems.ts';

export const splits = ['train', 'val', 'test'] as const;
export type Split = (typeof splits)[number];

/** One clip: where its pictures and its sound are, and what is in it. */
export interface Item {
  readonly id: string;
  /** a file with moving pictures; its sound track too, unless `audio` is given */
  readonly video?: string;
  readonly audio?: string;
  /** still pictures instead of a video, in their order; or the folder that they are in, in the order of the numbers in their names */
  readonly frames?: string | readonly string[];
  /** a class for each segment */
  readonly labels?: readonly number[];
  readonly split?: Split;
}

export interface Manifest {
  readonly schemaVersion: 1;
  readonly setting: SettingName;
  /** names of the classes, in the order of their numbers */
  readonly classes?: readonly string[];
  readonly items: readonly Item[];
}

const several = listOf(line);
const pictures: Decoder<string | readonly string[]> = decoder<string | readonly string[]>('a folder of pictures, or a list of their paths', (u, context) => (typeof u === 'string' ? line.validate(u, context) : several.validate(u, context)));

const item = record({
  id: required(line),
  video: optional(line, undefined),
  audio: optional(line, undefined),
  frames: optional(pictures, undefined),
  labels: optional(listOf(natural), undefined),
  split: optional(oneOf(...splits), undefined),
});

const fields = {
  schemaVersion: required(oneOf(1)),
  setting: optional(oneOf(...settingNames), undefined),
  classes: optional(listOf(line), undefined),
  items: required(listOf(item)),
};
type File = RecordOf<typeof fields>;

/** Ids that stand twice. */
const twice = (items: File['items']): readonly Complaint[] => {
  const first = new Map<string, number>();
  return items.flatMap(({ id }, i) => {
    const earlier = first.get(id);
    if (earlier !== undefined) return [{ at: ['items', `[${i}]`, 'id'], given: `'${id}' again`, needed: `an id that no other item has: items[${earlier}] has it` }];
    first.set(id, i);
    return [];
  });
};

const mediaOf = ({ video, audio, frames }: File['items'][number], i: number): readonly Complaint[] => {
  if (video === undefined && audio === undefined && frames === undefined) return [{ at: ['items', `[${i}]`, 'video'], needed: 'a path under video, audio or frames' }];
  return [];
};

const labelsOf = (labels: readonly number[] | undefined, i: number, segments: number, classes: number | undefined): readonly Complaint[] => {
  if (labels === undefined) return [];
  const at = ['items', `[${i}]`, 'labels'];
  const long = labels.length === segments ? [] : [{ at, given: `${labels.length} labels`, needed: `${segments} labels, one for each segment` }];
  const high = labels.flatMap((label, j) => (classes === undefined || label < classes ? [] : [{ at: [...at, `[${j}]`], given: String(label), needed: `a class from 0 to ${classes - 1}: classes has ${classes} names` }]));
  return [...long, ...high];
};

/** The file's problems beyond its form, under a setting that is given apart or stands in it. */
const problems = (asked: SettingName | undefined) => (file: File): readonly Complaint[] => {
  const setting = asked ?? file.setting;
  if (setting === undefined) return [{ at: ['setting'], needed: `${listed(settingNames)}: how clips are cut and pictures made; or the flag --setting` }];
  const { segments } = settings[setting];
  return [...twice(file.items), ...file.items.flatMap((one, i) => [...mediaOf(one, i), ...labelsOf(one.labels, i, segments, file.classes?.length)])];
};

const itemOf = ({ id, video, audio, frames, labels, split }: File['items'][number]): Item => ({
  id,
  ...(video === undefined ? {} : { video }), ...(audio === undefined ? {} : { audio }), ...(frames === undefined ? {} : { frames }),
  ...(labels === undefined ? {} : { labels }), ...(split === undefined ? {} : { split }),
});

const finished = (asked: SettingName | undefined) => (file: File): Manifest => ({
  schemaVersion: 1,
  setting: asked ?? file.setting ?? 'ave',
  ...(file.classes === undefined ? {} : { classes: file.classes }),
  items: file.items.map(itemOf),
});

const manifest = (asked: SettingName | undefined): Decoder<Manifest> => refine(record(fields), problems(asked), finished(asked));

const empty = (json: unknown): boolean => isObject(json) && Array.isArray(json['items']) && json['items'].length === 0;

/**
 * A manifest from parsed JSON; `source` is the file's name in messages, `setting` the one to use whatever the file says.
 * errors: Name for misspelt or missing keys, Decode for any other problem (two items of one id, no items, labels that do not fit the
 *         setting's segments or the classes); all of them in one fault
 */
export const decodeManifest = (source: string, json: unknown, setting?: SettingName): Either<Fault, Manifest> =>
  empty(json)
    ? left(fault('Decode', `${source} at items`, ['an empty list'], 'at least one item', '{ "id": "clip1", "video": "clip1.mp4" } is an item'))
    : mapLeft((errors: Errors) => problemsFault(source, 'a manifest', errors))(manifest(setting).decode(json));
