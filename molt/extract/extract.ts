/**
 * Extract: a manifest and some frozen backbones to features in a store; or to what enters the backbones.
 * idea:  media are named by their hashes first, so that what is to do is known before anything is decoded; then what is missing is made;
 *        last the collections are sealed and the run's record is written.
 * laws:  test/molt/extract/killed.test.ts: killed and started again, the store is that of an undisturbed run, byte for byte
 */
import { dirname } from 'node:path';
import { isLeft, right } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fault } from '../../shapes/fault.ts';
import { readJson } from '../io/files.ts';
import { type Collection, nodePorts, openStore } from '../store/index.ts';
import type { LoadedBackbone } from '../weights/index.ts';
import { decodeManifest, type Manifest } from './manifest.ts';
import { extractMissing } from './missing.ts';
import type { BackboneSource, ExtractOptions } from './options.ts';
import { outcomeOf } from './outcome.ts';
import type { Ran } from './pipeline.ts';
import { planUnits, sourcesOf } from './plan.ts';
import { type Pool, poolOf } from './pool.ts';
import { runName, writeRunManifest } from './record.ts';
import { hashesIn, type Stamps, stampsOf } from './stamps.ts';
import type { Summary } from './summary.ts';
import { checkBackbones, type Target, targetsOf } from './target.ts';

/** A manifest file. errors: Name (no such file), Storage, and those of `decodeManifest` */
export const readManifest = (path: string, setting?: ExtractOptions['setting']): TE.TaskEither<Fault, Manifest> =>
  pipe(readJson(path), TE.chainEitherK((json) => decodeManifest(path, json, setting)));

const loadAll = (sources: readonly BackboneSource[]): TE.TaskEither<Fault, Map<number, LoadedBackbone>> => async () => {
  const loaded = new Map<number, LoadedBackbone>();
  for (const [index, { load }] of sources.entries()) {
    const one = await load();
    if (isLeft(one)) return one;
    loaded.set(index, one.right);
  }
  return right(loaded);
};

const open = (store: string, targets: readonly Target[]): TE.TaskEither<Fault, readonly Collection[]> =>
  pipe(openStore(store), TE.chain((opened) => TE.traverseSeqArray(({ made }: Target) => opened.collection(made))(targets)));

interface Finished {
  readonly manifest: Manifest;
  readonly targets: readonly Target[];
  readonly collections: readonly Collection[];
  readonly stamps: Stamps;
  readonly ran: Ran;
  /** milliseconds */
  readonly hashing: number;
  readonly since: number;
  readonly pool: Pool;
}

/** Collections sealed, record written, time counted. errors: Storage */
const finish = ({ store, clock }: ExtractOptions, { manifest, targets, collections, stamps, ran, hashing, since, pool }: Finished): TE.TaskEither<Fault, Summary> =>
  pipe(
    TE.traverseSeqArray((collection: Collection) => collection.seal)(collections),
    TE.bindTo('sealed'),
    TE.let('outcome', () => outcomeOf(manifest, collections.map(({ made, key, has }) => ({ modality: made.modality, key, has })), stamps, ran)),
    TE.bind('ports', () => TE.fromTask(nodePorts)),
    TE.bind('record', ({ outcome, ports }) => writeRunManifest(ports, store, runName(manifest, outcome.record.collections), outcome.record)),
    TE.map(({ sealed, outcome, record }): Summary => {
      const milliseconds = Math.max(1, clock() - since);
      const { backbone, waiting, writing } = ran.times;
      return {
        store, record, items: outcome.items, failures: outcome.failures, seconds: milliseconds / 1000,
        collections: targets.map(({ modality, made }, i) => ({ modality, backbone: made.backbone, key: collections[i]?.key ?? '', bytes: sealed[i]?.bytes ?? 0 })),
        shares: { backbone: backbone / milliseconds, waiting: waiting / milliseconds, writing: writing / milliseconds, hashing: hashing / milliseconds },
        decoders: { workers: pool.workers, seconds: pool.busy() / 1000 },
      };
    }),
  );

/**
 * The features of every clip of a manifest, in a store.
 * errors: those of the manifest, of weights, engine, ffmpeg and store; Usage; Interrupted, after which the same call goes on. What is wrong with one
 *         clip's media is told in the summary
 */
export const extract = (options: ExtractOptions): TE.TaskEither<Fault, Summary> => async () => {
  const { backbones, share, keep, dtype, store, workers, interrupt, progress, clock } = options;
  const since = clock();
  const fits = checkBackbones(backbones, share);
  if (isLeft(fits)) return fits;
  const read = await readManifest(options.manifest, options.setting)();
  if (isLeft(read)) return read;
  const manifest = read.right;
  const loaded = await loadAll(keep === 'input' ? [] : backbones)();
  if (isLeft(loaded)) return loaded;
  const frozen = backbones.map(({ name, config, committed }, i) => ({ name, config, committed, hash: loaded.right.get(i)?.hash ?? '' }));
  const targets = targetsOf(frozen, { setting: manifest.setting, keep, dtype, share });
  if (isLeft(targets)) return targets;
  const collections = await open(store, targets.right)();
  if (isLeft(collections)) return collections;
  const pool = poolOf({ root: options.data ?? dirname(options.manifest) }, workers);
  try {
    const before = clock();
    const stamps = await stampsOf(sourcesOf(manifest.items, targets.right), pool, interrupt, progress)();
    if (isLeft(stamps)) return stamps;
    const hashing = clock() - before;
    const units = planUnits(manifest.items, targets.right, hashesIn(stamps.right));
    const ran = await extractMissing({ setting: manifest.setting, targets: targets.right, collections: collections.right, units, stamps: stamps.right, pool, loaded: loaded.right }, options)();
    if (isLeft(ran)) return ran;
    return await finish(options, { manifest, targets: targets.right, collections: collections.right, stamps: stamps.right, ran: ran.right, hashing, since, pool })();
  } finally {
    await pool.close();
  }
};
