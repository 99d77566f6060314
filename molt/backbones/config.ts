/**
 * Configurations of the two trunks: sizes only, as plain values, and the ones that have a name.
 * idea:   everything else about a trunk (grids, clamped windows, shifts, channels of a stage) follows from these numbers.
 * not:    weights, and the 22k and AudioSet heads of the published checkpoints, which no task here uses.
 * source: Liu et al. 2022, Swin Transformer V2, arXiv:2111.09883 (timm `swinv2_large_window12_192`); Chen et al. 2022, HTS-AT, arXiv:2202.00874
 */

interface TrunkConfig {
  /** side of a square patch, in pixels */
  readonly patch: number;
  /** channels of stage 0; each further stage has twice as many */
  readonly channels: number;
  /** blocks of each stage */
  readonly depths: readonly number[];
  /** attention heads of each stage */
  readonly heads: readonly number[];
  /** side of an attention window, in tokens; clamped to the grid */
  readonly window: number;
}

/** Images [B, image, image, 3]. */
export interface SwinV2Config extends TrunkConfig {
  readonly kind: 'swinv2';
  /** side of the image, in pixels */
  readonly image: number;
}

/** Spectrograms [B, T, mels]. */
export interface HtsatConfig extends TrunkConfig {
  readonly kind: 'htsat';
  /** side of the square picture that the spectrogram is folded into: spectrogram / mels chunks of time, one below the other */
  readonly spectrogram: number;
  readonly mels: number;
}

export type BackboneConfig = SwinV2Config | HtsatConfig;

/** Trunks by name: the published ones, and the tiny ones of this repository. */
export const backboneConfigs = {
  'swinv2-large-w12-192': { kind: 'swinv2', image: 192, patch: 4, channels: 192, depths: [2, 2, 18, 2], heads: [6, 12, 24, 48], window: 12 },
  htsat: { kind: 'htsat', spectrogram: 256, mels: 64, patch: 4, channels: 96, depths: [2, 2, 6, 2], heads: [4, 8, 16, 32], window: 8 },
  'swinv2-tiny64': { kind: 'swinv2', image: 64, patch: 4, channels: 24, depths: [2, 2, 2], heads: [2, 4, 8], window: 4 },
  'htsat-tiny64': { kind: 'htsat', spectrogram: 64, mels: 64, patch: 4, channels: 24, depths: [2, 2, 2], heads: [2, 4, 8], window: 4 },
} as const satisfies { readonly [name: string]: BackboneConfig };

export type BackboneName = keyof typeof backboneConfigs;

/** Trunks whose weights are part of this repository. */
export const tinyBackbones = ['swinv2-tiny64', 'htsat-tiny64'] as const satisfies readonly BackboneName[];
export type TinyBackbone = (typeof tinyBackbones)[number];

/** What one block attends to: the side of a window, and by how many tokens the windows are shifted. */
export interface Window {
  readonly side: number;
  readonly shift: number;
}

/** The sizes of one stage. */
export interface Stage {
  readonly index: number;
  /** side of the grid of tokens */
  readonly side: number;
  /** D */
  readonly channels: number;
  /** H */
  readonly heads: number;
  /** one per block */
  readonly windows: readonly Window[];
}

/** A window is clamped to the grid; odd blocks shift by half a window, unless one window covers the grid. */
export const windowOf = (grid: number, window: number, block: number): Window =>
  grid <= window ? { side: grid, shift: 0 } : { side: window, shift: block % 2 === 1 ? Math.floor(window / 2) : 0 };

/** Side of the picture that enters the patch embedding, in pixels. */
export const pictureSide = (config: BackboneConfig): number => (config.kind === 'swinv2' ? config.image : config.spectrogram);

/** The stages of a trunk, from the input to the output. */
export const stagesOf = (config: BackboneConfig): readonly Stage[] =>
  config.depths.map((depth, index) => {
    const side = pictureSide(config) / config.patch / 2 ** index;
    return { index, side, channels: config.channels * 2 ** index, heads: config.heads[index] ?? 1, windows: Array.from({ length: depth }, (_, b) => windowOf(side, config.window, b)) };
  });
