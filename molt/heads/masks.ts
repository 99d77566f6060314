/**
 * Masks: maps of four scales and the sound of each frame to logits of a mask of each frame: TPAVI on every scale, FPN, convolutions.
 * source: Zhou et al. 2022, AVSBench, arXiv:2207.05042
 */
import { pipe } from 'fp-ts/lib/function.js';
import { dim, type Dim, type DimOf, type Tensor } from '../../shapes/index.ts';
import { block, linear, opaque, rearrange, relu, type SomeBlock } from '../../dsl/index.ts';
import { convolution } from './convolution.ts';
import { fpn } from './fpn.ts';
import { doubled, type Twice, twice } from './resize.ts';
import { four, type Maps, type Scales } from './scales.ts';
import { tpavi } from './tpavi.ts';

/** G places to a side of the coarsest map, E channels of the maps, F of the sound, I inside TPAVI; O and U channels on the way to the mask. */
export interface MaskSizes<in out G extends Dim, in out E extends Dim, in out F extends Dim, in out I extends Dim, in out O extends Dim, in out U extends Dim> {
  readonly g: DimOf<G>;
  readonly e: DimOf<E>;
  readonly f: DimOf<F>;
  readonly i: DimOf<I>;
  readonly o: DimOf<O>;
  readonly u: DimOf<U>;
}

/** The released sizes: maps of 56 … 7 places to a side, masks of 224. */
export const publishedMasks: MaskSizes<7, 256, 128, 128, 128, 32> = { g: dim(7), e: dim(256), f: dim(128), i: dim(128), o: dim(128), u: dim(32) };

/** Pixels to a side of a mask, 32·G. */
export type MaskSide<G extends Dim> = Twice<Twice<Twice<Twice<Twice<G>>>>>;

export interface Segmented<in out B extends Dim, in out T extends Dim, in out G extends Dim, in out E extends Dim> {
  /** of "this pixel sounds", [B, T, 32·G, 32·G] */
  readonly logits: Tensor<[B, T, MaskSide<G>, MaskSide<G>]>;
  /** what TPAVI gives on each scale, rectified */
  readonly maps: Maps<B, T, G, E>;
  /** the sound as each scale hears it, [B, T, E] each */
  readonly audio: Scales<Tensor<[B, T, E]>>;
}
/** shape: maps of G … 8G places to a side, a [B, T, F] → logits [B, T, 32·G, 32·G] */
export interface Segment<in out G extends Dim, in out E extends Dim, in out F extends Dim> {
  <B extends Dim, T extends Dim>(maps: Maps<B, T, G, E>, a: Tensor<[B, T, F]>): Segmented<B, T, G, E>;
}

/** conv E → O, twice the size, conv O → U, ReLU, one number a pixel. shape: [B, T, G, G, E] → [B, T, 2G, 2G] */
export const pixels = <G extends Dim, E extends Dim, O extends Dim, U extends Dim>(g: DimOf<G>, e: DimOf<E>, o: DimOf<O>, u: DimOf<U>) => {
  const up = doubled(g, 'halfway');
  return block({ first: convolution(e, o), second: convolution(o, u), last: linear(u, dim(1)) }, (p) => <B extends Dim, T extends Dim>(x: Tensor<[B, T, G, G, E]>): Tensor<[B, T, Twice<G>, Twice<G>]> =>
    pipe(up(p.first(x)), (y) => p.last(relu(p.second(y))), rearrange('b t h w 1 -> b t h w')));
};

/** The decoder behind the maps. */
export const masks = <G extends Dim, E extends Dim, F extends Dim, I extends Dim, O extends Dim, U extends Dim>({ g, e, f, i, o, u }: MaskSizes<G, E, F, I, O, U>): SomeBlock<Segment<G, E, F>> =>
  opaque(block({ tpavi: four(tpavi(e, f, i)), fpn: fpn(g, e), out: pixels(twice(twice(twice(twice(g)))), e, o, u) }, (p): Segment<G, E, F> => ([x1, x2, x3, x4], a) => {
    const [ask1, ask2, ask3, ask4] = p.tpavi;
    const [y1, y2, y3, y4] = [ask1(x1, a), ask2(x2, a), ask3(x3, a), ask4(x4, a)] as const;
    return {
      logits: p.out(p.fpn([y1.map, y2.map, y3.map, y4.map])),
      maps: [relu(y1.map), relu(y2.map), relu(y3.map), relu(y4.map)],
      audio: [y1.audio, y2.audio, y3.audio, y4.audio],
    };
  }));
