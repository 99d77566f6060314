/**
 * Applied: a trunk over one batch of what the front ends give: frames of bytes, or log-mel frames.
 * idea:  the one place that knows what each kind of trunk takes.
 */
import { dim } from '../../shapes/index.ts';
import { frozen, input, instantiate } from '../../dsl/index.ts';
import { backboneOf } from './backbone.ts';
import { type BackboneConfig, pictureSide } from './config.ts';
import { framesInput, normalised } from './pictures.ts';
import type { Taps } from './taps.ts';

/** The sizes of a batch. */
export interface BatchSizes {
  readonly batch: number;
  /** audio: spectrogram frames of each item; left out, as many as the picture holds */
  readonly frames?: number;
}

export interface Applied {
  readonly taps: Taps<'B'>;
  /** name and sizes of the only input. Visual: [batch, side, side, 3] in 0 … 255; audio: [batch, frames, mels], log-mel */
  readonly input: { readonly name: string; readonly sizes: readonly number[] };
}

/** Number of spectrogram frames that fill the picture without stretching; visual trunks have none. */
export const fullFrames = (config: BackboneConfig): number => (config.kind === 'swinv2' ? 0 : (config.spectrogram / config.mels) * config.spectrogram);

/**
 * A trunk over the input `frames`, its weights as leaves under their published names; under a path, if one is given, the
 * input `path.frames` and weights `path.…`, so that several trunks fit in one graph.
 */
export const applied = (config: BackboneConfig, { batch, frames = fullFrames(config) }: BatchSizes, trainable: boolean, path = ''): Applied => {
  const backbone = backboneOf(config);
  const b = dim('B', batch);
  const name = path === '' ? 'frames' : `${path}.frames`;
  if (backbone.kind === 'swinv2') {
    const trunk = trainable ? instantiate(backbone.block, path) : instantiate(frozen(backbone.block), path);
    const x = framesInput(name, b, dim('S', pictureSide(config)));
    return { taps: trunk(normalised(x)), input: { name, sizes: x.sizes } };
  }
  const trunk = trainable ? instantiate(backbone.block, path) : instantiate(frozen(backbone.block), path);
  const x = input(name, b, dim('T', frames), dim('M', config.kind === 'htsat' ? config.mels : 0));
  return { taps: trunk(x), input: { name, sizes: x.sizes } };
};
