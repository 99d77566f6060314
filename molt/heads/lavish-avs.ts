/**
 * LAVisH's decoder for segmentation: four stages widened by dilated convolutions, then masks; nothing looks along time but TPAVI.
 *
 *   x_s = Σ_δ conv_δ(resize(W_s f_s)), δ = 3, 6, 12, 18;   a = W f_a;   masks(x_1 … x_4; a)
 *
 * source: Lin et al. 2023, LAVisH, arXiv:2212.07983, section 4; released code, after Zhou et al. 2022, AVSBench, arXiv:2207.05042
 */
import { dim, type Dim, type DimOf, type Tensor } from '../../shapes/index.ts';
import { add, block, linear, opaque, type SomeBlock } from '../../dsl/index.ts';
import type { ChangeMaps, Pictured, SegmentStages, Stages } from './avs.ts';
import { type Convolve, convolution } from './convolution.ts';
import { masks, type MaskSizes, publishedMasks } from './masks.ts';
import { twice } from './resize.ts';
import { type Maps, resized } from './scales.ts';

/** Channels that the stages are mapped to first: X1 … X4. */
export interface LavishAvsSizes<in out S extends Dim, in out C extends Dim, in out A extends Dim, in out G extends Dim, in out E extends Dim, in out F extends Dim, in out I extends Dim, in out O extends Dim, in out U extends Dim, in out X1 extends Dim, in out X2 extends Dim, in out X3 extends Dim, in out X4 extends Dim> {
  readonly pictures: Pictured<S, C, A>;
  readonly masks: MaskSizes<G, E, F, I, O, U>;
  readonly first: readonly [DimOf<X1>, DimOf<X2>, DimOf<X3>, DimOf<X4>];
}

/** The released sizes, masks of 224 × 224, over stages of Swin-V2 that end at S × S and start with C channels, and a sound of A channels. */
export const publishedLavishAvs = <S extends Dim, C extends Dim, A extends Dim>(s: DimOf<S>, c: DimOf<C>, a: DimOf<A>): LavishAvsSizes<S, C, A, 7, 256, 128, 128, 128, 32, 64, 128, 320, 512> => ({
  pictures: { s, c, a },
  masks: publishedMasks,
  first: [dim(64), dim(128), dim(320), dim(512)],
});

/** Four windows of growing reach, summed. shape: [...B, H, W, X] → [...B, H, W, E] */
const widened = <X extends Dim, E extends Dim>(x: DimOf<X>, e: DimOf<E>): SomeBlock<Convolve<X, E>> =>
  opaque(block({ 0: convolution(x, e, 3), 1: convolution(x, e, 6), 2: convolution(x, e, 12), 3: convolution(x, e, 18) }, (p): Convolve<X, E> => (y) => add(add(p[0](y), p[1](y)), add(p[2](y), p[3](y)))));

/** The decoder. */
export const lavishAvs = <S extends Dim, C extends Dim, A extends Dim, G extends Dim, E extends Dim, F extends Dim, I extends Dim, O extends Dim, U extends Dim, X1 extends Dim, X2 extends Dim, X3 extends Dim, X4 extends Dim>(
  sizes: LavishAvsSizes<S, C, A, G, E, F, I, O, U, X1, X2, X3, X4>): SomeBlock<SegmentStages<S, C, A, G, E>> => {
  const { pictures: { s, c, a }, masks: { g, e, f }, first: [n1, n2, n3, n4] } = sizes;
  const fit = resized(s, g, { kernel: 'cubic', corners: 'halfway' });
  const [c2, c4] = [twice(c), twice(twice(c))] as const;
  const project = block({ 0: linear(c, n1), 1: linear(c2, n2), 2: linear(c4, n3), 3: linear(twice(c4), n4) }, (p) => p);
  const widen = block({ 0: widened(n1, e), 1: widened(n2, e), 2: widened(n3, e), 3: widened(n4, e) }, (p) => p);
  return opaque(block({ project, widen, audio: linear(a, f), masks: masks(sizes.masks) }, ({ project: w, widen: over, ...p }): SegmentStages<S, C, A, G, E> => <B extends Dim, T extends Dim>([x1, x2, x3, x4]: Stages<B, T, S, C>, sound: Tensor<[B, T, A]>, change: ChangeMaps<B, T, G, E> = (maps) => maps) => {
    const maps: Maps<B, T, G, E> = [over[0](fit[0](w[0](x1))), over[1](fit[1](w[1](x2))), over[2](fit[2](w[2](x3))), over[3](fit[3](w[3](x4)))];
    return p.masks(change(maps), p.audio(sound));
  }));
};
