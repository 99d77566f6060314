/**
 * Prepare: one input's media, decoded and made into what a trunk takes.
 * idea:  a video is read once, on the guess that it is as long as its setting says: only the frames that would be chosen then are kept,
 *        already scaled. If it has another number of frames, it is read again with the right choice. So memory holds T scaled pictures and one frame.
 * laws:  test/molt/extract/prepare.test.ts: equal to the choice made with all frames at hand, for shorter and longer clips
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { pictureSide } from '../backbones/config.ts';
import { eachFrame, type Ffmpeg, type Picture, sound, still } from '../media/index.ts';
import { chosenFrames, fbankOf, inputsOf, logmelOf, pixelsOf, type Setting, settings } from '../preprocess/index.ts';
import { filesOf } from './hash.ts';
import type { Source } from './plan.ts';
import type { Place, Recipe } from './recipe.ts';

type Scaled = Either<Fault, Float32Array>;

/** Where media are, and what reads them. */
export interface Reading extends Place {
  /** undefined where nothing needs it */
  readonly ffmpeg: Ffmpeg | undefined;
}

/** Calls with every frame of a video and its index; gives their number. */
export type Frames = (use: (picture: Picture, index: number) => void) => TaskEither<Fault, number>;

/** A fault of a picture's pixels, named by its file. */
const of = (path: string) => (scaled: Scaled): Scaled => (isLeft(scaled) ? left({ ...scaled.left, where: path }) : scaled);

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
  const chosen = chosenFrames(setting, first.right.count);
  const again = chosen.every((index) => first.right.kept.has(index)) ? first : await pass(chosen);
  if (isLeft(again)) return again;
  return stacked(chosen.map((index) => again.right.kept.get(index) ?? left(fault('Corrupt', 'video', [`frame ${index} came in one reading only`], 'a video that is the same whenever it is read'))));
};

const pictures = async (setting: Setting, side: number, place: Reading, source: Source, files: readonly string[]): Promise<Scaled> => {
  const scale = pixelsOf(setting, side);
  const name = source.paths[0] ?? '';
  if (source.kind === 'video') {
    const ffmpeg = place.ffmpeg;
    const path = files[0];
    if (ffmpeg === undefined || path === undefined) return left(absent(name));
    const most = setting.framesPerSecond * setting.seconds;
    const options = { perSecond: setting.framesPerSecond, seconds: setting.seconds, most, threads: 1, signal: place.signal };
    return of(name)(await chosenOf(setting, (use) => eachFrame(ffmpeg, path, options, use), scale)());
  }
  const scaled = new Map<number, Scaled>();
  const chosen = chosenFrames(setting, files.length);
  for (const index of new Set(chosen)) {
    const picture = await still(files[index] ?? '')();
    const one = isLeft(picture) ? picture : scale(picture.right);
    if (isLeft(one)) return of(source.paths[index] ?? name)(one);
    scaled.set(index, one);
  }
  return stacked(chosen.flatMap((index) => scaled.get(index) ?? []));
};

const absent = (path: string): Fault => fault('Defect', path, ['no ffmpeg'], 'ffmpeg');

const heardBy = async (setting: Setting, recipe: Recipe, place: Reading, source: Source, path: string | undefined): Promise<Scaled> => {
  const { config, frontEnd } = recipe;
  const name = source.paths[0] ?? '';
  const inputs = inputsOf(setting, config, 'audio', frontEnd);
  if (isLeft(inputs)) return inputs;
  if (place.ffmpeg === undefined || path === undefined || inputs.right.modality !== 'audio') return left(absent(name));
  const samples = await sound(place.ffmpeg, path, { rate: inputs.right.rate, seconds: inputs.right.seconds, signal: place.signal, threads: 1 })();
  if (isLeft(samples)) return of(name)(samples);
  const segments = (config.kind === 'htsat' ? logmelOf(setting, config, frontEnd) : fbankOf(setting, pictureSide(config)))(samples.right);
  return isLeft(segments) ? of(name)(segments) : right(segments.right.data);
};

/**
 * The input of a trunk for all segments of one item, in the sizes that `inputsOf` says: [T, 3, S, S] or [T, 1, frames, mels].
 * errors: those of the media and of preprocessing, which name the file as the manifest does; Interrupted
 */
export const prepare = (place: Reading, recipe: Recipe, source: Source): TaskEither<Fault, Float32Array> => async () => {
  const files = await filesOf(place.root, source)();
  if (isLeft(files)) return files;
  const setting = settings[recipe.setting];
  return recipe.modality === 'visual' ? pictures(setting, pictureSide(recipe.config), place, source, files.right) : heardBy(setting, recipe, place, source, files.right[0]);
};
