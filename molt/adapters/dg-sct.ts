/**
 * DG-SCT: the other stream's pooled tokens guide which channels and which places of the own tokens count, after LAVisH's fusion.
 *
 *   M_c = σ(W_c ReLU(W_b mean_N(ReLU(W_a1 a) ⊙ ReLU(W_v1 x))))             a = mean_N(y), y aligned
 *   s   = W_s(ReLU(W_v2 (x ⊙ (1 + M_c))) ⊙ ReLU(W_a2 a));   M_s = σ(s);   A = softmax_N(tanh s)
 *   x ← x ⊙ (α M_c + β M_s + 1 − α);   residual = bottleneck(x)
 *
 * not:    the temporal gate, which stands once after the trunks.
 * source: Duan et al. 2023, arXiv:2311.05152, equations 3 to 6, in the order of the released code
 */
import { pipe } from 'fp-ts/lib/function.js';
import { dim, type Dim, type DimOf, type Mul, type Tensor, timesD } from '../../shapes/index.ts';
import { add, block, linear, mul, opaque, param, rearrange, reduce, relu, repeat, scale, shift, sigmoid, softmax, type SomeBlock, tanh, zeros } from '../../dsl/index.ts';
import { align, type Alignment } from './align.ts';
import { bottleneck, type BottleneckSizes } from './bottleneck.ts';
import type { Insert } from './insertion.ts';
import { fusion, type LavishOptions } from './lavish.ts';

export interface DgSctOptions extends LavishOptions {
  /** α: how far the channels' gate counts; 0.3 (AVE, AVQA, S4) or 0.2 (MS3) */
  readonly channel: number;
  /** left out: by a map of tokens; the released S4 model resizes pictures */
  readonly align?: Alignment;
  /** β: how far the places' gate counts; 0.05 (AVE, AVQA, S4) or 0.1 (MS3) */
  readonly spatial: number;
}

/** F channels of the places' gate, D / 2. */
const guided = <D extends Dim, F extends Dim>(d: DimOf<D>, f: DimOf<F>) =>
  ({ a1: linear(d, d), v1: linear(d, d), b: linear(d, f), c: linear(f, d), v2: linear(d, f), a2: linear(d, f), s: linear(f, dim(1)) }) as const;

/** Gates of channels [B, D] and of places [B, N] (before σ), from own tokens x [B, N, D] and a pooled guide a [B, D]. */
const gates = <D extends Dim, F extends Dim>(d: DimOf<D>, f: DimOf<F>) =>
  block(guided(d, f), (p) => <B extends Dim, N extends Dim>(x: Tensor<[B, N, D]>, a: Tensor<[B, D]>, n: DimOf<N>) => {
    const over = <C extends Dim>(v: Tensor<[B, C]>): Tensor<[B, N, C]> => repeat('b c -> b n c', { n })(v);
    const mixed = mul(over(relu(p.a1(a))), relu(p.v1(x)));
    const channels = pipe(reduce('mean', 'b n d -> b d')(mixed), p.b, relu, p.c, sigmoid);
    const lit = mul(x, shift(1)(over(channels)));
    const places = pipe(mul(relu(p.v2(lit)), over(relu(p.a2(a)))), p.s, rearrange('b n 1 -> b n'));
    return { channels, places };
  });

/**
 * The adapter of one stream. shape: x [B, N, G·I], y [B, M, C] → residual [B, N, G·I], attention [B, N]
 * not: `unused`, a scalar that the released class declares and never reads: it counts, so it is here.
 */
export const dgSct = <K extends Dim, G extends Dim, I extends Dim, O extends Dim, F extends Dim, N extends Dim, M extends Dim, C extends Dim>(
  k: DimOf<K>, sizes: BottleneckSizes<G, I, O>, f: DimOf<F>, n: DimOf<N>, m: DimOf<M>, c: DimOf<C>, options: DgSctOptions): SomeBlock<Insert<N, Mul<G, I>, M, C>> => {
  const d = timesD(sizes.g, sizes.i);
  const decls = { align: align(n, d, m, c, options.align), fusion: fusion(k, d, options.start), gates: gates(d, f), bottleneck: bottleneck(sizes, options), unused: param(zeros, dim(1)) };
  return opaque(block(decls, (p): Insert<N, Mul<G, I>, M, C> => (x, other) => {
    const y = p.align(other);
    const fused = p.fusion(x, y);
    const { channels, places } = p.gates(fused, reduce('mean', 'b n d -> b d')(y), n);
    const byChannel = repeat('b d -> b n d', { n })(scale(options.channel)(channels));
    const byPlace = repeat('b n -> b n d', { d })(scale(options.spatial)(sigmoid(places)));
    const weighed = mul(fused, shift(1 - options.channel)(add(byChannel, byPlace)));
    return { residual: p.bottleneck(weighed), attention: softmax(tanh(places)) };
  }));
};
