/**
 * Configurations of the two trunks: sizes only, as plain values, and the ones that have a name.
 * idea:   everything else about a trunk (grids, clamped windows, shifts, channels of a stage) follows from these numbers.
 * not:    weights, and the 22k and AudioSet heads of the published checkpoints, which no task here uses.
 * source: Liu et al. 2022, Swin Transformer V2, arXiv:2111.09883, table 5 and the configurations of its release (timm `swinv2_*`); Chen et al. 2022,
 *         HTS-AT, arXiv:2202.00874
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
  /** for each stage the side of the windows that the weights were first trained with, by which offsets are scaled; 0 or left out: the window itself */
  readonly pretrainedWindows?: readonly number[];
}

/** Spectrograms [B, T, mels]. */
export interface HtsatConfig extends TrunkConfig {
  readonly kind: 'htsat';
  /** side of the square picture that the spectrogram is folded into: spectrogram / mels chunks of time, one below the other */
  readonly spectrogram: number;
  readonly mels: number;
}

export type BackboneConfig = SwinV2Config | HtsatConfig;

/** The four sizes of Swin-V2; image and window are told apart by name. */
const tiny = { kind: 'swinv2', patch: 4, channels: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24] } as const;
const small = { kind: 'swinv2', patch: 4, channels: 96, depths: [2, 2, 18, 2], heads: [3, 6, 12, 24] } as const;
const base = { kind: 'swinv2', patch: 4, channels: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32] } as const;
const large = { kind: 'swinv2', patch: 4, channels: 192, depths: [2, 2, 18, 2], heads: [6, 12, 24, 48] } as const;

/** First trained on images of 192 pixels with windows of 12, the last stage's clamped to its grid. */
const from192 = [12, 12, 12, 6] as const;

/** Trunks by name: the published ones (size, window, image), the tiny ones of this repository, and mini ones of four stages, without weights, for laws and smoke trainings. */
export const backboneConfigs = {
  'swinv2-tiny-w8-256': { ...tiny, image: 256, window: 8 },
  'swinv2-tiny-w16-256': { ...tiny, image: 256, window: 16 },
  'swinv2-small-w8-256': { ...small, image: 256, window: 8 },
  'swinv2-small-w16-256': { ...small, image: 256, window: 16 },
  'swinv2-base-w8-256': { ...base, image: 256, window: 8 },
  'swinv2-base-w16-256': { ...base, image: 256, window: 16 },
  'swinv2-base-w12-192': { ...base, image: 192, window: 12 },
  'swinv2-base-w12to16-192to256': { ...base, image: 256, window: 16, pretrainedWindows: from192 },
  'swinv2-base-w12to24-192to384': { ...base, image: 384, window: 24, pretrainedWindows: from192 },
  'swinv2-large-w12-192': { ...large, image: 192, window: 12 },
  'swinv2-large-w12to16-192to256': { ...large, image: 256, window: 16, pretrainedWindows: from192 },
  'swinv2-large-w12to24-192to384': { ...large, image: 384, window: 24, pretrainedWindows: from192 },
  htsat: { kind: 'htsat', spectrogram: 256, mels: 64, patch: 4, channels: 96, depths: [2, 2, 6, 2], heads: [4, 8, 16, 32], window: 8 },
  'swinv2-tiny64': { kind: 'swinv2', image: 64, patch: 4, channels: 24, depths: [2, 2, 2], heads: [2, 4, 8], window: 4 },
  'htsat-tiny64': { kind: 'htsat', spectrogram: 64, mels: 64, patch: 4, channels: 24, depths: [2, 2, 2], heads: [2, 4, 8], window: 4 },
  'swinv2-mini64': { kind: 'swinv2', image: 64, patch: 4, channels: 8, depths: [1, 1, 1, 1], heads: [1, 2, 2, 4], window: 4 },
  'htsat-mini64': { kind: 'htsat', spectrogram: 64, mels: 64, patch: 4, channels: 8, depths: [1, 1, 1, 1], heads: [1, 2, 2, 4], window: 4 },
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

/** Number of spectrogram frames that fill the picture without stretching; visual trunks have none. */
export const fullFrames = (config: BackboneConfig): number => (config.kind === 'swinv2' ? 0 : (config.spectrogram / config.mels) * config.spectrogram);

/** The stages of a trunk, from the input to the output. */
export const stagesOf = (config: BackboneConfig): readonly Stage[] =>
  config.depths.map((depth, index) => {
    const side = pictureSide(config) / config.patch / 2 ** index;
    return { index, side, channels: config.channels * 2 ** index, heads: config.heads[index] ?? 1, windows: Array.from({ length: depth }, (_, b) => windowOf(side, config.window, b)) };
  });
