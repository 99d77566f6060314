/**
 * Swin-V2: a picture to tokens, by cosine attention in shifted windows, four times fewer and twice as wide at each stage.
 * idea:   each block is checked with exact dims; sizes come from a configuration, so stages meet as grids of run-time size.
 * laws:   test/molt/backbones: every block against golden values; 195,202,932 weights at the published size
 * not:    the classifier, dropout and stochastic depth: trunks are frozen, and evaluated.
 * source: Liu et al. 2022, arXiv:2111.09883; names and axes of weights as timm 1.x stores `swinv2_large_window12_192`
 */
import { dim, type Dim, type DimOf, type Mul, type Tensor, timesD, withSizes } from '../../shapes/index.ts';
import { add, addBias, type Arrow, type Block, block, mapBlock, mulBias, type NormP, opaque, param, type SomeBlock, standardise, zeros } from '../../dsl/index.ts';
import { type AttentionSizes, cosineAttention, type CosineAttentionP } from './attention.ts';
import { stagesOf, type SwinV2Config, type Stage } from './config.ts';
import { closeGrid, type Grid, type GridMap, halvesOnGrid, onGrid, openPicture, type SquareHalves } from './grid.ts';
import { mlp, type MlpP } from './layers.ts';
import { reduceThenNorm } from './merging.ts';
import { patchEmbedding } from './patch.ts';
import type { Taps } from './taps.ts';
import { type BoundTrunk, joined, run, type StageParts, stages } from './trunk.ts';
import { windowing } from './window.ts';

export interface SwinV2BlockP<in out D extends Dim, in out H extends Dim, in out K extends Dim, in out M extends Dim> {
  readonly attn: CosineAttentionP<D, H, K>;
  readonly norm1: NormP<D>;
  readonly mlp: MlpP<D, M>;
  readonly norm2: NormP<D>;
}

/** A norm whose gain starts at 0, so that every block starts as the identity. source: arXiv:2111.09883, section 3.2, as timm starts them */
const closed = <D extends Dim>(d: DimOf<D>): Block<NormP<D>, Arrow<[D], [D]>> =>
  block({ weight: param(zeros, d), bias: param(zeros, d) }, (p) => (x) => addBias(mulBias(standardise()(x), p.weight), p.bias));

/** x + norm(attention(x)), then the same with an MLP of m hidden channels: normed after, not before. shape: [B, R·W, R·W, D] kept */
export const swinV2Block = <D extends Dim, H extends Dim, K extends Dim, R extends Dim, W extends Dim, M extends Dim>(
  sizes: AttentionSizes<D, H, K, R, W>, m: DimOf<M>,
): Block<SwinV2BlockP<D, H, K, M>, SquareHalves<Mul<R, W>, D>> =>
  block({ attn: cosineAttention(sizes), norm1: closed(sizes.d), mlp: mlp(sizes.d, m), norm2: closed(sizes.d) }, (p) => ({
    first: (x) => add(x, p.norm1(sizes.windows.join(p.attn(sizes.windows.cut(x))))),
    second: (y) => add(y, p.norm2(p.mlp(y))),
  }));

/** shape: [B, S, S, 3] → taps; S is the configured side of the image */
export interface SwinV2Map {
  <B extends Dim, S extends Dim>(image: Tensor<[B, S, S, 3]>): Taps<B>;
}

/** The embedding and the stages. */
export interface SwinV2Parts {
  /** shape: [B, S, S, 3] → the grid of stage 0 */
  readonly embed: <B extends Dim, S extends Dim>(image: Tensor<[B, S, S, 3]>) => Grid<B>;
  readonly trunk: BoundTrunk;
}

const merging = ({ side, channels }: Stage): SomeBlock<GridMap> =>
  withSizes({ g: side, c: channels / 2, o: channels }, ({ g, c, o }) => onGrid(timesD(g, dim(2)), c, reduceThenNorm(g, c, o)));

const stageParts = (stage: Stage, pretrained: number): StageParts => ({
  ...(stage.index === 0 ? {} : { before: merging(stage) }),
  blocks: stage.windows.map(({ side: w, shift }) =>
    withSizes({ d: stage.channels, h: stage.heads, k: stage.channels / stage.heads, r: stage.side / w, w, m: 4 * stage.channels }, (s) =>
      halvesOnGrid(timesD(s.r, s.w), s.d, swinV2Block({ ...s, windows: windowing(s.r, s.w, shift), scaled: pretrained > 0 ? pretrained : w }, s.m)),
    ),
  ),
});

/**
 * The trunk of a configuration.
 * @throws MoltError (Shape) if the sizes do not divide: image by patch, grid by window, channels by heads
 * @example
 * import { dim } from 'molt/shapes';
 * import { input, instantiate } from 'molt/dsl';
 * import { backboneConfigs, swinV2 } from 'molt/molt';
 * const taps = instantiate(swinV2(backboneConfigs['swinv2-tiny64']))(input('image', dim(2), dim(64), dim(64), dim(3)));
 * taps.blocks.length; // 6
 */
export const swinV2 = (config: SwinV2Config): SomeBlock<SwinV2Map> => mapBlock(({ embed, trunk }: SwinV2Parts): SwinV2Map => (image) => run(trunk, embed(image)))(swinV2Parts(config));

/** The trunk in its parts, for adapters that stand inside it; the same names. @throws as `swinV2` */
export const swinV2Parts = (config: SwinV2Config): SomeBlock<SwinV2Parts> => {
  const all = stagesOf(config);
  const last = all.at(-1);
  return withSizes({ g: config.image / config.patch, p: config.patch, c: config.channels, side: last?.side ?? 0, d: last?.channels ?? 0 }, (s) => {
    const open = openPicture(timesD(s.g, s.p));
    const patches = block({ patch_embed: patchEmbedding(dim(3), s.g, s.p, s.c) }, (p) => p.patch_embed);
    return opaque(joined(patches, stages(all.map((stage) => stageParts(stage, config.pretrainedWindows?.[stage.index] ?? 0)), s.side, s.d), (embed, trunk): SwinV2Parts => ({ trunk, embed: (image) => closeGrid(embed(open(image))) })));
  });
};
