/**
 * Sound: the samples of a file, mixed to one channel at the rate that is asked for.
 * idea:  ffmpeg mixes and resamples as `ffmpeg -i FILE -ac 1 -ar RATE out.wav` does, which is how the published data sets were prepared: two channels
 *        become their mean. (Written as floats without `rematrix_maxval`, they would become their sum times √½.) No more is read than the
 *        seconds asked for, so that a film of hours costs as much as a clip.
 * not:   padding: a sound that starts late or ends early is shorter than its film, and who needs more refuses or repeats it.
 * source: https://ffmpeg.org/ffmpeg-resampler.html
 */
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { Watch } from './child.ts';
import { decode } from './decode.ts';
import type { Ffmpeg } from './ffmpeg.ts';

export interface SoundOptions extends Watch {
  /** samples per second */
  readonly rate: number;
  /** only the first so many seconds are read */
  readonly seconds: number;
}

/** Most samples of one sound: 2^28, 1 GiB; 2.3 hours at 32 kHz. */
const mostSamples = 2 ** 28;
/** Seconds by which encoders' padding and rounded headers may differ. */
const tolerance = 0.25;

/** Grows to at most `most` samples; what comes after that is dropped. */
const gathering = (most: number): { readonly push: (bytes: Uint8Array) => void; readonly bytes: () => number; readonly samples: () => Float32Array } => {
  const state = { room: new Uint8Array(4 * Math.min(most, 2 ** 16)), filled: 0 };
  return {
    push: (bytes) => {
      const part = bytes.subarray(0, 4 * most - state.filled);
      if (state.filled + part.length > state.room.length) {
        const wider = new Uint8Array(Math.min(4 * most, Math.max(2 * state.room.length, state.filled + part.length)));
        wider.set(state.room.subarray(0, state.filled));
        state.room = wider;
      }
      state.room.set(part, state.filled);
      state.filled += part.length;
    },
    bytes: () => state.filled,
    samples: () => new Float32Array(state.room.buffer.slice(0, 4 * Math.floor(state.filled / 4))),
  };
};

/**
 * The first seconds of a file's sound.
 * shape:  [samples], at most ⌈seconds · rate⌉, fewer where the sound is shorter; units: amplitude, −1…1 (a lossy decoder may overshoot a little)
 * errors: Name (no such file, no sound), Decode (a playlist), Corrupt (damaged, cut, shorter than its header says, no samples), Interrupted, Usage, Unsupported
 */
export const sound = (ffmpeg: Ffmpeg, path: string, options: SoundOptions): TaskEither<Fault, Float32Array> => async () => {
  const { rate, seconds } = options;
  if (!(Number.isSafeInteger(rate) && rate >= 1 && rate <= 768_000)) return left(fault('Usage', path, [`${rate} samples per second`], 'a whole number from 1 to 768000'));
  if (!(seconds > 0 && seconds * rate <= mostSamples)) return left(fault('Usage', path, [`${seconds} seconds of sound at ${rate} Hz`], `more than 0 seconds, and at most ${mostSamples} samples`));
  const gathered = gathering(Math.ceil(seconds * rate));
  const done = await decode(ffmpeg, {
    path, stream: 'sound', take: gathered.push, watch: options, input: [],
    output: ['-t', String(seconds), '-af', `aresample=rematrix_maxval=1,aformat=channel_layouts=mono:sample_rates=${rate}:sample_fmts=flt`, '-c:a', 'pcm_f32le', '-f', 'f32le'],
    came: () => ({ seconds: gathered.bytes() / 4 / rate, asked: seconds, tolerance }),
  })();
  if (isLeft(done)) return done;
  const samples = gathered.samples();
  return samples.length > 0 ? right(samples) : left(fault('Corrupt', path, ['its sound holds no sample'], 'at least one sample', 'play it; if it is silent to its end, leave the sound of this item out'));
};
