/**
 * The hub: weights by their id on the Hugging Face hub, fetched once into the cache that Python shares.
 * idea:  a commit that is in the cache needs no network; otherwise the revision's commit is asked for, its weights are chosen and fetched,
 *        and only then does the revision's ref name it. Where the network fails, the cache serves, and says so.
 * laws:  test/molt/weights/hub: against a server that answers as the hub does
 */
import { homedir } from 'node:os';
import { isRight } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fault } from '../../../shapes/fault.ts';
import { fault } from '../../../shapes/fault.ts';
import { readJson, writeAtomic } from '../../io/files.ts';
import { isIndex } from '../shards.ts';
import { cached, refPath, snapshotPath } from './cache.ts';
import { shardsOf, weightsAmong } from './choice.ts';
import { type HubPorts, type Settings, settingsOf } from './environment.ts';
import { type Listing, listing } from './listing.ts';
import { isCommit, isPlace, type Place, placeOf, placeText } from './place.ts';
import { transfer } from './transfer.ts';

export type { Arrival, HubPorts } from './environment.ts';
export { isPlace } from './place.ts';

/** The hub as this process sees it: its variables, its network, no progress. */
export const processHub = (): HubPorts => ({ fetch: globalThis.fetch, env: process.env, home: homedir() });

/** A file of the listing into the cache. */
const one = (place: Place, { commit, files }: Listing, path: string, settings: Settings, ports: HubPorts): TE.TaskEither<Fault, string> => {
  const file = files.find((listed) => listed.path === path);
  return file === undefined ? TE.left(fault('Name', placeText(place), [path], `a file of ${place.repository}@${place.revision}`, 'its index names a file that is not there: tell its owners')) : transfer(place, commit, file, settings, ports);
};

/** The weights, with all their shards; the path is that of the file, or of the index. */
const whole = (place: Place, list: Listing, path: string, settings: Settings, ports: HubPorts): TE.TaskEither<Fault, string> =>
  pipe(
    one(place, list, path, settings, ports),
    TE.chainFirst((found) =>
      isIndex(path)
        ? pipe(readJson(found), TE.chainEitherK((content) => shardsOf(found, path, content)), TE.chain(TE.traverseSeqArray((shard) => one(place, list, shard, settings, ports))))
        : TE.right([])),
  );

const named = (place: Place, { commit }: Listing, settings: Settings): TE.TaskEither<Fault, void> =>
  isCommit(place.revision) ? TE.right(undefined) : writeAtomic(refPath(settings, place), new TextEncoder().encode(commit));

const fetched = (place: Place, settings: Settings, ports: HubPorts): TE.TaskEither<Fault, string> =>
  pipe(
    listing(place, settings, ports),
    TE.bindTo('list'),
    TE.bind('path', ({ list }) => TE.fromEither(weightsAmong(place, list.files.map(({ path }) => path)))),
    TE.bind('found', ({ list, path }) => whole(place, list, path, settings, ports)),
    TE.chainFirst(({ list }) => named(place, list, settings)),
    TE.map(({ list, path }) => snapshotPath(settings, place, list.commit, path)),
  );

/** The cache where the network fails, if it has these weights; the network's fault otherwise. */
const orCached = (place: Place, settings: Settings, ports: HubPorts, refused: Fault): TE.TaskEither<Fault, string> =>
  async () => {
    const found = refused._tag === 'Network' ? await cached(settings, place)() : undefined;
    if (found === undefined || !isRight(found)) return TE.left<Fault, string>(refused)();
    ports.note?.(`${placeText(place)}: ${refused.given.join(' ')}; the cache serves ${found.right}`);
    return found;
  };

/**
 * The weights of `[hf:]org/name[@revision][/file]`: the path of a `.safetensors` file or a `.safetensors.index.json` in the cache.
 * errors: Usage (the id, the variables), Name (no such repository, revision, file; not in the cache when offline), Unsupported (only pickles), Decode,
 *         Network (refused, or nobody answers), Corrupt (wrong size or hash), Storage
 */
export const fromHub = (id: string, ports: HubPorts): TE.TaskEither<Fault, string> =>
  pipe(
    TE.fromEither(placeOf(id)),
    TE.bindTo('place'),
    TE.bind('settings', () => settingsOf(ports)),
    TE.chain(({ place, settings }) => {
      if (settings.offline) return cached(settings, place);
      const online = pipe(fetched(place, settings, ports), TE.orElse((refused) => orCached(place, settings, ports, refused)));
      return isCommit(place.revision) ? pipe(cached(settings, place), TE.orElse(() => online)) : online;
    }),
  );

/** Where the weights of a source lie: those of `hf:…` in the cache, any other text as it is. errors: those of `fromHub` */
export const located = (source: string, ports: HubPorts = processHub()): TE.TaskEither<Fault, string> => (isPlace(source) ? fromHub(source, ports) : TE.right(source));
