/**
 * Trunk: one backbone on an engine, compiled once for all segments of an item.
 * idea:  a batch is an item's segments, so no batch is ever filled up, and an item's features do not depend on its neighbours.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Backend, Value } from '../../dsl/index.ts';
import { fault, type Fault } from '../../shapes/fault.ts';
import type { BackboneConfig } from '../backbones/config.ts';
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

/** errors: those of compiling */
export const trunkOn = (backend: Backend, config: BackboneConfig, weights: ReadonlyMap<string, Value>, selection: Selection, inputs: Inputs): TE.TaskEither<Fault, Trunk> => {
  const frames = config.kind === 'htsat' ? inputs.sizes[1] : undefined;
  const { plan, input } = extraction(config, { batch: inputs.segments, form: 'published', ...(frames === undefined ? {} : { frames }) }, selection, undefined, backend.target);
  const length = input.sizes.reduce((a, b) => a * b, 1);
  return pipe(
    backend.compile(plan, weights),
    TE.map((program): Trunk => ({
      run: (data) =>
        data.length === length
          ? program.run({ inputs: new Map([[input.name, { sizes: input.sizes, dtype: 'f32', data }]]), parameters: new Map() })
          : TE.left(fault('Defect', input.name, [`${data.length} numbers`], `[${input.sizes.join(', ')}]`)),
      dispose: program.dispose,
    })),
  );
};

/** One item's features by tensor. */
export const named = (tensors: readonly MadeTensor[], values: readonly Value[]): ReadonlyMap<string, Value> =>
  new Map(tensors.flatMap(({ name }, layer) => { const value = values[layer]; return value === undefined ? [] : [[name, value] as const]; }));
