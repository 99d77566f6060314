/**
 * Still: one picture file as RGB, through sharp.
 * idea:  the file's own numbers, as Pillow's `convert('RGB')` gives them: embedded colour profiles are not applied, transparency is dropped and not
 *        blended, grey is repeated, sixteen bits lose their lower eight. Upright as its EXIF orientation says; of an animation, the first frame.
 * not:   an importer of anything else that libvips can open (SVG, PDF): those have no pixels of their own and may name other files.
 * source: https://sharp.pixelplumbing.com/api-constructor, https://sharp.pixelplumbing.com/api-colour
 */
import { left, right, isLeft, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { nodeFiles, readFault, showBytes, type Files } from '../io/system.ts';
import { mostPixels, type Picture, showSizes } from './picture.ts';

/** What is used of sharp, so that our types do not need its package. */
interface Reading {
  readonly metadata: () => Promise<{ readonly format?: string; readonly width: number; readonly height: number }>;
  readonly autoOrient: () => Reading;
  readonly removeAlpha: () => Reading;
  readonly toColourspace: (space: string) => Reading;
  readonly raw: (options: { readonly depth: 'uchar' }) => Reading;
  readonly toBuffer: (options: { readonly resolveWithObject: true }) => Promise<{ readonly data: Uint8Array; readonly info: { readonly width: number; readonly height: number; readonly channels: number } }>;
}
type Sharp = (bytes: Uint8Array, options: { readonly failOn: 'truncated'; readonly limitInputPixels: number | false; readonly ignoreIcc: boolean }) => Reading;

/** What still pictures are read with; the tests take sharp away. */
export interface StillPorts {
  readonly files: Files;
  readonly load: () => Promise<{ readonly default: Sharp }>;
}

const ports: StillPorts = { files: nodeFiles, load: () => import('sharp') };

/** Formats with pixels of their own. */
const formats: readonly string[] = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif'];
/** A file larger than this is no still picture. */
const mostBytes = 2 ** 28;

const wordsOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0]?.replace(/^Input buffer/, 'the file').replace(/[\s:]+$/, '') ?? '';

const damaged = (path: string, words: string): Either<Fault, never> =>
  left(fault('Corrupt', path, [words], 'a JPEG, PNG, WebP, GIF, TIFF or AVIF picture', 'open it in a viewer; if it does not show, download or copy it again'));

const loaded = async ({ load }: StillPorts): Promise<Either<Fault, Sharp>> => {
  try {
    return right((await load()).default);
  } catch (thrown) {
    return left(fault('Unsupported', 'still pictures', [wordsOf(thrown)], 'the package sharp, which is optional', 'npm i sharp'));
  }
};

const bytesOf = async (path: string, { files }: StillPorts): Promise<Either<Fault, Uint8Array>> => {
  try {
    if ((await files.target(path)).device) return left(fault('Name', path, ['a device or pipe'], 'a file'));
    const file = await files.open(path, 'read');
    const size = await file.size().finally(() => file.close());
    if (size > mostBytes) return left(fault('Memory', path, [showBytes(size)], `a picture file of at most ${showBytes(mostBytes)}`));
    return right(await files.readAll(path));
  } catch (thrown) {
    return left(readFault(path, thrown));
  }
};

const pixels = async (sharp: Sharp, path: string, bytes: Uint8Array): Promise<Either<Fault, Picture>> => {
  const options = { failOn: 'truncated', limitInputPixels: mostPixels, ignoreIcc: true } as const;
  const { format, width, height } = await sharp(bytes, { ...options, limitInputPixels: false }).metadata();
  if (format === undefined || !formats.includes(format)) return damaged(path, `a picture in the format ${format ?? 'unknown'}`);
  if (width * height > mostPixels) return left(fault('Memory', path, [showSizes(width, height)], `a picture of at most ${(mostPixels / 1e6).toFixed(0)} megapixels`, 'scale it down'));
  const { data, info } = await sharp(bytes, options).autoOrient().removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) return damaged(path, `${info.channels} channels`);
  return right({ width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) });
};

/**
 * Reads a picture: JPEG, PNG, WebP, GIF, TIFF or AVIF.
 * shape:  [height, width, 3]; units: 0…255. A picture of 1 × 1 is a picture; molt/preprocess refuses what is too small to scale.
 * errors: Name (no such file), Storage (unreadable), Corrupt (no picture, damaged, cut), Memory (more than 64 megapixels), Unsupported (sharp is not installed)
 */
export const still = (path: string, given: StillPorts = ports): TaskEither<Fault, Picture> => async () => {
  const sharp = await loaded(given);
  if (isLeft(sharp)) return sharp;
  const bytes = await bytesOf(path, given);
  if (isLeft(bytes)) return bytes;
  if (bytes.right.length === 0) return damaged(path, 'an empty file');
  try {
    return await pixels(sharp.right, path, bytes.right);
  } catch (thrown) {
    return damaged(path, wordsOf(thrown));
  }
};
