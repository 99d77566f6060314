/**
 * AVMoE: a router per adapter weighs cross-modal experts (LAVisH's adapter) and uni-modal ones (its bottleneck alone).
 *
 *   p = softmax(MLP([mean_N x ; mean_N y]));   residual = Σ_e p_e expert_e      dense: every expert runs
 *   balance = −Σ_adapters Σ_e log mean_B p_e                                    part of the loss, by a small weight
 *
 * source: Cheng et al. 2024, AVMoE, arXiv:2409.09424, and its released code, which lists the cross-modal experts first. What
 *         self-attention over the batch gives takes the place of the tokens; over tokens it is LAVisH's gated fusion, which adds.
 */
import { pipe } from 'fp-ts/lib/function.js';
import { appendV, dim, type Dim, type DimOf, mapV, type Mul, plusD, type Tensor, timesD } from '../../shapes/index.ts';
import { add, block, concat, copies, einsum, linear, log, neg, opaque, rearrange, reduce, relu, scale, softmax, type SomeBlock, stack } from '../../dsl/index.ts';
import { multiHead } from '../multi-head.ts';
import { align } from './align.ts';
import { bottleneck, type BottleneckSizes, kept } from './bottleneck.ts';
import { closeExperts, type Experts, type Insert, type Refine } from './insertion.ts';
import { fusion, type LavishOptions, type TokenStart } from './lavish.ts';

/**
 * Self-attention of the uni-modal experts: none (AVE, AVQA); `batch` (S4), where token n of one segment attends to token n of the
 * others, as the axis order in the released code has it; `tokens` (MS3), LAVisH's fusion of the stream with itself.
 */
export type SelfAttention = 'none' | 'batch' | 'tokens';

export interface AvmoeOptions extends LavishOptions {
  readonly self: SelfAttention;
}

/** Sizes of an adapter: K latent tokens; the heads H·W of the self-attention over the batch. */
export interface AvmoeSizes<in out K extends Dim, in out G extends Dim, in out I extends Dim, in out O extends Dim, in out H extends Dim, in out W extends Dim> extends BottleneckSizes<G, I, O> {
  readonly k: DimOf<K>;
  readonly h: DimOf<H>;
  readonly w: DimOf<W>;
}

/** Own tokens and the aligned others'. shape: [B, N, D] and [B, N, D] → [B, N, D] */
interface Expert<in out N extends Dim, in out D extends Dim> {
  <B extends Dim>(x: Tensor<[B, N, D]>, y: Tensor<[B, N, D]>): Tensor<[B, N, D]>;
}

/** attention(x) in the place of x, each token over the segments of the batch, H heads of width W. shape: [B, N, D] kept */
const overBatch = <D extends Dim, H extends Dim, W extends Dim>(d: DimOf<D>, h: DimOf<H>, w: DimOf<W>): SomeBlock<Refine<D>> =>
  opaque(block({ attention: multiHead(d, h, w) }, (p): Refine<D> => (x) => {
    const tokens = rearrange('b n d -> n b d')(x);
    return rearrange('n b d -> b n d')(p.attention(tokens, tokens));
  }));

/** What a self-attention needs to be made: any sizes, and how its tokens start. */
interface Self {
  <K extends Dim, G extends Dim, I extends Dim, O extends Dim, H extends Dim, W extends Dim>(s: AvmoeSizes<K, G, I, O, H, W>, start: TokenStart): SomeBlock<Refine<Mul<G, I>>>;
}
const withItself = <K extends Dim, D extends Dim>(k: DimOf<K>, d: DimOf<D>, start: TokenStart): SomeBlock<Refine<D>> => opaque(block({ fusion: fusion(k, d, start) }, (p): Refine<D> => (x) => p.fusion(x, x)));

const selves: { readonly [S in SelfAttention]: Self } = {
  none: () => kept(),
  batch: ({ g, i, h, w }) => overBatch(timesD(g, i), h, w),
  tokens: ({ k, g, i }, start) => withItself(k, timesD(g, i), start),
};

/** Router of one adapter: pooled streams through 128 and 32 hidden units. shape: x, y [B, N, D] → [B, E] */
const router = <D extends Dim, E extends Dim>(d: DimOf<D>, e: DimOf<E>) =>
  block({ first: linear(plusD(d, d), dim(128)), second: linear(dim(128), dim(32)), out: linear(dim(32), e) }, (p) => <B extends Dim, N extends Dim>(x: Tensor<[B, N, D]>, y: Tensor<[B, N, D]>): Tensor<[B, E]> => {
    const pooled = reduce('mean', 'b n d -> b d');
    return pipe(concat(-1)(pooled(x), pooled(y)), p.first, relu, p.second, relu, p.out, softmax);
  });

/** The adapter of one stream: J cross-modal and U uni-modal experts. shape: x [B, N, G·I], y [B, M, C] → [B, N, G·I] */
export const avmoe = <J extends Dim, U extends Dim, K extends Dim, G extends Dim, I extends Dim, O extends Dim, H extends Dim, W extends Dim, N extends Dim, M extends Dim, C extends Dim>(
  j: DimOf<J>, u: DimOf<U>, s: AvmoeSizes<K, G, I, O, H, W>, n: DimOf<N>, m: DimOf<M>, c: DimOf<C>, options: AvmoeOptions): SomeBlock<Insert<N, Mul<G, I>, M, C>> => {
  const d = timesD(s.g, s.i);
  const cross = opaque(block({ fusion: fusion(s.k, d, options.start), bottleneck: bottleneck(s, options) }, (p): Expert<N, Mul<G, I>> => (x, y) => p.bottleneck(p.fusion(x, y))));
  const own = opaque(block({ self: selves[options.self](s, options.start), bottleneck: bottleneck(s, { ...options, relu: false }) }, (p): Expert<N, Mul<G, I>> => (x) => p.bottleneck(p.self(x))));
  return opaque(block({ align: align(n, d, m, c), router: router(d, plusD(j, u)), cross: copies(j)(cross), own: copies(u)(own) }, (p): Insert<N, Mul<G, I>, M, C> => (x, other) => {
    const y = p.align(other);
    const run = mapV((expert: Expert<N, Mul<G, I>>) => expert(x, y));
    const weights = p.router(x, y);
    return { residual: einsum('e b n d, b e -> b n d')(stack(appendV(run(p.cross), run(p.own))), weights), router: closeExperts(weights) };
  }));
};

/**
 * weight · −Σ_adapters Σ_e log p̄_e, p̄ the mean of a router's rows over the batch: least where every router takes its experts evenly.
 * Nothing without routers. shape: [B, E] of each adapter → []
 * source: AVMoE's released code for MS3: its `kl_div` to what is meant to be 1/E has 1 for a target, as p̄ is kept as one row; summed over all adapters
 */
export const balanceLoss = <B extends Dim>(weight: number, routers: readonly Experts<B>[]): Tensor<[]> | undefined => {
  const each = routers.map((p) => pipe(p, reduce('mean', 'b e -> e'), log, reduce('sum', 'e -> '), neg, scale(weight)));
  const [first, ...rest] = each;
  return first === undefined ? undefined : rest.reduce((sum, one) => add(sum, one), first);
};
