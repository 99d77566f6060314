/**
 * The embedded audio-visual event set: composed clips of ten seconds, a label for each second.
 * idea:    a set is a function of (clips per split, seed); each clip has its own random stream, so a larger set begins with the smaller one.
 * laws:    test/molt/data/ave — equal options give equal bytes; a longer split starts with the shorter one; no recording or style in two splits.
 * not:     AVE itself: numbers on it are never to be compared with published ones.
 * source:  task and labelling of Tian et al. 2018 (arXiv:1803.08842); recordings and drawings as in NOTICE.
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fault, faultOf } from '../../shapes/fault.ts';
import type { Fault } from '../../shapes/fault.ts';
import type { Arrays } from './arrays.ts';
import { embeddedFrontEnd, logMel } from './audio/logmel.ts';
import { cached } from './cache.ts';
import type { Workshop } from './cache.ts';
import { composeClip } from './compose/clip.ts';
import type { Clip, Studio } from './compose/clip.ts';
import { makeNoise } from './compose/noise.ts';
import { random, seedOf } from './compose/random.ts';
import { instruments, segments, splits } from './labels.ts';
import type { Split } from './labels.ts';
import { checkCounts } from './options.ts';
import { breathe } from './progress.ts';
import { loadBank } from './sources/cached-bank.ts';
import { soundsOf } from './sources/bank.ts';
import { readDrawings } from './sources/drawings.ts';
import { locatePackages } from './sources/packages.ts';
import type { Installed } from './sources/packages.ts';

/** Raised whenever a clip of some seed would come out differently. */
const recipeVersion = 1;

/** Side of a frame in pixels, and of a second's log-mel (frames and bands). */
export const frameSide = 64;
export const melSide = 64;

export interface AveOptions {
  readonly clips: { readonly [S in Split]: number };
  readonly seed: number;
}

const Activity = t.readonlyArray(t.boolean);
const Name = t.keyof({ violin: null, guitar: null, trumpet: null, saxophone: null, piano: null, drum: null, flute: null });
const Decoy = t.type({ instrument: Name, active: Activity });
const Story = t.type({
  event: Name, heard: Activity, seen: Activity, decoyHeard: Decoy, decoySeen: Decoy,
  recordings: t.readonlyArray(t.string), drawings: t.readonlyArray(t.string),
});

/** What happens in a clip and what it was made from: the event, who is heard and seen in which second, ids of recordings and drawings. */
export type ClipStory = Readonly<t.TypeOf<typeof Story>>;

export interface AveSplit {
  readonly clips: number;
  /** [clips, 10, 64, 64, 3] bytes, RGB */
  readonly frames: Uint8Array;
  /** [clips, 10, 64 frames, 64 bands] bytes; `melValue` gives ln(power + 1e-4) */
  readonly mel: Uint8Array;
  /** [clips, 10] labels 0…7, 7 = background */
  readonly labels: Uint8Array;
  readonly stories: readonly ClipStory[];
}

export type AveSet = { readonly [S in Split]: AveSplit };

const sizes = { frames: segments * frameSide ** 2 * 3, mel: segments * melSide ** 2, labels: segments } as const;

const story = ({ plan, recordings, drawings }: Clip): ClipStory => ({ ...plan, recordings, drawings });

const pack = ({ clips, frames, mel, labels, stories }: AveSplit): { readonly arrays: Arrays; readonly text: string } => ({
  arrays: {
    frames: { sizes: [clips, segments, frameSide, frameSide, 3], data: frames },
    mel: { sizes: [clips, segments, melSide, melSide], data: mel },
    labels: { sizes: [clips, segments], data: labels },
  },
  text: JSON.stringify(stories),
});

const unpack = ({ frames, mel, labels }: Arrays, text: string): E.Either<Fault, AveSplit> => {
  const stories: unknown = JSON.parse(text);
  const known = t.readonlyArray(Story);
  const [a, b, c] = [frames?.data, mel?.data, labels?.data];
  return known.is(stories) && a instanceof Uint8Array && b instanceof Uint8Array && c instanceof Uint8Array
    ? E.right({ clips: stories.length, frames: a, mel: b, labels: c, stories })
    : E.left(fault('Corrupt', 'clips', ['arrays of other names or types'], 'a split of the embedded set'));
};

/** Everything that the clips of one split are composed from. */
export const openStudio =
  (installed: Installed, split: Split, workshop: Workshop): TE.TaskEither<Fault, Studio> =>
  async () => {
    const bank = await loadBank(installed, workshop)();
    if (E.isLeft(bank)) return bank;
    const drawings = await readDrawings(installed, split)();
    if (E.isLeft(drawings)) return drawings;
    return E.right({
      sounds: soundsOf(bank.right, split), drawings: drawings.right, noise: makeNoise(),
      frontEnd: logMel(embeddedFrontEnd), shift: split === 'train' ? 4 : 0, side: frameSide,
    });
  };

/** Clip i of a split: the events take turns, all else is random. */
export const clipOf = (studio: Studio, split: Split, seed: number, i: number): Clip =>
  composeClip(random(seedOf(seed, splits.indexOf(split), i)), studio, instruments[i % instruments.length] ?? instruments[0]);

const composeSplit =
  (installed: Installed, split: Split, { clips, seed }: AveOptions, workshop: Workshop): TE.TaskEither<Fault, AveSplit> =>
  async () => {
    const studio = await openStudio(installed, split, workshop)();
    if (E.isLeft(studio)) return studio;
    try {
      const count = clips[split];
      const made = { clips: count, frames: new Uint8Array(count * sizes.frames), mel: new Uint8Array(count * sizes.mel), labels: new Uint8Array(count * sizes.labels) };
      const stories: ClipStory[] = [];
      for (let i = 0; i < count; i++) {
        const clip = clipOf(studio.right, split, seed, i);
        made.frames.set(clip.frames, i * sizes.frames);
        made.mel.set(clip.mel, i * sizes.mel);
        made.labels.set(clip.labels, i * sizes.labels);
        stories.push(story(clip));
        workshop.onProgress(i + 1, count, `${split} clips`);
        if (i % 4 === 3) await breathe();
      }
      return E.right({ ...made, stories });
    } catch (thrown) {
      return E.left(faultOf(`composition of ${split} clips`, thrown));
    }
  };

const loadSplit = (installed: Installed, split: Split, options: AveOptions, workshop: Workshop): TE.TaskEither<Fault, AveSplit> =>
  cached(
    {
      name: `ave-${split}`,
      inputs: ['ave', recipeVersion, split, options.clips[split], options.seed, ...installed.versions],
      make: composeSplit(installed, split, options, workshop), pack, unpack,
    },
    workshop,
  );

/**
 * The embedded set, from the cache where it is there.
 * shape:   each split as in AveSplit; clip i of a split depends on (seed, split, i) only.
 * errors:  Usage for counts that are not whole numbers; Unsupported where packages are not installed (the hint is the one command that installs them); Corrupt where one is damaged.
 */
export const buildAve =
  (options: AveOptions, workshop: Workshop): TE.TaskEither<Fault, AveSet> =>
  async () => {
    const counts = checkCounts('clips', options.clips, 0);
    if (E.isLeft(counts)) return counts;
    const installed = locatePackages();
    if (E.isLeft(installed)) return installed;
    const load = (split: Split): TE.TaskEither<Fault, AveSplit> => loadSplit(installed.right, split, options, workshop);
    const train = await load('train')();
    if (E.isLeft(train)) return train;
    const val = await load('val')();
    if (E.isLeft(val)) return val;
    const test = await load('test')();
    return E.map((found: AveSplit): AveSet => ({ train: train.right, val: val.right, test: found }))(test);
  };
