/**
 * AVS: audio-visual segmentation: for each of T frames of a clip, the pixels that sound.
 * idea:   decoders look at the stages of the visual trunk and at the encoder's audio vector. Where an encoder shows tokens, these are put back into
 *         the decoder's maps first. Inputs to train: `mask` [B, O, O] of the first frame (s4) or `masks` [B, T, O, O] (ms3), truth values.
 * source: the released code of LAVisH, DG-SCT and AVMoE. Inferred: what MoLT does (`inject.ts`).
 */
import { type Dim, type DimOf, fault, type Mul, raise, type Tensor, timesD, withSizes } from '../../shapes/index.ts';
import { beside, block, declaredOf, full, inputMask, instantiate, mapBlock, opaque, pure, rearrange, type SomeBlock, unwrap, where } from '../../dsl/index.ts';
import { openTokens, type Tokens } from '../backbones/grid.ts';
import { allFramesLoss, firstFrameLoss } from '../heads/avs-loss.ts';
import { avs, type ChangeMaps, type Pictured, type SegmentStages, type Stages } from '../heads/avs.ts';
import { injectMaps, type InjectMaps } from '../heads/inject.ts';
import { lavishAvs } from '../heads/lavish-avs.ts';
import type { MaskSizes } from '../heads/masks.ts';
import { twice } from '../heads/resize.ts';
import type { Scales } from '../heads/scales.ts';
import type { Head, Seen, Streams } from './head.ts';

/** Whose decoder: DG-SCT's and AVMoE's, which looks along time, or LAVisH's. */
export type AvsHead = 'dg-sct' | 'lavish';

export interface AvsTask {
  /** one sounding source, masks of the first frame; or several, masks of every frame */
  readonly setting: 's4' | 'ms3';
  /** pixels to a side of a mask, divisible by 32 */
  readonly size: number;
  /** T */
  readonly segments: number;
  readonly head: AvsHead;
  /** channels of the decoder's maps, divisible by 4; 0: the released 256 */
  readonly hidden: number;
}

/** Channels of the released decoders. */
const publishedMaps = 256;

/** The decoder at E channels, in the proportions of the released one. */
const decoders = {
  'dg-sct': (e, pictures, sizes) =>
    withSizes({ R: e, Q: e / 2, D: e, H: 4, K: e / 4, M: 4 * e }, (s) => avs({ pictures, masks: sizes, gating: { e: sizes.e, f: sizes.f, r: s.R, q: s.Q, d: s.D, h: s.H, k: s.K, m: s.M } })),
  lavish: (e, pictures, sizes) => withSizes({ X1: e / 4, X2: e / 2, X3: (5 * e) / 4, X4: 2 * e }, (s) => lavishAvs({ pictures, masks: sizes, first: [s.X1, s.X2, s.X3, s.X4] })),
} as const satisfies {
  readonly [N in AvsHead]: <S extends Dim, C extends Dim, A extends Dim, G extends Dim, E extends Dim, F extends Dim, I extends Dim, O extends Dim, U extends Dim>(
    e: number, pictures: Pictured<S, C, A>, sizes: MaskSizes<G, E, F, I, O, U>) => SomeBlock<SegmentStages<S, C, A, G, E>>;
};

type FourTokens<B extends Dim> = Scales<Tokens<B>>;
const four = <B extends Dim>([x1, x2, x3, x4, ...more]: readonly Tokens<B>[]): FourTokens<B> =>
  x1 === undefined || x2 === undefined || x3 === undefined || x4 === undefined || more.length > 0
    ? raise(fault('Shape', 'segmentation', ['a visual trunk of another number of stages'], 'a visual trunk of four stages'))
    : [x1, x2, x3, x4];

/** All four stages of B·T frames, under exact dims. */
const opened = <S extends Dim, C extends Dim>(s: DimOf<S>, c: DimOf<C>) => <B extends Dim, T extends Dim>(b: DimOf<B>, t: DimOf<T>, [x1, x2, x3, x4]: FourTokens<Mul<B, T>>): Stages<B, T, S, C> => {
  const grid = <G extends Dim, K extends Dim>(g: DimOf<G>, k: DimOf<K>, x: Tokens<Mul<B, T>>): Tensor<[B, T, G, G, K]> => rearrange('(b t) (h w) k -> b t h w k', { b, t, h: g, w: g })(openTokens(timesD(g, g), k)(x));
  const [s2, s4] = [twice(s), twice(twice(s))] as const;
  const [c2, c4] = [twice(c), twice(twice(c))] as const;
  return [grid(twice(s4), c, x1), grid(s4, c2, x2), grid(s2, c4, x3), grid(s, twice(c4), x4)];
};

/** A change of the decoder's maps by tokens of both streams, if the encoder shows any. */
interface Change<in out G extends Dim, in out E extends Dim, in out D extends Dim, in out C extends Dim, in out M extends Dim> {
  <B extends Dim, T extends Dim>(b: DimOf<B>, t: DimOf<T>, seen: Seen<Mul<B, T>, D, C, M>): ChangeMaps<B, T, G, E>;
}
const changing = <G extends Dim, E extends Dim, D extends Dim, C extends Dim, M extends Dim>(g: DimOf<G>, e: DimOf<E>, d: DimOf<D>, c: DimOf<C>, m: DimOf<M> | undefined): SomeBlock<Change<G, E, D, C, M>> => {
  const none: Change<G, E, D, C, M> = () => (maps) => maps;
  if (m === undefined) return opaque(pure(none));
  return withSizes({ H: 4, K: e.size / 4 }, (s) => opaque(mapBlock(({ inject }: { readonly inject: InjectMaps<G, E, D, C> }): Change<G, E, D, C, M> =>
    (b, t, { tokens }) => (maps) => (tokens === undefined ? maps : inject(b, t, maps, tokens)))(block({ inject: injectMaps(g, e, s.H, s.K, d, c) }, (p) => p))));
};

/** The decoder; weights `head.…`. */
export const avsHead = <T extends Dim, D extends Dim, C extends Dim, M extends Dim>(task: AvsTask, t: DimOf<T>, { d, c, m, stages }: Streams<D, C, M>): Head<T, D, C, M> => {
  const last = stages.at(-1) ?? { tokens: 0, channels: 0 };
  const e = task.hidden || publishedMaps;
  return withSizes({ S: Math.sqrt(last.tokens), K: last.channels / 8, G: task.size / 32, E: e, F: e / 2, I: e / 2, O: e / 2, U: Math.ceil(e / 8) }, (s): Head<T, D, C, M> => {
    const decoder = decoders[task.head](e, { s: s.S, c: s.K, a: c }, { g: s.G, e: s.E, f: s.F, i: s.I, o: s.O, u: s.U });
    const whole = block({ head: beside(decoder, changing(s.G, s.E, d, c, m)) }, (p) => p.head);
    const [segment, change] = instantiate(whole);
    const side = twice(twice(twice(twice(twice(s.G)))));
    return {
      declared: declaredOf(whole),
      judge: <B extends Dim>(b: DimOf<B>, seen: Seen<Mul<B, T>, D, C, M>) => {
        const out = segment(opened(s.S, s.K)(b, t, four(seen.scene.stages())), rearrange('(b t) d -> b t d', { b, t })(seen.vectors.audio), change(b, t, seen));
        const loss = task.setting === 's4'
          ? firstFrameLoss(out.logits, where(inputMask('mask', b, side, side), full(1, b, side, side), full(0, b, side, side)))
          : allFramesLoss(s.G)(out, where(inputMask('masks', b, t, side, side), full(1, b, t, side, side), full(0, b, t, side, side)));
        return { outputs: new Map([['logits', unwrap(out.logits)]]), loss: unwrap(loss) };
      },
    };
  });
};
