/**
 * Extract: some batches of segments through a frozen trunk, on any thread.
 * idea:  a trunk is planned and compiled once on each thread and kept for the batches, shards and splits to come.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Fault, fault } from '../../shapes/fault.ts';
import type { Backend, Program, Value } from '../../dsl/index.ts';
import { type BackboneConfig, backboneConfigs, type TinyBackbone } from '../backbones/config.ts';
import { extraction, type Extraction, type Layer } from '../backbones/extract.ts';
import { late } from '../backbones/taps.ts';
import { melValue } from '../data/audio/logmel.ts';

/** Some batches of segments; the taps are written into shared memory. */
export interface ExtractJob {
  readonly kind: 'extract';
  readonly trunk: TinyBackbone;
  readonly weights: ReadonlyMap<string, Value>;
  /** stands for the weights: equal for equal ones */
  readonly fingerprint: string;
  /** bytes of all segments: frames [n, 64, 64, 3], or log-mel [n, 64, 64] as bytes */
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly batch: number;
  /** batches of this job: from, from + stride, … */
  readonly from: number;
  readonly stride: number;
  /** one per late layer, [n, N, D] */
  readonly out: readonly Float32Array[];
}

/** Sums of the cosine between each block's input and output over this job's batches. */
export interface Extracted {
  readonly kind: 'extract';
  readonly cosines: readonly { readonly layer: Layer; readonly sum: number }[];
  readonly batches: number;
  /** of one thread, without compiling */
  readonly seconds: number;
}

/** What a job needs of its thread. */
export interface ExtractPorts {
  readonly trunks: Trunks;
  /** milliseconds; only for reporting */
  readonly clock: () => number;
  readonly interrupted: () => boolean;
  readonly onStep: (done: number, total: number) => void;
}

interface Trunk {
  readonly extraction: Extraction;
  readonly program: Program;
}

/** The trunks of one thread: each compiled when it is first asked for, and kept until all are disposed. */
export interface Trunks {
  /** errors: those of compiling */
  readonly of: (job: ExtractJob) => TE.TaskEither<Fault, Trunk>;
  readonly dispose: () => Promise<void>;
}

export const trunksOn = (backend: Backend): Trunks => {
  const made = new Map<string, Promise<E.Either<Fault, Trunk>>>();
  return {
    of: (job) => () => {
      const name = `${job.trunk} ${job.batch} ${job.fingerprint}`;
      const make = (): Promise<E.Either<Fault, Trunk>> => {
        const planned = extraction(backboneConfigs[job.trunk], { batch: job.batch }, late, { kind: 'all' }, backend.target);
        return pipe(backend.compile(planned.plan, job.weights), TE.map((program): Trunk => ({ extraction: planned, program })))();
      };
      const trunk = made.get(name) ?? make();
      made.set(name, trunk);
      return trunk;
    },
    dispose: async () => {
      for (const trunk of await Promise.all(made.values())) if (E.isRight(trunk)) trunk.right.program.dispose();
      made.clear();
    },
  };
};

/** How a byte becomes a number, per kind of trunk. */
const levels: { readonly [K in BackboneConfig['kind']]: Float32Array } = {
  swinv2: Float32Array.from({ length: 256 }, (_, byte) => byte),
  htsat: Float32Array.from({ length: 256 }, (_, byte) => melValue(byte)),
};

/** Batch b as numbers; the last one is filled up with the last segment. */
const framesOf = ({ bytes, batch, count }: ExtractJob, b: number, width: number, level: Float32Array): Float32Array => {
  const frames = new Float32Array(batch * width);
  for (let row = 0; row < batch; row += 1) {
    const from = Math.min(b * batch + row, count - 1) * width;
    for (let i = 0; i < width; i += 1) frames[row * width + i] = level[bytes[from + i] ?? 0] ?? 0;
  }
  return frames;
};

/** errors: Interrupted between batches, those of the engine */
export const extract = (job: ExtractJob, ports: ExtractPorts): TE.TaskEither<Fault, Extracted> => async () => {
  const trunk = await ports.trunks.of(job)();
  if (E.isLeft(trunk)) return trunk;
  const { program, extraction: { input, layers, cosines } } = trunk.right;
  const width = input.sizes.slice(1).reduce((a, b) => a * b, 1);
  const sums = cosines.map(() => 0);
  const mine: number[] = [];
  for (let b = job.from; b * job.batch < job.count; b += job.stride) mine.push(b);
  const began = ports.clock();
  for (const [done, b] of mine.entries()) {
    if (ports.interrupted()) return E.left(fault('Interrupted', `features of ${job.trunk}`, [`${done} of ${mine.length} batches`], 'more time', 'the same command goes on'));
    const frames = framesOf(job, b, width, levels[backboneConfigs[job.trunk].kind]);
    const values = await program.run({ inputs: new Map([[input.name, { sizes: input.sizes, dtype: 'f32', data: frames }]]), parameters: new Map() })();
    if (E.isLeft(values)) return values;
    const kept = Math.min(job.batch, job.count - b * job.batch);
    layers.forEach(({ tokens, channels }, l) => job.out[l]?.set((values.right[l]?.data ?? new Float32Array()).subarray(0, kept * tokens * channels), b * job.batch * tokens * channels));
    cosines.forEach((_, i) => { sums[i] = (sums[i] ?? 0) + (values.right[layers.length + i]?.data[0] ?? 0); });
    ports.onStep(done + 1, mine.length);
    await new Promise((resolve) => { setTimeout(resolve, 0); });
  }
  return E.right({ kind: 'extract', cosines: cosines.map((layer, i) => ({ layer, sum: sums[i] ?? 0 })), batches: mine.length, seconds: (ports.clock() - began) / 1000 });
};
