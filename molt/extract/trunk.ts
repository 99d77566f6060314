/**
 * Trunk: one backbone on an engine, compiled once for the segments of one item.
 * idea:  a batch is some of an item's segments, a divisor of their number: none is ever filled up, and an item's features do not depend on its
 *        neighbours. How many follows from the trunk's sizes, so that what a large one needs beside its weights stays in bounds.
 * laws:  test/molt/extract/trunk.test.ts
 */
import { isLeft, right } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Backend, Value } from '../../dsl/index.ts';
import { elements } from '../../dsl/expr.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import { type BackboneConfig, stagesOf } from '../backbones/config.ts';
import { extraction, layersOf } from '../backbones/extract.ts';
import type { Selection } from '../backbones/taps.ts';
import type { Inputs } from '../preprocess/index.ts';
import type { MadeTensor } from '../store/index.ts';

/** Features of the segments of one item, each [T, N, D], in the order of the layers. */
export interface Trunk {
  /** `input`: [T, ...] as the inputs say. errors: those of the engine */
  readonly run: (input: Float32Array) => TE.TaskEither<Fault, readonly Value[]>;
  readonly dispose: () => void;
}

/** The tensors of a collection, of one segment: `visual.0` [N, D], … in layer order. */
export const tensorsOf = (config: BackboneConfig, selection: Selection, modality: 'visual' | 'audio'): readonly MadeTensor[] =>
  layersOf(config, selection).map(({ tokens, channels }, layer) => ({ name: `${modality}.${layer}`, sizes: [tokens, channels] }));

/** Most numbers in the tokens of the first stage of a batch; ort-node holds some 40 times as many bytes while it runs. */
const widest = 2 ** 22;

/** Segments that run together: the greatest divisor of T within bounds; five for Swin-V2-L and HTS-AT. */
export const batchOf = (config: BackboneConfig, segments: number): number => {
  const [first] = stagesOf(config);
  const numbers = first === undefined ? 1 : first.side ** 2 * first.channels;
  return Array.from({ length: segments }, (_, i) => segments - i).find((batch) => segments % batch === 0 && batch * numbers <= widest) ?? 1;
};

/** `batch`: a divisor of T. errors: those of compiling */
export const trunkOn = (backend: Backend, config: BackboneConfig, weights: ReadonlyMap<string, Value>, selection: Selection, inputs: Inputs, batch = batchOf(config, inputs.segments)): TE.TaskEither<Fault, Trunk> => {
  const frames = config.kind === 'htsat' ? inputs.sizes[1] : undefined;
  const { plan, input, layers } = extraction(config, { batch, form: 'published', ...(frames === undefined ? {} : { frames }) }, selection, undefined, backend.target);
  const length = elements(input.sizes);
  const runs = inputs.segments / batch;
  return pipe(
    backend.compile(plan, weights),
    TE.map((program): Trunk => ({
      run: (data) => async () => {
        if (data.length !== runs * length) return TE.left(fault('Defect', input.name, [`${data.length} numbers`], `${runs} times [${input.sizes.join(', ')}]`))();
        const out = layers.map(({ tokens, channels }): Value & { readonly data: Float32Array } => ({ sizes: [inputs.segments, tokens, channels], dtype: 'f32', data: new Float32Array(inputs.segments * tokens * channels) }));
        for (let i = 0; i < runs; i += 1) {
          const part: Value = { sizes: input.sizes, dtype: 'f32', data: data.subarray(i * length, (i + 1) * length) };
          const into = out.map((value) => value.data.subarray((i * value.data.length) / runs, ((i + 1) * value.data.length) / runs));
          const done = await program.run({ inputs: new Map([[input.name, part]]), parameters: new Map() }, into)();
          if (isLeft(done)) return done;
        }
        return right(out);
      },
      dispose: program.dispose,
    })),
  );
};

/** One item's features by tensor. */
export const named = (tensors: readonly MadeTensor[], values: readonly Value[]): ReadonlyMap<string, Value> =>
  new Map(tensors.flatMap(({ name }, layer) => { const value = values[layer]; return value === undefined ? [] : [[name, value] as const]; }));
