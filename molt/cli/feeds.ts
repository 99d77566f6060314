/**
 * Feeds: what `molt taps` runs a trunk on: tensors of a file, the pictures of a folder, one sound.
 * idea:  a feed knows its number of items at once and gives them some at a time, so that no folder is held in memory.
 */
import { basename } from 'node:path';
import { isLeft, left, map, right, type Either } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Value } from '../../dsl/index.ts';
import { readAs } from '../../dsl/safetensors/stored.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { fewNames } from '../../shapes/few.ts';
import { fullFrames, pictureSide, type BackboneConfig } from '../backbones/config.ts';
import { checkFinite } from '../io/bindings.ts';
import { openSafetensors, type OpenSafetensors } from '../io/safetensors.ts';
import { findFfmpeg, folderFrames, sound, still } from '../media/index.ts';
import { pixelsOf, settings, type FrontEndName, type SettingName } from '../preprocess/index.ts';
import { wholeSound } from '../preprocess/whole.ts';
import type { Feed } from '../taps/run.ts';

export interface OpenFeed extends Feed {
  /** what each item is, where it has a name */
  readonly names: readonly string[];
  /** written beside the taps */
  readonly extra: ReadonlyMap<string, Value>;
  /** said on stderr */
  readonly notes: readonly string[];
  readonly close: () => Promise<void>;
}

const nothingOpen: Omit<OpenFeed, 'count' | 'items'> = { names: [], extra: new Map(), notes: [], close: () => Promise.resolve() };

/** The input of each kind of trunk, with the names of its axes. */
const wanted = {
  swinv2: { key: 'pixels', axes: ['batch', 'channels', 'height', 'width'] },
  htsat: { key: 'logmel', axes: ['batch', 'channels', 'frames', 'mels'] },
} as const satisfies { readonly [K in BackboneConfig['kind']]: { readonly key: string; readonly axes: readonly string[] } };

/** Sizes after the batch; frames may be fewer. */
const sizesOf = (config: BackboneConfig): readonly [number, number, number] =>
  config.kind === 'swinv2' ? [3, config.image, config.image] : [1, fullFrames(config), config.mels];

const needed = (config: BackboneConfig): string => {
  const [channels, rows, columns] = sizesOf(config);
  return config.kind === 'swinv2' ? `pixels [B, ${channels}, ${rows}, ${columns}], normalised by mean and deviation` : `logmel [B, ${channels}, T, ${columns}] with at most ${rows} frames T, in dB`;
};

/** `logmel [batch 2, channels 1, frames 101, mels 16]` */
const described = (key: string, axes: readonly string[], sizes: readonly number[]): string => `${key} [${sizes.map((size, i) => (sizes.length === axes.length ? `${axes[i]} ${size}` : String(size))).join(', ')}]`;

const misfit = (config: BackboneConfig, sizes: readonly number[]): boolean => {
  const [channels, rows, columns] = sizesOf(config);
  const [batch = 0, c, r = 0, m] = sizes;
  return sizes.length !== 4 || batch < 1 || c !== channels || m !== columns || (config.kind === 'swinv2' ? r !== rows : r < 1 || r > rows);
};

const hintFor = (config: BackboneConfig, sizes: readonly number[]): string | undefined => {
  const [channels, rows] = sizesOf(config);
  if (sizes.length === 3) return `an axis of size 1 is missing: [B, ${channels}, …] has four`;
  if (config.kind === 'swinv2' && sizes[3] === channels && sizes[1] !== channels) return 'channels come before height and width';
  return config.kind === 'htsat' && (sizes[2] ?? 0) > rows ? 'cut the sound' : undefined;
};

/** The tensor of a file that this kind of trunk takes. errors: Name, Shape, Decode */
const entryOf = (path: string, { header }: OpenSafetensors, config: BackboneConfig): Either<Fault, readonly number[]> => {
  const { key, axes } = wanted[config.kind];
  const entry = header.tensors.get(key);
  const names = [...header.tensors.keys()];
  if (entry === undefined) {
    const other = names.find((name) => Object.values(wanted).some((one) => one.key === name));
    const given = names.length === 0 ? 'no tensor' : fewNames(names, 8);
    return left(fault('Name', path, [given], needed(config), other === undefined ? `name the tensor ${key}` : `${other} is for the other kind of trunk: choose that one with --backbone or --config`));
  }
  if (misfit(config, entry.sizes)) return left(fault('Shape', path, [described(key, axes, entry.sizes)], needed(config), hintFor(config, entry.sizes)));
  return readAs(entry.stored) === 'f32' ? right(entry.sizes) : left(fault('Decode', path, [`${key} as ${entry.stored}`], `${key} as floating-point numbers`));
};

const finite = (path: string, key: string, value: Value): Either<Fault, Value> => map(() => value)(checkFinite(path, new Map([[key, value]])));

/** `--inputs X.safetensors`. errors: those of the file; Name, Shape, Decode for what does not fit the trunk; NotFinite */
export const tensorFeed = (path: string, config: BackboneConfig): TE.TaskEither<Fault, OpenFeed> =>
  pipe(
    openSafetensors(path),
    TE.chain((file) => async () => {
      const { key } = wanted[config.kind];
      const sizes = entryOf(path, file, config);
      if (isLeft(sizes)) {
        await file.close().catch(() => undefined);
        return sizes;
      }
      const [count = 0, , frames = 0] = sizes.right;
      const items: Feed['items'] = (from, size) => pipe(file.rows(key, from, size), TE.chainEitherK((value) => finite(path, key, value)));
      return right({ ...nothingOpen, count, items, ...(config.kind === 'htsat' ? { frames } : {}), close: file.close });
    }),
  );

/** `--images DIR`: its pictures in natural order. errors: Usage for a trunk that hears; those of the folder and of each picture */
export const pictureFeed = (folder: string, config: BackboneConfig, setting: SettingName): TE.TaskEither<Fault, OpenFeed> => {
  if (config.kind !== 'swinv2') return TE.left(fault('Usage', 'molt taps', ['--images for a trunk that hears'], '--audio FILE, or a Swin-V2'));
  const side = pictureSide(config);
  const pixels = pixelsOf(settings[setting], side);
  const width = 3 * side * side;
  const one = (path: string): TE.TaskEither<Fault, Float32Array> =>
    pipe(still(path), TE.chainEitherK((picture) => pixels(picture)), TE.mapLeft((refused) => (refused.where === 'picture' ? { ...refused, where: path } : refused)));
  return pipe(
    folderFrames(folder),
    TE.map((paths): OpenFeed => ({
      ...nothingOpen, count: paths.length, names: paths.map((path) => basename(path)),
      items: (from, count) => async () => {
        const data = new Float32Array(count * width);
        for (const [i, path] of paths.slice(from, from + count).entries()) {
          const found = await one(path)();
          if (isLeft(found)) return found;
          data.set(found.right, i * width);
        }
        return right({ sizes: [count, 3, side, side], dtype: 'f32', data });
      },
    })),
  );
};

/** `--audio FILE`: its beginning, as much as the trunk's picture holds. errors: Usage for a trunk that sees; those of ffmpeg and of the sound */
export const soundFeed = (path: string, config: BackboneConfig, frontEnd: FrontEndName, ffmpeg: string | undefined): TE.TaskEither<Fault, OpenFeed> => {
  if (config.kind !== 'htsat') return TE.left(fault('Usage', 'molt taps', ['--audio for a trunk that sees'], '--images DIR, or an HTS-AT', 'molt extract --share runs a Swin-V2 on sound'));
  const { rate, seconds, held, logmel } = wholeSound(config, frontEnd);
  return pipe(
    findFfmpeg(ffmpeg, process.env),
    TE.chain((found) => sound(found, path, { rate, seconds })),
    TE.chainEitherK((samples) =>
      pipe(
        logmel(samples),
        map(({ frames, data }): OpenFeed => ({
          ...nothingOpen, count: 1, frames, names: [basename(path)],
          extra: new Map<string, Value>([['logmel', { sizes: [1, frames, config.mels], dtype: 'f32', data }]]),
          notes: samples.length > held * rate ? [`${path}: the first ${held.toFixed(2)} s, as much as the trunk's picture holds`] : [],
          items: () => TE.right({ sizes: [1, 1, frames, config.mels], dtype: 'f32', data }),
        })),
      )),
    TE.mapLeft((refused) => (refused.where === 'sound' ? { ...refused, where: path } : refused)),
  );
};
