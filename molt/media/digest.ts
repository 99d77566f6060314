/**
 * Digest: the SHA-256 of a file, by which the feature store knows its media.
 * idea:  read in pieces, so that a film of any length takes a megabyte.
 * source: FIPS 180-4
 */
import { createHash } from 'node:crypto';
import { left, right } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { using } from '../io/files.ts';
import { nodeFiles, readFault, type Files } from '../io/system.ts';

/** Bytes read at once. */
const piece = 2 ** 20;

/** Hexadecimal SHA-256 of a file's bytes. errors: Name if there is no such file, Storage if it cannot be read */
export const digestOf = (path: string, files: Files = nodeFiles): TaskEither<Fault, string> => async () => {
  try {
    if ((await files.target(path)).device) return left(fault('Name', path, ['a device or pipe'], 'a file'));
    const hash = createHash('sha256');
    await using(files.open(path, 'read'), async (file) => {
      const bytes = new Uint8Array(piece);
      for (let at = 0; ; at += piece) {
        const count = await file.readAt(bytes, at);
        hash.update(bytes.subarray(0, count));
        if (count < piece) return;
      }
    });
    return right(hash.digest('hex'));
  } catch (thrown) {
    return left(readFault(path, thrown));
  }
};
