/**
 * Plan: a trunk whose every block is an output, and the normed end; beside them how alike each block's input and output are.
 * idea:  what is not asked for is not in the plan: cosines alone keep no tokens.
 * not:   the few layers that training reads (molt/backbones/extract.ts).
 */
import { type Plan, planOf, type Target, unwrap } from '../../dsl/index.ts';
import { applied, type Applied } from '../backbones/applied.ts';
import type { BackboneConfig } from '../backbones/config.ts';
import type { Layer } from '../backbones/extract.ts';
import { inputOutputCosine, type Place } from '../backbones/taps.ts';

export interface TapPlan {
  readonly plan: Plan;
  readonly input: Applied['input'];
  /** of the first outputs, [batch, N, D]: `layers.{s}.blocks.{b}` and `norm`; none where only cosines are asked for */
  readonly names: readonly string[];
  /** of the scalar outputs after those */
  readonly cosines: readonly Layer[];
}

export interface TapSizes {
  readonly batch: number;
  /** audio: spectrogram frames of each item */
  readonly frames?: number;
}

/** What is asked of a trunk. */
export interface Asked {
  readonly tokens: boolean;
  readonly cosines: boolean;
}

/** `layers.2.blocks.5`, as published weights name the block */
export const tapName = ({ stage, block }: Place): string => `layers.${stage}.blocks.${block}`;

/** shape: `pixels` [batch, 3, S, S] or `logmel` [batch, 1, frames, mels] → [batch, N, D] for each block and the norm, [] for each cosine */
export const tapPlan = (config: BackboneConfig, sizes: TapSizes, { tokens, cosines }: Asked, target?: Target): TapPlan => {
  const { taps, input } = applied(config, { ...sizes, form: 'published' }, false);
  const values = tokens ? [...taps.blocks.map((tap) => unwrap(tap.value)), unwrap(taps.normed)] : [];
  const compared = cosines ? taps.blocks : [];
  return {
    plan: planOf([...values, ...compared.map((tap) => unwrap(inputOutputCosine(tap)))], target === undefined ? {} : { target }),
    input,
    names: tokens ? [...taps.blocks.map(tapName), 'norm'] : [],
    cosines: compared.map(({ stage, block, tokens: n, channels }) => ({ stage, block, tokens: n, channels })),
  };
};
