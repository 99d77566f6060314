/**
 * SoundFont 3: which recordings a General MIDI program plays.
 * idea:    a RIFF tree whose `pdta` tables chain program → zones → instrument → zones → sample; in SF3 each sample is an Ogg Vorbis file inside `smpl`.
 * not:     a synthesiser: envelopes, filters and layers are ignored, only the recordings and their loops are read.
 * source:  SoundFont technical specification 2.04, section 7; MuseScore's SF3 (offsets into `smpl` are bytes, loops are samples from the sample's own start).
 */
import * as E from 'fp-ts/lib/Either.js';
import { fault } from '../../../shapes/fault.ts';
import type { Fault } from '../../../shapes/fault.ts';

export interface FontSample {
  readonly name: string;
  /** the Ogg Vorbis file */
  readonly bytes: Uint8Array;
  /** loop bounds in samples of the decoded sound; undefined for a sound played once */
  readonly loop: { readonly start: number; readonly end: number } | undefined;
  /** MIDI key at which the recording sounds as recorded */
  readonly key: number;
}

export interface FontProgram {
  readonly bank: number;
  readonly program: number;
  readonly name: string;
  readonly samples: readonly FontSample[];
}

interface Chunk {
  readonly at: number;
  readonly size: number;
}

const text = (bytes: Uint8Array, at: number, size: number): string => {
  const raw = new TextDecoder('latin1').decode(bytes.subarray(at, at + size));
  const end = raw.indexOf('\0');
  return (end < 0 ? raw : raw.slice(0, end)).trim();
};

/** All chunks below `at…end` by name, lists opened; of equal names the first. */
const chunksOf = (bytes: Uint8Array, view: DataView): ReadonlyMap<string, Chunk> => {
  const chunks = new Map<string, Chunk>();
  const walk = (from: number, end: number): void => {
    for (let at = from; at + 8 <= end; ) {
      const name = text(bytes, at, 4);
      const size = view.getUint32(at + 4, true);
      if (name === 'RIFF' || name === 'LIST') walk(at + 12, Math.min(end, at + 8 + size));
      else if (!chunks.has(name)) chunks.set(name, { at: at + 8, size });
      at += 8 + size + (size % 2);
    }
  };
  walk(0, bytes.length);
  return chunks;
};

const records = ['phdr', 'pbag', 'pgen', 'inst', 'ibag', 'igen', 'shdr', 'smpl'] as const;
const generator = { instrument: 41, sample: 53, modes: 54, root: 58 } as const;

/**
 * Every program of a font with its recordings, each recording once.
 * errors:  Corrupt for bytes that are not a SoundFont.
 */
export const parseSoundFont = (bytes: Uint8Array, file: string): E.Either<Fault, readonly FontProgram[]> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = chunksOf(bytes, view);
  const missing = records.filter((name) => !chunks.has(name));
  if (missing.length > 0) return E.left(fault('Corrupt', file, [`no chunk ${missing.join(', ')}`], 'a SoundFont 3 file', 'install the package again'));
  const start = (name: (typeof records)[number]): number => chunks.get(name)?.at ?? 0;
  const count = (name: (typeof records)[number], record: number): number => Math.floor((chunks.get(name)?.size ?? 0) / record);
  const u16 = (at: number): number => view.getUint16(at, true);

  /** The generators of zones from…to of a bag, a map for each zone. */
  const zones = (bag: 'pbag' | 'ibag', gen: 'pgen' | 'igen', from: number, to: number): readonly ReadonlyMap<number, number>[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, i) => {
      const zone = new Map<number, number>();
      const at = start(bag) + (from + i) * 4;
      for (let g = u16(at); g < u16(at + 4); g++) zone.set(u16(start(gen) + g * 4), u16(start(gen) + g * 4 + 2));
      return zone;
    });

  const sampleAt = (index: number, looped: boolean, root: number | undefined): FontSample => {
    const at = start('shdr') + index * 46;
    const [from = 0, to = 0, loopStart = 0, loopEnd = 0] = [20, 24, 28, 32].map((offset) => view.getUint32(at + offset, true));
    const smpl = start('smpl');
    return {
      name: text(bytes, at, 20),
      bytes: bytes.subarray(smpl + from, smpl + to),
      loop: looped && loopEnd > loopStart ? { start: loopStart, end: loopEnd } : undefined,
      key: root ?? view.getUint8(at + 40),
    };
  };

  /** Zones of an instrument that name a sample; a first zone without one sets the defaults. */
  const samplesOf = (instrument: number): readonly { readonly index: number; readonly looped: boolean; readonly root: number | undefined }[] => {
    const at = start('inst') + instrument * 22 + 20;
    const all = zones('ibag', 'igen', u16(at), u16(at + 22));
    const defaults = all.find((zone) => !zone.has(generator.sample));
    return all.flatMap((zone) => {
      const index = zone.get(generator.sample);
      const modes = zone.get(generator.modes) ?? defaults?.get(generator.modes) ?? 0;
      return index === undefined ? [] : [{ index, looped: modes % 2 === 1, root: zone.get(generator.root) }];
    });
  };

  return E.tryCatch(
    () =>
      Array.from({ length: count('phdr', 38) - 1 }, (_, p): FontProgram => {
        const at = start('phdr') + p * 38;
        const instruments = zones('pbag', 'pgen', u16(at + 24), u16(at + 38 + 24)).flatMap((zone) => zone.get(generator.instrument) ?? []);
        const samples = new Map<number, FontSample>();
        for (const { index, looped, root } of instruments.flatMap(samplesOf)) if (!samples.has(index)) samples.set(index, sampleAt(index, looped, root));
        return { name: text(bytes, at, 20), program: u16(at + 20), bank: u16(at + 22), samples: [...samples.values()] };
      }),
    (thrown) => fault('Corrupt', file, [String(thrown)], 'a SoundFont 3 file', 'install the package again'),
  );
};
