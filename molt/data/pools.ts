/**
 * Pre-training pools that share no class, no recording and no drawing style of the test split with the event set.
 * idea:    a vision backbone learns to name emoji that are no instruments, an audio backbone to name General MIDI programs that are none of the seven:
 *          as ImageNet and AudioSet come before AVE, so that frozen features are good but not made for the task.
 * laws:    test/molt/data/pools — equal options give equal bytes; no musical name; no recording of a target instrument.
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fault, faultOf, type Fault } from '../../shapes/fault.ts';
import type { Arrays } from './arrays.ts';
import { embeddedFrontEnd, logMel, melBytes } from './audio/logmel.ts';
import { cached, type Workshop } from './cache.ts';
import { expose } from './compose/canvas.ts';
import type { Drawing, Recorded } from './compose/materials.ts';
import { makeNoise, type Noise } from './compose/noise.ts';
import { random, seedOf, type Random } from './compose/random.ts';
import { groundFor, painted, places, tintOf } from './compose/scene.ts';
import { ambience, mixed, sampleRate, stem } from './compose/sound.ts';
import { checkCounts } from './options.ts';
import { breathe } from './progress.ts';
import { groupsOf, soundsOf } from './sources/bank.ts';
import { loadBank, loadPrograms } from './sources/cached-bank.ts';
import { artistOf } from './sources/drawings.ts';
import { locatePackages, type Installed } from './sources/packages.ts';
import { candidateEmoji, poolEmoji } from './sources/pool-emoji.ts';
import { poolStyles } from './splits.ts';

/** Raised whenever an item of some seed would come out differently. */
const poolVersion = 1;
const side = 64;

export interface Pool {
  /** vision: [items, 64, 64, 3] RGB bytes; audio: [items, 64 frames, 64 bands] bytes (`melValue` gives ln(power + 1e-4)) */
  readonly data: Uint8Array;
  /** [items], index into `names` */
  readonly labels: Int32Array;
  readonly names: readonly string[];
}

export interface VisionPoolOptions {
  /** number of classes; at most about 600 */
  readonly names: number;
  readonly items: number;
  readonly seed: number;
}

export interface AudioPoolOptions {
  readonly items: number;
  readonly seed: number;
}

const itemSizes = { vision: [side, side, 3], audio: [side, side] } as const;
type Kind = keyof typeof itemSizes;

const pack = (kind: Kind) => ({ data, labels, names }: Pool): { readonly arrays: Arrays; readonly text: string } => ({
  arrays: { data: { sizes: [labels.length, ...itemSizes[kind]], data }, labels: { sizes: [labels.length], data: labels } },
  text: JSON.stringify(names),
});

const unpack = ({ data, labels }: Arrays, text: string): E.Either<Fault, Pool> => {
  const names: unknown = JSON.parse(text);
  const [a, b] = [data?.data, labels?.data];
  return t.readonlyArray(t.string).is(names) && a instanceof Uint8Array && b instanceof Int32Array
    ? E.right({ data: a, labels: b, names })
    : E.left(fault('Corrupt', 'pool', ['arrays of other names or types'], 'a pre-training pool'));
};

/** Fills a pool item by item; item i has label i mod classes and a random stream of its own. */
const fill = async (names: readonly string[], kind: Kind, options: AudioPoolOptions, what: string, workshop: Workshop, item: (source: Random, label: number) => Uint8Array): Promise<Pool> => {
  const size = itemSizes[kind].reduce((product, n) => product * n, 1);
  const [data, labels] = [new Uint8Array(options.items * size), new Int32Array(options.items)];
  for (let i = 0; i < options.items; i++) {
    const label = i % names.length;
    data.set(item(random(seedOf(options.seed, kind.length, i)), label), i * size);
    labels[i] = label;
    if (i % 32 !== 31) continue;
    workshop.onProgress(i + 1, options.items, what);
    await breathe();
  }
  workshop.onProgress(options.items, options.items, what);
  return { data, labels, names };
};

/** One emoji on a background as frames of clips have, between 0.35 and 0.75 of its side. */
const composeImage = (source: Random, noise: Noise, drawings: readonly Drawing[]): Uint8Array => {
  const items = places(source, side, 1, 0.35, 0.75).map((place) => ({ drawing: source.pick(drawings), place, tint: tintOf(source) }));
  const frame = new Uint8Array(side * side * 3);
  expose(source, noise, painted(groundFor(source, side, items), items), frame, 0);
  return frame;
};

const drawPool =
  (installed: Installed, options: VisionPoolOptions, workshop: Workshop): TE.TaskEither<Fault, Pool> =>
  async () => {
    const artist = await artistOf(installed, poolStyles)();
    if (E.isLeft(artist)) return artist;
    const candidates = candidateEmoji(installed, artist.right);
    if (E.isLeft(candidates)) return candidates;
    try {
      const chosen = poolEmoji(candidates.right, options.names);
      const drawings: (readonly Drawing[])[] = [];
      for (const { drawn } of chosen) {
        drawings.push(drawn.flatMap(([style, name]) => artist.right.draw(style, name) ?? []));
        workshop.onProgress(drawings.length, chosen.length, 'pre-training drawings');
        await breathe();
      }
      const noise = makeNoise();
      return E.right(await fill(chosen.map(({ name }) => name), 'vision', options, 'pre-training images', workshop, (source, label) => composeImage(source, noise, drawings[label] ?? [])));
    } catch (thrown) {
      return E.left(faultOf('the vision pool', thrown));
    }
  };

/** A long note suits a bow or breath, a short one a stroke: looped recordings were made at least this long. */
const sustainedFrom = 1.5 * sampleRate;

const composeSecond = (source: Random, noise: Noise, frontEnd: (samples: Float32Array) => Float32Array, recordings: readonly Recorded[], rooms: readonly Recorded[]): Uint8Array => {
  const long = recordings.filter(({ samples }) => samples.length >= sustainedFrom).length;
  const played = stem(source, { playing: 2 * long > recordings.length ? 'sustained' : 'plucked', recordings, active: [true], gainDb: source.uniform(-5, 3), shift: 4 });
  const room = ambience(source, noise, source.pick(rooms), sampleRate, source.uniform(-28, -12));
  return melBytes(frontEnd(mixed(played.samples, room)));
};

const playPool =
  (installed: Installed, options: AudioPoolOptions, workshop: Workshop): TE.TaskEither<Fault, Pool> =>
  async () => {
    const bank = await loadBank(installed, workshop)();
    if (E.isLeft(bank)) return bank;
    const programs = await loadPrograms(installed, workshop)();
    if (E.isLeft(programs)) return programs;
    try {
      const groups = [...groupsOf(programs.right)];
      const rooms = soundsOf(bank.right, 'train').ambience;
      const [noise, frontEnd] = [makeNoise(), logMel(embeddedFrontEnd)];
      const item = (source: Random, label: number): Uint8Array => composeSecond(source, noise, frontEnd, groups[label]?.[1] ?? [], rooms);
      return E.right(await fill(groups.map(([name]) => name), 'audio', options, 'pre-training sounds', workshop, item));
    } catch (thrown) {
      return E.left(faultOf('the audio pool', thrown));
    }
  };

const build =
  (kind: Kind, options: { readonly [name: string]: number }, make: (installed: Installed) => TE.TaskEither<Fault, Pool>, workshop: Workshop): TE.TaskEither<Fault, Pool> =>
  async () => {
    const { seed = 0, ...counts } = options;
    const checked = checkCounts(`the ${kind} pool`, counts, 1);
    if (E.isLeft(checked)) return checked;
    const installed = locatePackages();
    if (E.isLeft(installed)) return installed;
    return cached({ name: `pool-${kind}`, inputs: ['pool', kind, poolVersion, ...Object.values(counts), seed, ...installed.right.versions], make: make(installed.right), pack: pack(kind), unpack }, workshop)();
  };

/**
 * The vision pool: single emoji, label = name.
 * shape:   data [items, 64, 64, 3], labels [items], label i mod names.
 * errors:  as buildAve.
 */
export const buildVisionPool = (options: VisionPoolOptions, workshop: Workshop): TE.TaskEither<Fault, Pool> =>
  build('vision', { names: options.names, items: options.items, seed: options.seed }, (installed) => drawPool(installed, options, workshop), workshop);

/**
 * The audio pool: one second each, label = General MIDI program.
 * shape:   data [items, 64, 64], labels [items], label i mod programs.
 * errors:  as buildAve.
 */
export const buildAudioPool = (options: AudioPoolOptions, workshop: Workshop): TE.TaskEither<Fault, Pool> =>
  build('audio', { items: options.items, seed: options.seed }, (installed) => playPool(installed, options, workshop), workshop);
