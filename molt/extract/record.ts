/**
 * Record: what a run leaves beside the features: which clip has which features, its labels and its split.
 * idea:  the store knows media by hash only; a training finds its clips through this file, DIR/manifests/HASH.json. The name follows from
 *        the manifest and the collections, so the same run writes the same file again, with more features in it if some were missing.
 * laws:  test/molt/extract/record.test.ts: decode ∘ print = identity
 * not:   times, machines or paths: equal runs leave equal bytes.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Either, isLeft, left, mapLeft, right } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Errors } from 'io-ts/lib/index.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { readJson } from '../io/files.ts';
import { codeOf, readFault, writeFault } from '../io/system.ts';
import { type SettingName, settingNames } from '../preprocess/index.ts';
import { sha256, type StorePorts } from '../store/index.ts';
import { canonical } from '../store/made.ts';
import { publish, sweep } from '../store/publish.ts';
import { line, listOf, natural, oneOf, optional, positive, record, type RecordOf, required } from '../variants/combinators.ts';
import { problemsFault } from '../variants/problems.ts';
import { type Manifest, splits, type Split } from './manifest.ts';

export interface RunItem {
  readonly id: string;
  readonly split?: Split;
  /** a class for each segment */
  readonly labels?: readonly number[];
  /** the name of its features in each collection; none where they could not be made */
  readonly inputs: { readonly visual?: string; readonly audio?: string };
}

export interface RunManifest {
  readonly schemaVersion: 1;
  readonly setting: SettingName;
  /** T */
  readonly segments: number;
  readonly classes?: readonly string[];
  /** keys of the collections */
  readonly collections: { readonly visual?: string; readonly audio?: string };
  readonly items: readonly RunItem[];
}

export const manifestsIn = (store: string): string => join(store, 'manifests');

const pairFields = { visual: optional(line, undefined), audio: optional(line, undefined) };
const pair = record(pairFields);
const item = record({ id: required(line), split: optional(oneOf(...splits), undefined), labels: optional(listOf(natural), undefined), inputs: required(pair) });
const file = record({
  schemaVersion: required(oneOf(1)), setting: required(oneOf(...settingNames)), segments: required(positive),
  classes: optional(listOf(line), undefined), collections: required(pair), items: required(listOf(item)),
});

const pairOf = ({ visual, audio }: RecordOf<typeof pairFields>): RunItem['inputs'] =>
  ({ ...(visual === undefined ? {} : { visual }), ...(audio === undefined ? {} : { audio }) });

/** errors: Name, Decode */
export const decodeRunManifest = (source: string, json: unknown): Either<Fault, RunManifest> => {
  const decoded = mapLeft((errors: Errors) => problemsFault(source, 'the record of an extraction', errors))(file.decode(json));
  if (isLeft(decoded)) return decoded;
  const { classes, collections, items, ...rest } = decoded.right;
  return right({
    ...rest,
    ...(classes === undefined ? {} : { classes }),
    collections: pairOf(collections),
    items: items.map(({ id, split, labels, inputs }) => ({ id, ...(split === undefined ? {} : { split }), ...(labels === undefined ? {} : { labels }), inputs: pairOf(inputs) })),
  });
};

/** The name of a run's record, without `.json`. */
export const runName = (manifest: Manifest, collections: RunManifest['collections']): string => sha256(canonical({ manifest, collections }));

/** An item a line. */
export const printRunManifest = ({ items, ...rest }: RunManifest): string => {
  const head = canonical({ ...rest, items: 0 });
  return `${head.replace('"items":0', () => `"items":[\n${items.map((one) => canonical(one)).join(',\n')}\n]`)}\n`;
};

/** Writes a run's record, whole or not at all; gives its path. errors: Storage */
export const writeRunManifest = (ports: StorePorts, store: string, name: string, run: RunManifest): TE.TaskEither<Fault, string> => async () => {
  const folder = manifestsIn(store);
  const path = join(folder, `${name}.json`);
  try {
    await ports.files.makeFolder(folder);
    await sweep(ports, folder);
    await publish(ports, folder, `${name}.json`, new TextEncoder().encode(printRunManifest(run)), 'over');
    return right(path);
  } catch (thrown) {
    return left(writeFault(path, 'the record of this run', thrown));
  }
};

/** The paths of the records of a store, sorted. errors: Name if there is none; Storage */
export const runManifestPaths = (store: string): TE.TaskEither<Fault, readonly string[]> => async () => {
  const folder = manifestsIn(store);
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && !name.startsWith('.')).toSorted();
    return names.length === 0 ? left(fault('Name', folder, ['none'], 'one record of an extraction', 'run `molt extract` into this store')) : right(names.map((name) => join(folder, name)));
  } catch (thrown) {
    return left(codeOf(thrown) === 'ENOENT' ? fault('Name', folder, ['no such folder'], 'a store with the record of an extraction', 'run `molt extract` into this store') : readFault(folder, thrown));
  }
};

/** Several records where one is meant. */
export const severalRecords = (store: string, paths: readonly string[]): Fault => fault('Name', manifestsIn(store), paths, 'one record of an extraction', 'say which one: --manifest');

const onlyOne = (store: string): TE.TaskEither<Fault, string> =>
  pipe(runManifestPaths(store), TE.chainEitherK((paths) => { const [only] = paths; return only !== undefined && paths.length === 1 ? right(only) : left(severalRecords(store, paths)); }));

/**
 * The record of a run: by path, by its hash, or the only one of the store.
 * errors: Name if there is none, or several to choose from (they are listed); those of the file
 */
export const readRunManifest = (store: string, asked?: string): TE.TaskEither<Fault, RunManifest> =>
  pipe(
    asked === undefined ? onlyOne(store) : TE.right(/^[0-9a-f]{64}$/.test(asked) ? join(manifestsIn(store), `${asked}.json`) : asked),
    TE.chain((path) => pipe(readJson(path), TE.chainEitherK((json) => decodeRunManifest(path, json)))),
  );
