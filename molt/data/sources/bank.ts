/**
 * The bank: every recording of the embedded set, decoded, cut, levelled and assigned to its splits.
 * idea:    an entry says to which group (an instrument, ambience, a General MIDI program) and to which splits it belongs.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { faultOf } from '../../../shapes/fault.ts';
import type { Fault } from '../../../shapes/fault.ts';
import type { Recorded, Sounds } from '../compose/materials.ts';
import { instruments, perInstrument, splits } from '../labels.ts';
import type { Split } from '../labels.ts';
import type { Progress } from '../progress.ts';
import { ambienceOf, splitDrums, splitNotes } from '../splits.ts';
import type { Note } from '../splits.ts';
import { decoders } from './decoders.ts';
import type { Decoders, Format } from './decoders.ts';
import { ambienceNames, drumPattern, notePackages, sortingPitch } from './notes.ts';
import type { Installed, PackageName } from './packages.ts';
import { cut, quantise, resamplers, sampleRate, waveform, type Entry } from './recording.ts';

/** A sound file to be decoded. */
interface Job {
  readonly group: string;
  readonly source: PackageName;
  readonly name: string;
  readonly file: string;
  readonly format: Format;
}

type Decoded = Job & Note & Pick<Entry, 'scale' | 'codes'>;

const named = (installed: Installed, source: PackageName, group: string, folder: string, format: Format, wanted: (name: string) => boolean): readonly Job[] =>
  readdirSync(join(installed.folder(source), folder))
    .filter((file) => file.endsWith(`.${format}`))
    .map((file) => ({ group, source, name: file.slice(0, -format.length - 1), file: join(installed.folder(source), folder, file), format }))
    .filter(({ name }) => wanted(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const jobs = (installed: Installed): readonly Job[] => [
  ...instruments.flatMap((instrument) => notePackages[instrument].flatMap((source) => named(installed, source, instrument, '', 'mp3', () => true))),
  ...named(installed, 'supersonic-scsynth-samples', 'drum', 'samples', 'flac', (name) => drumPattern.test(name)),
  ...named(installed, 'supersonic-scsynth-samples', 'ambience', 'samples', 'flac', (name) => ambienceNames.some((wanted) => wanted === name)),
];

const entry = (splitsOf: readonly Split[], { source, name, group, scale, codes }: Decoded): Entry => ({ id: `${source}/${name}`, group, splits: splitsOf, scale, codes });

/** Assigns every decoded recording to its splits; those that are too short are dropped. */
const assign = (decoded: readonly Decoded[]): readonly Entry[] => {
  const notes = instruments.flatMap((instrument) => notePackages[instrument].flatMap((source) => splitNotes(decoded.filter((note) => note.source === source && note.group === instrument))));
  const drums = splitDrums(decoded.filter(({ group }) => group === 'drum'));
  const rooms = decoded.filter(({ group }) => group === 'ambience');
  return [
    ...[...notes, ...drums].map(([split, note]) => entry([split], note)),
    ...rooms.map((room) => entry(splits.filter((split) => ambienceOf[split].some((name) => name === room.name)), room)),
  ];
};

const decodeAll = async (list: readonly Job[], { decode }: Decoders, onProgress: Progress): Promise<E.Either<Fault, readonly Decoded[]>> => {
  const resample = resamplers();
  const decoded: Decoded[] = [];
  for (const [i, job] of list.entries()) {
    const sound = await decode(job.format, readFileSync(job.file), job.file)();
    if (E.isLeft(sound)) return sound;
    const samples = cut(sound.right, resample);
    const pitch = job.format === 'mp3' ? sortingPitch(job.name, samples) : undefined;
    decoded.push({ ...job, pitch, seconds: samples.length / sampleRate, ...quantise(samples) });
    onProgress(i + 1, list.length, 'recordings');
  }
  return E.right(decoded);
};

/**
 * Decodes the whole bank, about 260 files.
 * errors:  Corrupt for a file that does not decode; Defect where a decoder does not start.
 */
export const decodeBank =
  (installed: Installed, onProgress: Progress): TE.TaskEither<Fault, readonly Entry[]> =>
  async () => {
    const started = await decoders();
    if (E.isLeft(started)) return started;
    try {
      return E.map(assign)(await decodeAll(jobs(installed), started.right, onProgress));
    } catch (thrown) {
      return E.left(faultOf('the recordings', thrown));
    } finally {
      started.right.free();
    }
  };

const recorded = (entries: readonly Entry[]): readonly Recorded[] => entries.map((found) => ({ id: found.id, samples: waveform(found) }));

/** The waveforms of one split. */
export const soundsOf = (bank: readonly Entry[], split: Split): Sounds => {
  const here = bank.filter((found) => found.splits.includes(split));
  return {
    instruments: perInstrument((instrument) => recorded(here.filter(({ group }) => group === instrument))),
    ambience: recorded(here.filter(({ group }) => group === 'ambience')),
  };
};

/** The waveforms of each group of a bank, in order of first appearance. */
export const groupsOf = (bank: readonly Entry[]): ReadonlyMap<string, readonly Recorded[]> =>
  new Map([...new Set(bank.map(({ group }) => group))].map((group) => [group, recorded(bank.filter((found) => found.group === group))]));
