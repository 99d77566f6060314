/**
 * Segments: pictures and sounds of the embedded set as a source of batches for methods that stand inside the trunks.
 * idea:  bytes stay bytes, shared by all threads; a batch is widened to what published trunks take when it is asked for, by a table of 256 numbers.
 * shape: `visual.pixels` [B, 3, 64, 64], colour normalised by mean and deviation; `audio.logmel` [B, 1, 64, 64]; labels [B]
 */
import type { Value } from '../../dsl/index.ts';
import { frameSide, melSide } from '../data/ave.ts';
import { melValue } from '../data/audio/logmel.ts';
import { imagenet } from '../preprocess/setting.ts';
import { labelsOf } from '../train/features.ts';
import { type BatchSource, gathered } from '../train/source.ts';

/** Some segments, in shared memory. */
export interface Segments {
  readonly count: number;
  /** [count, 64, 64, 3] */
  readonly frames: Uint8Array;
  /** [count, 64, 64] */
  readonly mel: Uint8Array;
  readonly labels: Int32Array;
}

const bytes = Array.from({ length: 256 }, (_, byte) => byte);
const colours: readonly Float32Array[] = imagenet.mean.map((mean, c) => Float32Array.from(bytes, (byte) => (byte / 255 - mean) / (imagenet.deviation[c] ?? 1)));
const levels = Float32Array.from(bytes, melValue);

const [frame, spectrogram] = [frameSide ** 2, melSide ** 2];

/** Plain loops: these run over every byte of every batch. */
const pixels = ({ frames }: Segments, ids: Int32Array): Value => {
  const data = new Float32Array(ids.length * 3 * frame);
  ids.forEach((id, row) => colours.forEach((table, c) => {
    for (let i = 0, from = id * 3 * frame + c, to = (row * 3 + c) * frame; i < frame; i += 1, from += 3, to += 1) data[to] = table[frames[from] ?? 0] ?? 0;
  }));
  return { sizes: [ids.length, 3, frameSide, frameSide], dtype: 'f32', data };
};
const logmel = ({ mel }: Segments, ids: Int32Array): Value => {
  const data = new Float32Array(ids.length * spectrogram);
  ids.forEach((id, row) => {
    for (let i = 0, from = id * spectrogram, to = row * spectrogram; i < spectrogram; i += 1, from += 1, to += 1) data[to] = levels[mel[from] ?? 0] ?? 0;
  });
  return { sizes: [ids.length, 1, melSide, melSide], dtype: 'f32', data };
};

const made = {
  'visual.pixels': pixels,
  'audio.logmel': logmel,
  labels: ({ labels }, ids) => labelsOf(labels, ids),
} as const satisfies { readonly [name: string]: (segments: Segments, ids: Int32Array) => Value };

export const segmentSource = (segments: Segments): BatchSource =>
  gathered(
    { count: segments.count, labels: segments.labels, inputs: new Map([['visual.pixels', [3, frameSide, frameSide]], ['audio.logmel', [1, melSide, melSide]]]) },
    (names, ids) => new Map(Object.entries(made).flatMap(([name, make]) => (names.has(name) ? [[name, make(segments, ids)] as const] : []))),
  );
