/**
 * Trunks: both trunks of a variant as they are, without adapters: every block's tokens, over one batch of pictures and sounds.
 * idea:   weights are `visual.…` and `audio.…`, or `trunk.…` where one Swin runs both streams, as in molt/adapters/inside.ts.
 */
import { type Declared, declaredOf, instantiate } from '../../dsl/index.ts';
import { bothEntered, bothTrunks, type Trunks } from '../adapters/inside.ts';
import type { BatchSizes, Entered } from '../backbones/applied.ts';
import { countWeights } from '../backbones/backbone.ts';
import { backboneConfigs, type BackboneName } from '../backbones/config.ts';
import type { Taps } from '../backbones/taps.ts';
import { run } from '../backbones/trunk.ts';
import { type Both, both } from '../modality.ts';
import { configsOf } from './backbones.ts';
import type { Backbones } from './variant.ts';

export const trunksOf = (backbones: Backbones): Trunks => ({ ...configsOf(backbones), shared: backbones.shared === true });

/** Trunks over one batch. */
export interface Bare {
  readonly declared: ReadonlyMap<string, Declared>;
  readonly taps: Both<Taps<'B'>>;
  readonly inputs: Both<Entered['input']>;
}

/** Both trunks over their published inputs: `visual.pixels`, and `audio.logmel` or `audio.pixels`. */
export const bareTrunks = (trunks: Trunks, sizes: BatchSizes, trained: boolean): Bare => {
  const whole = bothTrunks(trunks, trained);
  const parts = instantiate(whole);
  const enter = bothEntered(trunks, { form: 'published', ...sizes }, parts);
  return { declared: declaredOf(whole), taps: both(run(parts.visual.trunk, enter.visual.patches), run(parts.audio.trunk, enter.audio.patches)), inputs: both(enter.visual.input, enter.audio.input) };
};

/** Weights of released checkpoints that no task here uses, and that published totals count. */
const beyond: { readonly [N in BackboneName]?: number } = {
  // a head of 21,841 classes
  'swinv2-large-w12-192': 21_841 * 1536 + 21_841,
  // two heads of 527 classes, the Fourier matrices of 513 bins, the mel matrix
  htsat: 527 * 768 * 2 * 3 + 527 + (527 * 527 + 527) + 2 * 513 * 1024 + 513 * 64,
};

/** What published totals count as frozen: the weights of the trunks, and those of the checkpoints that nothing uses. */
export interface PublishedFrozen {
  readonly trunks: number;
  readonly unused: number;
  readonly total: number;
}
export const publishedFrozen = (backbones: Backbones): PublishedFrozen => {
  const names = backbones.shared === true ? [backbones.visual] : [backbones.visual, backbones.audio];
  const sum = (of: (name: BackboneName) => number): number => names.reduce((all, name) => all + of(name), 0);
  const [trunks, unused] = [sum((name) => countWeights(backboneConfigs[name]).trainable), sum((name) => beyond[name] ?? 0)];
  return { trunks, unused, total: trunks + unused };
};
