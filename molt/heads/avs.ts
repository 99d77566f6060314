/**
 * AVS: the decoder of DG-SCT and AVMoE for segmentation: pictures of four stages and the sound of each frame to masks.
 *
 *   x_s = resize(W_s f_s), a = W f_a
 *   x_s ← x_s (1 + 0.05 g_{a,s}), a ← a (1 + 0.05 mean_s g_{v,s});   gates of frame t from mean_{h,w} x_s and a over all frames
 *   masks(x_1 … x_4; a)
 *
 * idea:   stages halve the side and double the channels, as Swin's do, so one side and one width name all four.
 * not:    dropout.
 * source: Duan et al. 2023, DG-SCT, arXiv:2311.05152, and its released code, over Zhou et al. 2022, AVSBench, arXiv:2207.05042
 */
import { dim, type Dim, type DimOf, type Tensor } from '../../shapes/index.ts';
import { add, block, linear, mulOver, opaque, reduce, scale, shift, type SomeBlock } from '../../dsl/index.ts';
import { type Gates, gating, type GatingSizes } from './gating.ts';
import { masks, type MaskSizes, publishedMasks, type Segmented } from './masks.ts';
import { type Twice, twice } from './resize.ts';
import { four, type Maps, resized, type Scales } from './scales.ts';

/** S places to a side of the last stage's pictures, C channels of the first stage's, A of the sound. */
export interface Pictured<in out S extends Dim, in out C extends Dim, in out A extends Dim> {
  readonly s: DimOf<S>;
  readonly c: DimOf<C>;
  readonly a: DimOf<A>;
}

/** All sizes of the decoder. */
export interface AvsSizes<in out S extends Dim, in out C extends Dim, in out A extends Dim, in out G extends Dim, in out E extends Dim, in out F extends Dim, in out I extends Dim, in out O extends Dim, in out U extends Dim, in out R extends Dim, in out Q extends Dim, in out D extends Dim, in out H extends Dim, in out K extends Dim, in out M extends Dim> {
  readonly pictures: Pictured<S, C, A>;
  readonly masks: MaskSizes<G, E, F, I, O, U>;
  readonly gating: GatingSizes<E, F, R, Q, D, H, K, M>;
}

/** The released sizes, masks of 224 × 224, over stages of Swin-V2 that end at S × S and start with C channels, and a sound of A channels. */
export const publishedAvs = <S extends Dim, C extends Dim, A extends Dim>(s: DimOf<S>, c: DimOf<C>, a: DimOf<A>): AvsSizes<S, C, A, 7, 256, 128, 128, 128, 32, 256, 128, 256, 4, 64, 1024> => ({
  pictures: { s, c, a },
  masks: publishedMasks,
  gating: { e: dim(256), f: dim(128), r: dim(256), q: dim(128), d: dim(256), h: dim(4), k: dim(64), m: dim(1024) },
});

/** What the stages of a trunk give, the first stage first: sides of 8S, 4S, 2S, S with C, 2C, 4C, 8C channels. */
export type Stages<B extends Dim, T extends Dim, S extends Dim, C extends Dim> = Scales<
  Tensor<[B, T, Twice<Twice<Twice<S>>>, Twice<Twice<Twice<S>>>, C]>,
  Tensor<[B, T, Twice<Twice<S>>, Twice<Twice<S>>, Twice<C>]>,
  Tensor<[B, T, Twice<S>, Twice<S>, Twice<Twice<C>>]>,
  Tensor<[B, T, S, S, Twice<Twice<Twice<C>>>]>
>;
/** A change of the decoder's maps before anything else looks at them. */
export type ChangeMaps<B extends Dim, T extends Dim, G extends Dim, E extends Dim> = (maps: Maps<B, T, G, E>) => Maps<B, T, G, E>;
/** shape: stages of B clips of T frames, a [B, T, A] → logits [B, T, 32·G, 32·G] */
export interface SegmentStages<in out S extends Dim, in out C extends Dim, in out A extends Dim, in out G extends Dim, in out E extends Dim> {
  <B extends Dim, T extends Dim>(stages: Stages<B, T, S, C>, a: Tensor<[B, T, A]>, change?: ChangeMaps<B, T, G, E>): Segmented<B, T, G, E>;
}

/** 1 + k g */
const gain = (k: number) => <B extends Dim, T extends Dim>(gate: Tensor<[B, T]>): Tensor<[B, T]> => shift(1)(scale(k)(gate));
/** Every value of a frame times that frame's number. */
const opened = mulOver('b t h w e, b t');

/** Linear maps of the stages to E channels, on the grids of the decoder. Weights 0 … 3. */
export const projected = <S extends Dim, C extends Dim, G extends Dim, E extends Dim>(s: DimOf<S>, c: DimOf<C>, g: DimOf<G>, e: DimOf<E>) => {
  const [fit1, fit2, fit3, fit4] = resized(s, g, { kernel: 'cubic', corners: 'halfway' });
  const [c2, c4] = [twice(c), twice(twice(c))] as const;
  return block({ 0: linear(c, e), 1: linear(c2, e), 2: linear(c4, e), 3: linear(twice(c4), e) }, (p) => <B extends Dim, T extends Dim>([x1, x2, x3, x4]: Stages<B, T, S, C>): Maps<B, T, G, E> => [fit1(p[0](x1)), fit2(p[1](x2)), fit3(p[2](x3)), fit4(p[3](x4))]);
};

const pooled = reduce('mean', 'b t h w e -> b t e');

/** The decoder around any gates of four scales. Weights: project, audio, gating, masks. */
export const gated = <S extends Dim, C extends Dim, A extends Dim, G extends Dim, E extends Dim, F extends Dim, I extends Dim, O extends Dim, U extends Dim>(
  { s, c, a }: Pictured<S, C, A>, sizes: MaskSizes<G, E, F, I, O, U>, gates: SomeBlock<Scales<Gates<E, F>>>): SomeBlock<SegmentStages<S, C, A, G, E>> => {
  const { g, e, f } = sizes;
  return opaque(block({ project: projected(s, c, g, e), audio: linear(a, f), gating: gates, masks: masks(sizes) }, (p): SegmentStages<S, C, A, G, E> => (stages, sound, change = (maps) => maps) => {
    const heard = p.audio(sound);
    const [x1, x2, x3, x4] = change(p.project(stages));
    const [gate1, gate2, gate3, gate4] = p.gating;
    const [g1, g2, g3, g4] = [gate1(pooled(x1), heard), gate2(pooled(x2), heard), gate3(pooled(x3), heard), gate4(pooled(x4), heard)] as const;
    const seen = add(add(g1.visual, g2.visual), add(g3.visual, g4.visual));
    const by = gain(0.05);
    return p.masks([opened(x1, by(g1.audio)), opened(x2, by(g2.audio)), opened(x3, by(g3.audio)), opened(x4, by(g4.audio))], mulOver('b t f, b t')(heard, gain(0.05 / 4)(seen)));
  }));
};

/** The decoder. */
export const avs = <S extends Dim, C extends Dim, A extends Dim, G extends Dim, E extends Dim, F extends Dim, I extends Dim, O extends Dim, U extends Dim, R extends Dim, Q extends Dim, D extends Dim, H extends Dim, K extends Dim, M extends Dim>(
  sizes: AvsSizes<S, C, A, G, E, F, I, O, U, R, Q, D, H, K, M>): SomeBlock<SegmentStages<S, C, A, G, E>> => gated(sizes.pictures, sizes.masks, opaque(four(gating(sizes.gating))));
