/**
 * Listing: the commit of a revision, and the files of a repository there with their sizes and hashes.
 * idea:  asked once; everything that is fetched afterwards is fetched at that commit, so a push meanwhile mixes nothing.
 *        What the server says is checked before it becomes a path.
 * not:   `pathsInfo` with its last commit of each file, by which the library's own cache names snapshots: Python's has the revision's commit.
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { isTame } from '../shards.ts';
import { answered, deadFault } from './answers.ts';
import type { HubPorts, Settings } from './environment.ts';
import { isCommit, type Place, placeText } from './place.ts';

export interface Listed {
  readonly path: string;
  /** bytes */
  readonly size: number;
  /** what the blob is called in the cache: sha-256 of a large file, git's own hash of a small one */
  readonly etag: string;
  /** how the bytes give the etag; a large file of another kind has its size only */
  readonly proof: 'sha256' | 'git' | 'size';
}

export interface Listing {
  readonly commit: string;
  readonly files: readonly Listed[];
}

/** The folder of the asked file; the weights of a repository lie in its root. */
const folderOf = (file: string | undefined): string => file?.split('/').slice(0, -1).join('/') ?? '';

interface Entry {
  readonly type: string;
  readonly path: string;
  readonly size: number;
  readonly oid?: string;
  readonly lfs?: { readonly oid: string; readonly size: number };
  readonly xetHash?: string;
}

const isHash = (text: unknown): text is string => typeof text === 'string' && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text);
const isSize = (size: unknown): size is number => typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;

/** A file as it is fetched and called, if the server told all of it. */
const listedOf = ({ path, size, oid, lfs, xetHash }: Entry): Listed | undefined => {
  if (typeof path !== 'string' || !isTame(path)) return undefined;
  if (lfs !== undefined) return isHash(lfs.oid) && isSize(lfs.size) ? { path, size: lfs.size, etag: lfs.oid, proof: 'sha256' } : undefined;
  const etag = xetHash ?? oid;
  return isHash(etag) && isSize(size) ? { path, size, etag, proof: xetHash === undefined ? 'git' : 'size' } : undefined;
};

const commitOf = (place: Place, sha: unknown): Either<Fault, string> =>
  typeof sha === 'string' && isCommit(sha) ? right(sha) : left(fault('Decode', placeText(place), [`the commit ${JSON.stringify(sha) ?? 'undefined'}`], 'an answer with the commit of the revision', 'check HF_ENDPOINT: this may be no hub'));

/** errors: Network; Name for a repository, revision or folder that is not there; Decode where the answer is not the hub's */
export const listing = (place: Place, settings: Settings, ports: HubPorts): TE.TaskEither<Fault, Listing> =>
  TE.flatten(
    TE.tryCatch(
      async () => {
        const { listFiles, modelInfo } = await import('@huggingface/hub');
        const request = { hubUrl: settings.endpoint, fetch: answered(ports.fetch, settings, place), ...(settings.token === undefined ? {} : { accessToken: settings.token }) };
        const { sha } = await modelInfo({ ...request, name: place.repository, revision: place.revision, additionalFields: ['sha'] });
        const commit = commitOf(place, sha);
        if (commit._tag === 'Left') return TE.fromEither(commit);
        const files: Listed[] = [];
        for await (const entry of listFiles({ ...request, repo: { type: 'model', name: place.repository }, revision: commit.right, path: folderOf(place.file) })) {
          const file = entry.type === 'file' ? listedOf(entry) : undefined;
          if (file !== undefined) files.push(file);
        }
        return TE.right({ commit: commit.right, files });
      },
      (thrown) => deadFault(settings, place, thrown),
    ),
  );
