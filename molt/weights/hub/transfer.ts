/**
 * Transfer: one file of the hub into the cache, whole or not at all.
 * idea:  bytes stream to a partial file and through the hash that its name is; a broken transfer goes on where it broke, and only
 *        bytes of the right number and hash get the blob's name.
 * laws:  test/molt/weights/hub/transfer.test.ts: no break leaves a half file under a final name; a resumed file is the file
 * not:   `downloadFileToCacheDir` of the library, which has one partial name for all processes, starts over, and checks neither size nor
 *        hash. Its xet protocol is not used either: every file has a plain address too, which can be resumed.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, MoltError, type Fault } from '../../../shapes/fault.ts';
import { codeOf, showBytes, writeFault } from '../../io/system.ts';
import { answered, deadFault } from './answers.ts';
import { blobPath, point, sizeOf, snapshotPath } from './cache.ts';
import type { HubPorts, Settings } from './environment.ts';
import type { Listed } from './listing.ts';
import { claimPartial, dropPartial, leavePartial } from './partial.ts';
import { type Place, placeText } from './place.ts';

/** Attempts in a row that bring nothing before the network counts as dead. */
const patience = 2;

const hashOf = ({ proof, size }: Listed): Hash => (proof === 'git' ? createHash('sha1').update(`blob ${size}\0`) : createHash('sha256'));

/** The file's bytes from `at` on, as the library fetches them. */
const bytesFrom = async function* (place: Place, commit: string, file: Listed, at: number, settings: Settings, ports: HubPorts): AsyncGenerator<Uint8Array> {
  const refusals: Fault[] = []; // the library's stream keeps only the text of what went wrong
  const { downloadFile } = await import('@huggingface/hub');
  const request = { hubUrl: settings.endpoint, fetch: answered(ports.fetch, settings, place, (one) => refusals.push(one)), ...(settings.token === undefined ? {} : { accessToken: settings.token }) };
  try {
    const blob = await downloadFile({ ...request, repo: { type: 'model', name: place.repository }, path: file.path, revision: commit, xet: false });
    if (blob === null) throw new MoltError(fault('Name', placeText(place), [file.path], 'a file that is still there'));
    if (blob.size !== file.size) throw new MoltError(wrongSize(place, file, `${showBytes(blob.size)} at its address`));
    const reader = (at === 0 ? blob : blob.slice(at)).stream().getReader();
    try {
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  } catch (thrown) {
    const [refusal] = refusals;
    throw refusal === undefined ? thrown : new MoltError(refusal);
  }
};

const wrongSize = (place: Place, file: Listed, given: string): Fault =>
  fault('Corrupt', `${placeText(place)}: ${file.path}`, [given], `the ${showBytes(file.size)} that the hub lists`, 'try again; if it stays, the mirror or proxy in between is at fault');

interface Held {
  readonly handle: FileHandle;
  readonly hash: Hash;
  at: number;
}

/** Opens what an earlier attempt brought; a part that is too long cannot be one. */
const resumed = async (partial: string, file: Listed): Promise<Held> => {
  const had = (await sizeOf(partial)) ?? 0;
  const at = had > file.size ? 0 : had;
  const hash = hashOf(file);
  if (at > 0) for await (const bytes of createReadStream(partial, { end: at - 1 })) hash.update(bytes);
  const handle = await open(partial, at > 0 ? 'r+' : 'w');
  return { handle, hash, at };
};

const isOfDisk = (thrown: unknown): boolean => /^E(NOSPC|DQUOT|ACCES|PERM|ROFS|IO|FBIG|MFILE|NOENT|NOTDIR)$/.test(codeOf(thrown));

/** Fills the partial file to its end; a break is followed by another try from there as long as something arrives. */
const fill = async (held: Held, place: Place, commit: string, file: Listed, settings: Settings, ports: HubPorts): Promise<Either<Fault, void>> => {
  for (let vain = 0; held.at < file.size; ) {
    const before = held.at;
    try {
      for await (const bytes of bytesFrom(place, commit, file, held.at, settings, ports)) {
        if (held.at + bytes.length > file.size) return left(wrongSize(place, file, `more than ${showBytes(held.at)} arrived`));
        for (let done = 0; done < bytes.length; ) done += (await held.handle.write(bytes, done, bytes.length - done, held.at + done)).bytesWritten;
        held.hash.update(bytes);
        held.at += bytes.length;
        ports.progress?.({ file: file.path, done: held.at, total: file.size });
      }
      if (held.at === before) return left(wrongSize(place, file, `${showBytes(held.at)} arrived`));
    } catch (thrown) {
      if (isOfDisk(thrown)) throw thrown;
      const found = deadFault(settings, place, thrown);
      vain = held.at > before ? 0 : vain + 1;
      if (thrown instanceof MoltError || vain >= patience) return left(found);
    }
  }
  return right(undefined);
};

/** Is what arrived what was listed? */
const proved = ({ hash }: Held, file: Listed): boolean => file.proof === 'size' || hash.digest('hex') === file.etag;

const damaged = (place: Place, file: Listed): Fault =>
  fault('Corrupt', `${placeText(place)}: ${file.path}`, [`${showBytes(file.size)} with another hash`], `the bytes whose hash is ${file.etag}`, 'try again; if it stays, the mirror or proxy in between is at fault');

type Outcome = { readonly kind: 'done' } | { readonly kind: 'wrong'; readonly resumed: boolean; readonly fault: Fault } | { readonly kind: 'left'; readonly fault: Fault };

const attempt = async (partial: string, place: Place, commit: string, file: Listed, settings: Settings, ports: HubPorts): Promise<Outcome> => {
  const held = await resumed(partial, file);
  const from = held.at;
  try {
    const filled = await fill(held, place, commit, file, settings, ports);
    if (isLeft(filled)) return filled.left._tag === 'Corrupt' ? { kind: 'wrong', resumed: from > 0, fault: filled.left } : { kind: 'left', fault: filled.left };
    if (!proved(held, file)) return { kind: 'wrong', resumed: from > 0, fault: damaged(place, file) };
    await held.handle.truncate(file.size);
    await held.handle.sync();
    return { kind: 'done' };
  } finally {
    await held.handle.close();
  }
};

/** The blob, fetched if it is not there whole. */
const fetchBlob = async (blob: string, place: Place, commit: string, file: Listed, settings: Settings, ports: HubPorts): Promise<Either<Fault, void>> => {
  const partial = await claimPartial(blob, file.etag);
  try {
    const first = await attempt(partial, place, commit, file, settings, ports);
    if (first.kind === 'wrong') await dropPartial(partial);
    const last = first.kind === 'wrong' && first.resumed ? await attempt(partial, place, commit, file, settings, ports) : first;
    if (last.kind === 'done') {
      await rename(partial, blob);
      return right(undefined);
    }
    await (last.kind === 'wrong' ? dropPartial(partial) : leavePartial(partial, file.etag));
    return left(last.fault);
  } catch (thrown) {
    await leavePartial(partial, file.etag);
    throw thrown;
  }
};

/**
 * A listed file in the cache: its path in the snapshot.
 * errors: Network, Name, Corrupt (wrong size or hash), Storage; what has arrived is kept for the next attempt, under a name that is not final
 */
export const transfer =
  (place: Place, commit: string, file: Listed, settings: Settings, ports: HubPorts): TaskEither<Fault, string> =>
  async () => {
    const blob = blobPath(settings, place, file.etag);
    const pointer = snapshotPath(settings, place, commit, file.path);
    if ((await sizeOf(pointer)) === file.size) return right(pointer);
    try {
      if ((await sizeOf(blob)) !== file.size) {
        const fetched = await fetchBlob(blob, place, commit, file, settings, ports);
        if (isLeft(fetched)) return fetched;
      }
    } catch (thrown) {
      return left(writeFault(blob, showBytes(file.size), thrown));
    }
    const pointed = await point(blob, pointer)();
    return isLeft(pointed) ? pointed : right(pointer);
  };
