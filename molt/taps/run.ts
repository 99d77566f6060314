/**
 * Run: a trunk over any number of items, some at a time.
 * idea:  one program for the full pieces and one for the rest, the first gone before the second is compiled: packed weights are there once,
 *        and of the items only one piece.
 * laws:  test/molt/taps/run.test.ts: the piece size changes nothing; cosines are means over all items
 */
import { isLeft, right } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Backend, Program, Value } from '../../dsl/index.ts';
import { fault, faultOf, type Fault } from '../../shapes/fault.ts';
import type { BackboneConfig } from '../backbones/config.ts';
import type { Layer } from '../backbones/extract.ts';
import { tapName, tapPlan, type Asked, type TapPlan } from './plan.ts';

/** Items for a trunk, in the form of published models. */
export interface Feed {
  readonly count: number;
  /** audio: spectrogram frames of each item */
  readonly frames?: number;
  /** [count, …], float32. errors: those of the source */
  readonly items: (from: number, count: number) => TE.TaskEither<Fault, Value>;
}

export interface TapJob {
  readonly config: BackboneConfig;
  readonly weights: ReadonlyMap<string, Value>;
  readonly feed: Feed;
  /** items at a time */
  readonly batch: number;
  readonly asked: Asked;
}

export interface TapPorts {
  readonly backend: Backend;
  /** takes the tokens of one piece, by name */
  readonly take: (tokens: ReadonlyMap<string, Value>) => TE.TaskEither<Fault, void>;
  /** items done */
  readonly step: (done: number) => void;
  /** asked before each piece */
  readonly interrupted: () => boolean;
}

/** How alike a block's input and output are: the mean over items and tokens of their cosine. */
export interface Similarity {
  readonly layer: Layer;
  readonly cosine: number;
}

/** A run of pieces of one size. */
interface Stretch {
  readonly from: number;
  readonly size: number;
  readonly pieces: number;
}

/** Full pieces, then the rest. */
export const stretchesOf = (count: number, batch: number): readonly Stretch[] => {
  const pieces = Math.floor(count / batch);
  const rest = count - pieces * batch;
  return [...(pieces > 0 ? [{ from: 0, size: batch, pieces }] : []), ...(rest > 0 ? [{ from: pieces * batch, size: rest, pieces: 1 }] : [])];
};

const planned = ({ config, feed, asked }: TapJob, { backend }: TapPorts, size: number): TE.TaskEither<Fault, TapPlan> =>
  TE.tryCatch(async () => tapPlan(config, feed.frames === undefined ? { batch: size } : { batch: size, frames: feed.frames }, asked, backend.target), (thrown) => faultOf('taps', thrown));

/** One piece through the program; its cosines, each times its items. */
const piece = (job: TapJob, ports: TapPorts, { input, names, cosines }: TapPlan, program: Program, from: number, size: number): TE.TaskEither<Fault, readonly number[]> =>
  pipe(
    ports.interrupted() ? TE.left(fault('Interrupted', 'taps', [`${from} of ${job.feed.count} items`], 'all items; nothing was written', 'the same command starts again')) : job.feed.items(from, size),
    TE.chain((value) => program.run({ inputs: new Map([[input.name, value]]), parameters: new Map() })),
    TE.chainFirst((values) => (names.length === 0 ? TE.right(undefined) : ports.take(new Map(names.flatMap((name, i) => values.slice(i, i + 1).map((value): [string, Value] => [name, value])))))),
    TE.map((values) => {
      ports.step(from + size);
      return cosines.map((_, i) => size * (values[names.length + i]?.data[0] ?? Number.NaN));
    }),
  );

interface Sums {
  readonly layers: readonly Layer[];
  readonly sums: readonly number[];
}

const stretch = (job: TapJob, ports: TapPorts, { from, size, pieces }: Stretch): TE.TaskEither<Fault, Sums> =>
  pipe(
    planned(job, ports, size),
    TE.chain((plan) =>
      TE.bracket(
        ports.backend.compile(plan.plan, job.weights),
        (program) => async () => {
          let sums: readonly number[] = plan.cosines.map(() => 0);
          for (let p = 0; p < pieces; p += 1) {
            const found = await piece(job, ports, plan, program, from + p * size, size)();
            if (isLeft(found)) return found;
            sums = sums.map((sum, i) => sum + (found.right[i] ?? Number.NaN));
          }
          return right({ layers: plan.cosines, sums });
        },
        (program) => TE.fromIO(program.dispose),
      )),
  );

/** Runs all items; the similarities, if they were asked for. errors: Interrupted between pieces; those of the feed, the engine and `take` */
export const runTaps = (job: TapJob, ports: TapPorts): TE.TaskEither<Fault, readonly Similarity[]> =>
  pipe(
    TE.traverseSeqArray((one: Stretch) => stretch(job, ports, one))(stretchesOf(job.feed.count, job.batch)),
    TE.map((all) => (all[0]?.layers ?? []).map((layer, i) => ({ layer, cosine: all.reduce((sum, { sums }) => sum + (sums[i] ?? Number.NaN), 0) / job.feed.count }))),
  );

/** `layers.0.blocks.1 0.953` as numbers by name. */
export const byName = (similarities: readonly Similarity[]): { readonly [layer: string]: number } => Object.fromEntries(similarities.map(({ layer, cosine }) => [tapName(layer), cosine]));
