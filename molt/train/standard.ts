/**
 * Standard: mean 0 and deviation 1 in every channel, for sources that no memory holds; the next batch is made while this one is used.
 * idea:  one pass over the batches; mean and squared deviations of a batch are merged into those of all before it. The result is
 *        rounded to 32 bits, the form in which it is kept, so that a run that goes on sees the same numbers.
 * laws:  test/molt/train/source.test.ts: equals the statistics of the whole set, whatever the batch
 * source: Chan, Golub & LeVeque, Updating formulae and a pairwise algorithm for computing sample variances, 1979
 */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { Value } from '../../dsl/index.ts';
import { oneAhead } from './ahead.ts';
import { type Channels, type ChannelStatistics, place } from './features.ts';
import type { BatchSource } from './source.ts';
import type { Watched } from './watch.ts';

/** Of the rows seen so far: their number, and per channel the mean and the sum of squared deviations from it. */
interface Moments {
  rows: number;
  readonly mean: Float64Array;
  readonly squares: Float64Array;
}

const emptyMoments = (channels: number): Moments => ({ rows: 0, mean: new Float64Array(channels), squares: new Float64Array(channels) });

/** Takes in `rows` rows from the front of `data`. Plain loops: this runs over every number of the source. */
const takeIn = (all: Moments, data: Value['data'], rows: number): void => {
  const channels = all.mean.length;
  const mean = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let row = 0, at = 0; row < rows; row += 1) for (let c = 0; c < channels; c += 1, at += 1) mean[c] = (mean[c] ?? 0) + (data[at] ?? 0);
  for (let c = 0; c < channels; c += 1) mean[c] = (mean[c] ?? 0) / rows;
  for (let row = 0, at = 0; row < rows; row += 1)
    for (let c = 0; c < channels; c += 1, at += 1) {
      const d = (data[at] ?? 0) - (mean[c] ?? 0);
      squares[c] = (squares[c] ?? 0) + d * d;
    }
  const total = all.rows + rows;
  for (let c = 0; c < channels; c += 1) {
    const d = (mean[c] ?? 0) - (all.mean[c] ?? 0);
    all.mean[c] = (all.mean[c] ?? 0) + (d * rows) / total;
    all.squares[c] = (all.squares[c] ?? 0) + (squares[c] ?? 0) + (d * d * all.rows * rows) / total;
  }
  all.rows = total;
};

const channelsOf = ({ rows, mean, squares }: Moments): Channels => ({ mean: mean.map(Math.fround), deviation: squares.map((s) => Math.fround(Math.sqrt(s / Math.max(1, rows)))) });

/** The first number of a batch that is none; `from` is the sample that the batch begins with. */
const notFinite = (source: BatchSource, name: string, { data, sizes }: Value, from: number): Fault => {
  const at = data.findIndex((x) => !Number.isFinite(x));
  const [channels, width] = [sizes.at(-1) ?? 1, sizes.slice(1).reduce((a, b) => a * b, 1)];
  return fault('NotFinite', 'statistics of the channels', [`${name} of ${source.called(from * source.segments + Math.floor(at / width))}: ${data[at]} in channel ${at % channels}`], 'finite features', 'look where they were made: extract them again');
};

/** Statistics of every input over all segments and tokens, read once in batches. errors: Interrupted between batches; NotFinite; those of reading */
export const sourceStatistics = (source: BatchSource, batch: number, watched: Watched): TaskEither<Fault, ChannelStatistics> => async () => {
  const moments = new Map([...source.inputs].map(([name, sizes]) => [name, emptyMoments(sizes.at(-1) ?? 1)]));
  const batches = source.open({ names: new Set(moments.keys()), batch });
  try {
    for (let step = 0; step < batches.steps; step += 1) {
      if (watched.interrupted()) return E.left(fault('Interrupted', 'statistics of the channels', [`batch ${step} of ${batches.steps}`], 'more time', 'the same command begins again'));
      const values = await batches.batch(0, step)();
      if (E.isLeft(values)) return values;
      const kept = Math.min(batch, source.count - step * batch);
      for (const [name, all] of moments) {
        const value = values.right.get(name);
        if (value === undefined) continue;
        takeIn(all, value.data, ((value.data.length / batch) * kept) / all.mean.length);
        if (!all.mean.every(Number.isFinite)) return E.left(notFinite(source, name, value, step * batch));
      }
      watched.onStep(step + 1, batches.steps);
    }
  } finally {
    await batches.close();
  }
  return E.right(new Map([...moments].map(([name, m]) => [name, channelsOf(m)])));
};

/** Scales batches into buffers of its own: two of each input, used by turns, so that a batch stands while the next one is made. */
const scaler = (statistics: ChannelStatistics): ((values: ReadonlyMap<string, Value>) => ReadonlyMap<string, Value>) => {
  const buffers = [new Map<string, Float32Array>(), new Map<string, Float32Array>()] as const;
  let turn: 0 | 1 = 0;
  return (values) => {
    turn = turn === 0 ? 1 : 0;
    const mine = buffers[turn];
    return new Map([...values].map(([name, value]) => {
      const channels = statistics.get(name);
      const { data } = value;
      if (channels === undefined || !(data instanceof Float32Array)) return [name, value];
      const held = mine.get(name);
      const into = held?.length === data.length ? held : new Float32Array(data.length);
      mine.set(name, into);
      place(data, 0, data.length, into, 0, channels);
      return [name, { ...value, data: into }];
    }));
  };
};

/**
 * The source whose batches have every channel shifted and scaled by the statistics, usually those of the training split.
 * A batch's numbers are good until the next but one is asked for.
 */
export const standardised = (statistics: ChannelStatistics, source: BatchSource): BatchSource => ({
  ...source,
  open: (asked) => {
    const batches = source.open(asked);
    const scaled = scaler(statistics);
    return oneAhead({ ...batches, batch: (epoch, step) => async () => E.map(scaled)(await batches.batch(epoch, step)()) });
  },
});
