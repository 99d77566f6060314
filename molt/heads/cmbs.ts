/**
 * CMBS: the head of DG-SCT and AVMoE for event localisation: which segments hold an event, and which one it is.
 *
 *   per stream and class: the mean of its 4 highest segments; av = mean of the streams
 *   F = (V + A) / 2;   foreground = linear(F) per segment;   event = linear(max_T F) + 0.3 av
 *
 * idea:   a segment is the video's event if σ(foreground) > 0.5, background else.
 * source: Xia and Zhao, CMBS, CVPR 2022, as the released code of AVMoE has it (21,845 weights behind the temporal stack)
 */
import { pipe } from 'fp-ts/lib/function.js';
import { dim, type Dim, type DimOf, type Ix, type Shape, type Tensor } from '../../shapes/index.ts';
import { abs, add, atLeast, block, crossEntropy, exp, linear, log, mean, mul, neg, opaque, rearrange, reduce, scale, shift, type SomeBlock, sub, topk } from '../../dsl/index.ts';
import { temporal, type TemporalSizes } from './temporal.ts';

export interface Located<in out B extends Dim, in out T extends Dim, in out C extends Dim> {
  /** logits, [B, T] */
  readonly foreground: Tensor<[B, T]>;
  /** logits of the video's event, [B, C] */
  readonly event: Tensor<[B, C]>;
  /** the same from the highest segments, [B, C] */
  readonly highest: Tensor<[B, C]>;
}
/** shape: v [B, T, V], a [B, T, A] → logits; T ≥ 4 */
export interface Locate<in out V extends Dim, in out A extends Dim, in out C extends Dim> {
  <B extends Dim, T extends Dim>(v: Tensor<[B, T, V]>, a: Tensor<[B, T, A]>): Located<B, T, C>;
}

/** Mean of the 4 highest segments of each class. shape: [B, T, C] → [B, C] */
const highest = <B extends Dim, T extends Dim, C extends Dim>(scores: Tensor<[B, T, C]>): Tensor<[B, C]> => mean(-1)(topk(dim(4))(rearrange('b t c -> b c t')(scores))[0]);

/** C classes, background not among them. */
export const cmbs = <C extends Dim, V extends Dim, A extends Dim, E extends Dim, F extends Dim, R extends Dim, S extends Dim, D extends Dim, H extends Dim, K extends Dim, M extends Dim>(
  sizes: TemporalSizes<V, A, E, F, R, S, D, H, K, M>, c: DimOf<C>): SomeBlock<Locate<V, A, C>> => {
  const { d } = sizes;
  return opaque(block({ temporal: temporal(sizes), visual: linear(d, c), audio: linear(d, c), foreground: linear(d, dim(1)), event: linear(d, c) }, (p): Locate<V, A, C> => (v, a) => {
    const { streams } = p.temporal(v, a);
    const av = scale(0.5)(add(highest(p.visual(streams.visual)), highest(p.audio(streams.audio))));
    const fused = scale(0.5)(add(streams.visual, streams.audio));
    return {
      foreground: pipe(fused, p.foreground, rearrange('b t 1 -> b t')),
      event: add(p.event(reduce('max', 'b t d -> b d')(fused)), scale(0.3)(av)),
      highest: av,
    };
  }));
};

/** max(x, 0) − x y + log(1 + exp(−|x|)), the mean over all. shape: logits and targets S → [] */
export const binaryCrossEntropy = <S extends Shape>(x: Tensor<S>, y: Tensor<S>): Tensor<[]> =>
  reduce('mean', '... -> ')(add(sub(atLeast(0)(x), mul(x, y)), log(shift(1)(exp(neg(abs(x)))))));

/** The loss: foreground against 1 or 0 [B, T], both event logits against the video's class [B]. shape: → [] */
export const cmbsLoss = <B extends Dim, T extends Dim, C extends Dim>(out: Located<B, T, C>, foreground: Tensor<[B, T]>, event: Tensor<[B], Ix<C>>): Tensor<[]> =>
  add(binaryCrossEntropy(out.foreground, foreground), add(mean(-1)(crossEntropy(out.event, event)), mean(-1)(crossEntropy(out.highest, event))));
