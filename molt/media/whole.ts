/**
 * Whole: whether a media file is as long as it says itself.
 * idea:  a cut download is found by reading a few bytes, before ffmpeg would take what is left for the whole.
 * not:   a validator: a format that does not state lengths passes.
 */
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { using } from '../io/files.ts';
import { nodeFiles, readFault, showBytes, type Files } from '../io/system.ts';
import { foundOf, type Source, text } from './containers.ts';

const again = 'download or copy it again';

/** The first words of a file of text; no medium but uncompressed YUV4MPEG2 begins with so many letters. */
const wordsOf = async ({ size, at }: Source): Promise<string | undefined> => {
  const words = text(await at(0, 512), 0, Math.min(512, size));
  return /^[\t\n\r\x20-\x7e]+$/.test(words) && !words.startsWith('YUV4MPEG2') ? words.slice(0, 40).replaceAll(/\s+/g, ' ').trim() : undefined;
};

/** How a whole file was written: `streamed` by a program that did not know its length. */
export type Written = 'whole' | 'streamed';

const verdict = async (path: string, source: Source): Promise<Either<Fault, Written>> => {
  if (source.size === 0) return left(fault('Corrupt', path, ['an empty file'], 'a video or sound file', again));
  const words = await wordsOf(source);
  if (words !== undefined) return left(fault('Decode', path, [`a file of text, which begins with ${JSON.stringify(words)}`], 'a video or sound file', again));
  const found = await foundOf(source);
  if (found === undefined || found === 'streamed') return right(found ?? 'whole');
  const { part, end } = found;
  return left(fault('Corrupt', path, [`a part of it (${part}) ends at byte ${end}, the file after ${source.size}: ${showBytes(end - source.size)} are missing`], 'a whole file', again));
};

/**
 * Passes a file that holds what its header promises.
 * errors: Name (no such file, a folder, a device), Storage (unreadable), Decode (text), Corrupt (empty, or shorter than its header says, with both lengths)
 */
export const whole = (path: string, files: Files = nodeFiles): TaskEither<Fault, Written> => async () => {
  try {
    // a pipe would wait for a writer
    if ((await files.target(path)).device) return left(fault('Name', path, ['a device or pipe'], 'a file'));
    return await using(files.open(path, 'read'), async (file) => {
      const at = async (position: number, length: number): Promise<DataView> => {
        const bytes = new Uint8Array(length);
        return new DataView(bytes.buffer, 0, await file.readAt(bytes, position));
      };
      await at(0, 1); // a folder opens, and refuses to be read
      return verdict(path, { size: await file.size(), at });
    });
  } catch (thrown) {
    return left(readFault(path, thrown));
  }
};
