/**
 * HTS-AT: log-mel frames to tokens, by dot-product attention in shifted windows over a folded spectrogram.
 * idea:   the stages of Swin-V1 (norm before each part); each block is checked with exact dims, stages meet as grids of run-time size.
 * laws:   test/molt/backbones: every block against golden values; 27,534,488 weights at the published size
 * not:    the front end (molt/data/audio), SpecAugment, and the AudioSet head.
 * source: Chen et al. 2022, arXiv:2202.00874; names and axes of weights as the released checkpoint stores them, without `sed_model.`
 */
import { dim, type Dim, type DimOf, type Mul, type Tensor, timesD, withSizes } from '../../shapes/index.ts';
import { add, type Block, block, layerNorm, mapBlock, type NormP, opaque, type SomeBlock } from '../../dsl/index.ts';
import { type AttentionSizes, dotAttention, type DotAttentionP } from './attention.ts';
import { type HtsatConfig, stagesOf, type Stage } from './config.ts';
import { closeGrid, type Grid, type GridMap, halvesOnGrid, onGrid, openPicture, type SquareHalves } from './grid.ts';
import { mlp, type MlpP } from './layers.ts';
import { normThenReduce } from './merging.ts';
import { patchEmbedding } from './patch.ts';
import { offsetCount } from './position.ts';
import { spectrogramPicture } from './spectrogram.ts';
import type { Taps } from './taps.ts';
import { type BoundTrunk, joined, run, type StageParts, stages } from './trunk.ts';
import { windowing } from './window.ts';

interface SwinV1BlockP<in out D extends Dim, in out H extends Dim, in out K extends Dim, in out O extends Dim, in out M extends Dim> {
  readonly norm1: NormP<D>;
  readonly attn: DotAttentionP<D, H, K, O>;
  readonly norm2: NormP<D>;
  readonly mlp: MlpP<D, M>;
}

/** x + attention(norm(x)), then the same with an MLP of m hidden channels. shape: [B, R·W, R·W, D] kept */
const swinV1Block = <D extends Dim, H extends Dim, K extends Dim, R extends Dim, W extends Dim, O extends Dim, M extends Dim>(
  sizes: AttentionSizes<D, H, K, R, W>, o: DimOf<O>, m: DimOf<M>,
): Block<SwinV1BlockP<D, H, K, O, M>, SquareHalves<Mul<R, W>, D>> =>
  block({ norm1: layerNorm(sizes.d), attn: dotAttention(sizes, o), norm2: layerNorm(sizes.d), mlp: mlp(sizes.d, m) }, (p) => ({
    first: (x) => add(x, sizes.windows.join(p.attn(sizes.windows.cut(p.norm1(x))))),
    second: (y) => add(y, p.mlp(p.norm2(y))),
  }));

/** shape: [B, T, M] log-mel frames in dB → taps; M is the configured number of bands, T at most what the picture holds */
export interface HtsatMap {
  <B extends Dim, T extends Dim, M extends Dim>(spectrogram: Tensor<[B, T, M]>): Taps<B>;
}

/** The embedding and the stages. */
export interface HtsatParts {
  /** shape: [B, T, M] → the grid of stage 0 */
  readonly embed: <B extends Dim, T extends Dim, M extends Dim>(spectrogram: Tensor<[B, T, M]>) => Grid<B>;
  readonly trunk: BoundTrunk;
}

const merging = ({ side, channels }: Stage): SomeBlock<GridMap> =>
  withSizes({ g: side / 2, c: channels, o: 2 * channels }, ({ g, c, o }) => onGrid(timesD(g, dim(2)), c, normThenReduce(g, c, o)));

const stageParts = (stage: Stage, last: boolean): StageParts => ({
  ...(last ? {} : { after: merging(stage) }),
  blocks: stage.windows.map(({ side: w, shift }) =>
    withSizes({ d: stage.channels, h: stage.heads, k: stage.channels / stage.heads, r: stage.side / w, w, o: offsetCount(w), m: 4 * stage.channels }, (s) =>
      halvesOnGrid(timesD(s.r, s.w), s.d, swinV1Block({ ...s, windows: windowing(s.r, s.w, shift) }, s.o, s.m)),
    ),
  ),
});

/**
 * The trunk of a configuration.
 * @throws MoltError (Shape) if the sizes do not divide: picture by bands and patch, grid by window, channels by heads
 * @example
 * import { dim } from 'molt/shapes';
 * import { input, instantiate } from 'molt/dsl';
 * import { backboneConfigs, htsat } from 'molt/molt';
 * const taps = instantiate(htsat(backboneConfigs['htsat-tiny64']))(input('frames', dim(2), dim(64), dim(64)));
 * taps.blocks.length; // 6
 */
export const htsat = (config: HtsatConfig): SomeBlock<HtsatMap> => mapBlock(({ embed, trunk }: HtsatParts): HtsatMap => (spectrogram) => run(trunk, embed(spectrogram)))(htsatParts(config));

/** The trunk in its parts, for adapters that stand inside it; the same names. @throws as `htsat` */
export const htsatParts = (config: HtsatConfig): SomeBlock<HtsatParts> => {
  const all = stagesOf(config);
  const last = all.at(-1);
  const sizes = { chunks: config.spectrogram / config.mels, m: config.mels, s: config.spectrogram, g: config.spectrogram / config.patch, p: config.patch, c: config.channels, side: last?.side ?? 0, d: last?.channels ?? 0 };
  return withSizes(sizes, (s) => {
    const open = openPicture(timesD(s.g, s.p));
    const picture = spectrogramPicture(s.chunks, s.m, s.s);
    const patches = block({ patch_embed: patchEmbedding(dim(1), s.g, s.p, s.c) }, (p) => p.patch_embed);
    const rest = joined(patches, stages(all.map((stage, i) => stageParts(stage, i === all.length - 1)), s.side, s.d), (embed, trunk) => ({ embed, trunk }));
    return opaque(joined(picture, rest, (fold, { embed, trunk }): HtsatParts => ({ trunk, embed: (x) => closeGrid(embed(open(fold(x)))) })));
  });
};
