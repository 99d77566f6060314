/**
 * AVE heads: from one vector a stream and segment to what training minimises and evaluation reads.
 * idea:   a sample is a segment for the linear head, which looks at one at a time, and a clip of T segments for CMBS.
 * not:    LAVisH's loss: its code takes the binary cross-entropy of a softmax; here the linear head has the cross-entropy.
 * source: the released code of LAVisH, DG-SCT and AVMoE for AVE
 */
import { type Dim, type DimOf, type Mul, plusD, reify, type Tensor, timesD, withSizes } from '../../shapes/index.ts';
import { beside, block, concat, crossEntropy, type Declared, declaredOf, input, inputIndices, instantiate, layerNorm, linear, mapBlock, mean, type Node, opaque, rearrange, type SomeBlock, unwrap } from '../../dsl/index.ts';
import { cmbs, cmbsLoss, type Locate } from '../heads/cmbs.ts';
import type { TemporalSizes } from '../heads/temporal.ts';
import type { Both } from '../modality.ts';
import type { Judged } from './head.ts';
import { multiHead } from '../multi-head.ts';

/** A head of T segments a sample over streams of D and C channels, which looks at nothing but their vectors. */
export interface VectorHead<in out T extends Dim, in out D extends Dim, in out C extends Dim> {
  readonly declared: ReadonlyMap<string, Declared>;
  /** B samples. shape: [B·T, D] and [B·T, C] */
  readonly judge: <B extends Dim>(b: DimOf<B>, vectors: Both<Tensor<[Mul<B, T>, D]>, Tensor<[Mul<B, T>, C]>>) => Judged;
}

const named = (...outputs: readonly (readonly [string, Node])[]): ReadonlyMap<string, Node> => new Map(outputs);

/** shape: [B, I] → [B, K] */
interface Classify<in out I extends Dim, in out K extends Dim> {
  <B extends Dim>(x: Tensor<[B, I]>): Tensor<[B, K]>;
}
/** One linear map, or two with `hidden` units between and nothing else. */
const classifier = <I extends Dim, K extends Dim>(i: DimOf<I>, k: DimOf<K>, hidden: number): SomeBlock<Classify<I, K>> =>
  hidden === 0
    ? opaque(mapBlock((map: <B extends Dim>(x: Tensor<[B, I]>) => Tensor<[B, K]>): Classify<I, K> => (x) => map(x))(linear(i, k)))
    : reify(hidden, (r) => opaque(block({ hidden: linear(i, r), out: linear(r, k) }, (p): Classify<I, K> => (x) => p.out(p.hidden(x)))));

/** Labels 0 … events, the last one background; input `labels` [B·T], output `logits` [B·T, events + 1]. */
export const linearHead = <T extends Dim, D extends Dim, C extends Dim>(t: DimOf<T>, d: DimOf<D>, c: DimOf<C>, events: number, hidden: number): VectorHead<T, D, C> =>
  reify(events + 1, (k) => {
    const whole = block({ head: classifier(plusD(d, c), k, hidden) }, (p) => p.head);
    const classify = instantiate(whole);
    return {
      declared: declaredOf(whole),
      judge: (b, { visual, audio }) => {
        const logits = classify(concat(-1)(visual, audio));
        return { outputs: named(['logits', unwrap(logits)]), loss: unwrap(mean(-1)(crossEntropy(logits, inputIndices('labels', k, timesD(b, t))))) };
      },
    };
  });

/** Declared by DG-SCT's class, run, and dropped: two attention blocks with two norms each. */
const dropped = <D extends Dim, H extends Dim, K extends Dim>(d: DimOf<D>, h: DimOf<H>, k: DimOf<K>): SomeBlock<void> => {
  const one = block({ attention: multiHead(d, h, k), norm1: layerNorm(d), norm2: layerNorm(d) }, (): void => undefined);
  return opaque(block({ visual: one, audio: one }, (): void => undefined));
};

/** Channels of the released temporal stack. */
export const publishedUnits = 256;

/** The temporal stack at U channels, in the proportions of the released one. */
const withTemporal = <V extends Dim, A extends Dim, X>(v: DimOf<V>, a: DimOf<A>, units: number, use: <E extends Dim, F extends Dim, R extends Dim, S extends Dim, D extends Dim, H extends Dim, K extends Dim, M extends Dim>(sizes: TemporalSizes<V, A, E, F, R, S, D, H, K, M>) => X): X =>
  withSizes({ E: 2 * units, F: units / 2, R: units, S: units / 2, D: units, H: 4, K: units / 4, M: 4 * units }, (s) => use({ v, a, e: s.E, f: s.F, r: s.R, s: s.S, d: s.D, h: s.H, k: s.K, m: s.M }));

/** CMBS over clips; inputs `foreground` [B, T], 1 or 0, and `event` [B]; `released` is whose class declares the weights. `units` are divisible by 4. */
export const cmbsHead = <T extends Dim, D extends Dim, C extends Dim>(t: DimOf<T>, d: DimOf<D>, c: DimOf<C>, events: number, released: 'avmoe' | 'dg-sct', units = publishedUnits): VectorHead<T, D, C> =>
  reify(events, <K extends Dim>(k: DimOf<K>): VectorHead<T, D, C> => withTemporal(d, c, units, (sizes) => {
    const core = cmbs(sizes, k);
    const besides = block({ unused: dropped(sizes.d, sizes.h, sizes.k) }, (): void => undefined);
    const head: SomeBlock<Locate<D, C, K>> = released === 'avmoe' ? core : opaque(mapBlock(([locate]: readonly [Locate<D, C, K>, void]) => locate)(beside(core, besides)));
    const whole = block({ head }, (p) => p.head);
    const locate = instantiate(whole);
    return {
      declared: declaredOf(whole),
      judge: (b, { visual, audio }) => {
        const clips = rearrange('(b t) d -> b t d', { b, t });
        const out = locate(clips(visual), clips(audio));
        return {
          outputs: named(['foreground', unwrap(out.foreground)], ['event', unwrap(out.event)], ['highest', unwrap(out.highest)]),
          loss: unwrap(cmbsLoss(out, input('foreground', b, t), inputIndices('event', k, b))),
        };
      },
    };
  }));
