/**
 * Extract: one frozen trunk over one batch size as a plan, compiled once and run for every batch.
 * idea:  outputs are the chosen taps; what they do not need (later blocks, the final norm) is not in the plan. All weights
 *        are frozen leaves, to be given to `Backend.compile` as residents, so a run binds nothing but the batch.
 * laws:  test/molt/backbones/extract.test.ts: outputs are the taps; a cosine lies in [−1, 1]
 * not:   reading files or clips; molt/data does that.
 */
import { type Plan, planOf, type Target, unwrap } from '../../dsl/index.ts';
import { applied, type Applied, type BatchSizes } from './applied.ts';
import { type BackboneConfig, stagesOf } from './config.ts';
import { chosen, inputOutputCosine, type Selection } from './taps.ts';

/** One block of a trunk, and the sizes of its tokens. */
export interface Layer {
  readonly stage: number;
  readonly block: number;
  /** N */
  readonly tokens: number;
  /** D */
  readonly channels: number;
}

const layerOf = ({ stage, block, tokens, channels }: Layer): Layer => ({ stage, block, tokens, channels });

/** The chosen layers of a trunk, from its sizes alone. */
export const layersOf = (config: BackboneConfig, selection: Selection): readonly Layer[] =>
  chosen(selection, stagesOf(config).flatMap(({ index, side, channels, windows }) => windows.map((_, block): Layer => ({ stage: index, block, tokens: side ** 2, channels }))));

export interface Extraction {
  readonly plan: Plan;
  readonly input: Applied['input'];
  /** the layers of the first outputs, each [batch, N, D] */
  readonly layers: readonly Layer[];
  /** the layers of the scalar outputs after those: mean cosine between a block's input and output tokens */
  readonly cosines: readonly Layer[];
}

/**
 * The plan whose outputs are the chosen taps, and then the cosines of other chosen ones; `target` as the engine says.
 * shape:  frames → [batch, N, D] for each layer, [] for each cosine
 * @example
 * import { backboneConfigs, extraction, late } from 'molt/molt';
 * const { layers } = extraction(backboneConfigs['htsat-tiny64'], { batch: 8 }, late);
 * layers; // two layers of 16 tokens with 96 channels
 */
export const extraction = (config: BackboneConfig, sizes: BatchSizes, selection: Selection, cosines?: Selection, target?: Target): Extraction => {
  const { taps, input } = applied(config, sizes, false);
  const asked = chosen(selection, taps.blocks);
  const compared = cosines === undefined ? [] : chosen(cosines, taps.blocks);
  return {
    plan: planOf([...asked.map((tap) => unwrap(tap.value)), ...compared.map((tap) => unwrap(inputOutputCosine(tap)))], target === undefined ? {} : { target }),
    input, layers: asked.map(layerOf), cosines: compared.map(layerOf),
  };
};
