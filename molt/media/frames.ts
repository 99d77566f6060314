/**
 * Frames: the pictures of a video, one after the other.
 * idea:  ffmpeg writes pixmaps that say their own sizes; one is held at a time, and the next is read when the last was used.
 *        Frames are upright as a player shows them (autorotation), in the video's own grid of pixels, converted by the colour matrix that the
 *        video names (BT.601 where it names none) with every chroma sample interpolated.
 * not:   a choice among frames (molt/preprocess), nor square pixels: an anamorphic video keeps its grid.
 * source: https://ffmpeg.org/ffmpeg-filters.html#fps-1, https://ffmpeg.org/ffmpeg-scaler.html
 */
import { left, isLeft, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, raise, type Fault } from '../../shapes/fault.ts';
import type { Watch } from './child.ts';
import { decode } from './decode.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { mostPixels, type Picture } from './picture.ts';
import { ppmReader } from './ppm.ts';

/** Which frames, and how the work is watched. */
export interface FrameOptions extends Watch {
  /** frames for each second of the video, repeated or left out as ffmpeg's filter `fps` does; every frame as it is stored, if absent */
  readonly perSecond?: number | undefined;
  /** only the first so many seconds are read; all */
  readonly seconds?: number | undefined;
  /** at most so many frames; all */
  readonly most?: number | undefined;
}

const usage = (where: string, given: string, needed: string): Either<Fault, never> => left(fault('Usage', where, [given], needed));

const checked = (path: string, { perSecond, seconds, most }: FrameOptions): Either<Fault, void> => {
  if (perSecond !== undefined && !(perSecond >= 0.001 && perSecond <= 1000)) return usage(path, `${perSecond} frames per second`, '0.001 to 1000 frames per second');
  if (seconds !== undefined && !(seconds > 0 && Number.isFinite(seconds))) return usage(path, `${seconds} seconds of frames`, 'more than 0 seconds');
  if (most !== undefined && !(Number.isSafeInteger(most) && most > 0)) return usage(path, `at most ${most} frames`, 'a whole number above 0');
  return right(undefined);
};

/** The conversion; then a rate of its own, each frame one tick, so that ffmpeg has none to repeat or drop on its way out. */
const filters = (perSecond: number | undefined): string =>
  [...(perSecond === undefined ? [] : [`fps=${perSecond}`]), 'scale=flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact', 'format=rgb24', 'settb=1/25', 'setpts=N'].join(',');

/**
 * Calls `use` for each frame in its order and waits for it; gives how many there were.
 * shape:  frames [height, width, 3]; units: 0…255
 * errors: Name (no such file, no video stream), Decode (a playlist), Memory (frames of more than 64 megapixels), Corrupt (damaged, cut, no frames), Interrupted, Usage,
 *         Unsupported (ffmpeg lacks a part); a MoltError thrown by `use` is given back as its fault
 */
export const eachFrame = (ffmpeg: Ffmpeg, path: string, options: FrameOptions, use: (picture: Picture, index: number) => void | Promise<void>): TaskEither<Fault, number> => async () => {
  const fine = checked(path, options);
  if (isLeft(fine)) return fine;
  const { perSecond, seconds = Infinity, most = Infinity } = options;
  const reader = ppmReader();
  const state = { count: 0 };
  const take = async (bytes: Uint8Array): Promise<void> => {
    const pictures = reader.push(bytes);
    if (isLeft(pictures)) return raise(fault('Corrupt', path, [`ffmpeg gave ${pictures.left}`], 'frames as pixmaps', 'play it; if it does not play, download or copy it again'));
    for (const picture of pictures.right) await use(picture, state.count++);
  };
  const done = await decode(ffmpeg, {
    path, stream: 'video', take, watch: options,
    input: ['-max_pixels', String(mostPixels), ...(Number.isFinite(seconds) ? ['-t', String(seconds)] : [])],
    output: ['-vf', filters(perSecond), '-r', '25', ...(Number.isFinite(most) ? ['-frames:v', String(most)] : []), '-f', 'image2pipe', '-c:v', 'ppm'],
    came: () => (perSecond === undefined || state.count >= most ? undefined : { seconds: state.count / perSecond, asked: seconds, tolerance: 0.5 + 1 / perSecond }),
  })();
  if (isLeft(done)) return done;
  const end = reader.end();
  if (isLeft(end)) return left(fault('Corrupt', path, [`ffmpeg's output: ${end.left}`], 'whole frames'));
  return state.count > 0 ? right(state.count) : left(fault('Corrupt', path, ['its video stream holds no frame'], 'at least one frame', 'play it; if it does not play, download or copy it again'));
};
