/**
 * Compressed recordings to mono samples: MP3, FLAC and Ogg Vorbis.
 * idea:    one interface over three WebAssembly decoders of one family; channels are averaged, damage is a fault and not silence.
 * not:     a streaming decoder: files are a few seconds long.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, faultOf } from '../../../shapes/fault.ts';
import type { Fault } from '../../../shapes/fault.ts';

/** A waveform with its rate in Hz. */
export interface Sound {
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

export type Format = 'mp3' | 'flac' | 'ogg';

interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly sampleRate: number;
  readonly errors: readonly { readonly message: string }[];
}

type Decode = (bytes: Uint8Array) => Promise<Decoded>;

export interface Decoders {
  /** errors: Corrupt, naming the file, for bytes that do not decode to sound */
  readonly decode: (format: Format, bytes: Uint8Array, file: string) => TE.TaskEither<Fault, Sound>;
  readonly free: () => void;
}

/** The mean of the channels; one channel is returned as it is. */
const mono = (channels: readonly Float32Array[]): Float32Array => {
  const [first] = channels;
  if (first === undefined) return new Float32Array(0);
  if (channels.length === 1) return first;
  return first.map((_, i) => channels.reduce((sum, channel) => sum + (channel[i] ?? 0), 0) / channels.length);
};

const load = async (): Promise<{ readonly [F in Format]: Decode } & { readonly free: () => void }> => {
  const [{ MPEGDecoder }, { FLACDecoder }, { OggVorbisDecoder }] = await Promise.all([
    import('mpg123-decoder'),
    import('@wasm-audio-decoders/flac'),
    import('@wasm-audio-decoders/ogg-vorbis'),
  ]);
  const [mp3, flac, ogg] = [new MPEGDecoder(), new FLACDecoder(), new OggVorbisDecoder()];
  await Promise.all([mp3.ready, flac.ready, ogg.ready]);
  return {
    mp3: async (bytes) => {
      await mp3.reset();
      return mp3.decode(bytes);
    },
    flac: async (bytes) => {
      await flac.reset();
      return flac.decodeFile(bytes);
    },
    ogg: async (bytes) => {
      await ogg.reset();
      return ogg.decodeFile(bytes);
    },
    free: () => {
      mp3.free();
      flac.free();
      ogg.free();
    },
  };
};

/** Starts the three decoders. */
export const decoders: TE.TaskEither<Fault, Decoders> = TE.tryCatch(
  async () => {
    const table = await load();
    return {
      decode: (format, bytes, file) => async () => {
        const result = await TE.tryCatch(() => table[format](bytes), (thrown) => faultOf(file, thrown))();
        if (result._tag === 'Left') return result;
        const { channelData, sampleRate, errors } = result.right;
        const samples = mono(channelData);
        if (samples.length > 0 && sampleRate > 0) return { _tag: 'Right', right: { samples, sampleRate } };
        return { _tag: 'Left', left: fault('Corrupt', file, errors.map((error) => error.message), `sound in ${format} format`, 'install the package again') };
      },
      free: table.free,
    };
  },
  (thrown) => faultOf('audio decoders', thrown),
);
