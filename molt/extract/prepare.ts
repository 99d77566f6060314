/**
 * Prepare: one input's media, decoded and made into what a trunk takes.
 * idea:  a video is read once, on the guess that it is as long as its setting says: only the frames that would be chosen then are kept,
 *        already scaled. If it has another number of frames, it is read again with the right choice. So memory holds T scaled pictures and one frame.
 * laws:  test/molt/extract/prepare.test.ts: equal to the choice made with all frames at hand, for shorter and longer clips
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { eachFrame, type Ffmpeg, type Picture, sound, still } from '../media/index.ts';
import { chosenFrames, type Setting } from '../preprocess/index.ts';
import { filesOf, type InputFile, namedBy } from './hash.ts';
import type { Source } from './plan.ts';
import type { Place } from './recipe.ts';
import type { Tools } from './tools.ts';

type Scaled = Either<Fault, Float32Array>;

/** Where media are, and what reads them. */
export interface Reading extends Place {
  /** undefined where nothing needs it */
  readonly ffmpeg: Ffmpeg | undefined;
}

/** Calls with every frame of a video and its index; gives their number. */
export type Frames = (use: (picture: Picture, index: number) => void) => TaskEither<Fault, number>;

/** The chosen pictures one after the other. shape: [T, 3, S, S] */
const stacked = (pictures: readonly Scaled[]): Scaled => {
  const all: Float32Array[] = [];
  for (const one of pictures) {
    if (isLeft(one)) return one;
    all.push(one.right);
  }
  const out = new Float32Array(all.reduce((sum, { length }) => sum + length, 0));
  all.reduce((at, one) => (out.set(one, at), at + one.length), 0);
  return right(out);
};

/** The frames of a video that stand for its segments, scaled. shape: [T, 3, S, S]. errors: those of the video and of scaling */
export const chosenOf = (setting: Setting, frames: Frames, scale: (picture: Picture) => Scaled): TaskEither<Fault, Float32Array> => async () => {
  const pass = async (wanted: readonly number[]): Promise<Either<Fault, { readonly count: number; readonly kept: ReadonlyMap<number, Scaled> }>> => {
    const kept = new Map<number, Scaled>();
    const count = await frames((picture, index) => { if (wanted.includes(index)) kept.set(index, scale(picture)); })();
    return isLeft(count) ? count : right({ count: count.right, kept });
  };
  const first = await pass(chosenFrames(setting, setting.framesPerSecond * setting.seconds));
  if (isLeft(first)) return first;
  if (first.right.count === 0) return left(fault('Corrupt', 'video', ['no frame'], 'at least one frame'));
  const chosen = chosenFrames(setting, first.right.count);
  const again = chosen.every((index) => first.right.kept.has(index)) ? first : await pass(chosen);
  if (isLeft(again)) return again;
  return stacked(chosen.map((index) => again.right.kept.get(index) ?? left(fault('Corrupt', 'video', [`frame ${index} came in one reading only`], 'a video that is the same whenever it is read'))));
};

type Visual = Extract<Tools, { readonly modality: 'visual' }>;
type Audio = Extract<Tools, { readonly modality: 'audio' }>;

const absent = (file: InputFile): Fault => fault('Defect', file.name, ['no ffmpeg'], 'ffmpeg');

const ofVideo = async ({ setting, scale }: Visual, { ffmpeg, signal }: Reading, file: InputFile): Promise<Scaled> => {
  if (ffmpeg === undefined) return left(absent(file));
  const { framesPerSecond, seconds } = setting;
  const options = { perSecond: framesPerSecond, seconds, most: framesPerSecond * seconds, threads: 1, signal };
  return namedBy(file)(await chosenOf(setting, (use) => eachFrame(ffmpeg, file.path, options, use), scale)());
};

const ofStills = async ({ setting, scale }: Visual, files: readonly InputFile[]): Promise<Scaled> => {
  const scaled = new Map<number, Scaled>();
  const chosen = chosenFrames(setting, files.length);
  for (const index of new Set(chosen)) {
    const file = files[index];
    if (file === undefined) continue;
    const picture = await still(file.path)();
    const one = namedBy(file)(isLeft(picture) ? picture : scale(picture.right));
    if (isLeft(one)) return one;
    scaled.set(index, one);
  }
  return stacked(chosen.flatMap((index) => scaled.get(index) ?? []));
};

const ofSound = async ({ rate, seconds, segments }: Audio, { ffmpeg, signal }: Reading, file: InputFile): Promise<Scaled> => {
  if (ffmpeg === undefined) return left(absent(file));
  const samples = await sound(ffmpeg, file.path, { rate, seconds, signal, threads: 1 })();
  return namedBy(file)(isLeft(samples) ? samples : segments(samples.right));
};

/**
 * The input of a trunk for all segments of one item, in the sizes that `inputsOf` says: [T, 3, S, S] or [T, 1, frames, mels].
 * errors: those of the media and of preprocessing, which name the file as the manifest does; Interrupted
 */
export const prepare = (place: Reading, tools: Tools, source: Source): TaskEither<Fault, Float32Array> => async () => {
  const files = await filesOf(place.root, source)();
  if (isLeft(files)) return files;
  const [first] = files.right;
  if (first === undefined) return left(fault('Defect', 'media', ['no file'], 'a file'));
  if (tools.modality === 'audio') return ofSound(tools, place, first);
  return source.kind === 'video' ? ofVideo(tools, place, first) : ofStills(tools, files.right);
};
