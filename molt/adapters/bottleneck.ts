/**
 * Bottleneck: the down-and-up part that LAVisH, DG-SCT and AVMoE end with.
 *
 *   o = BN₂(C₂ ReLU(BN₁(C₁ LN(x))));   then the gate g and LN in the order of the setting
 *
 * idea:   C₁ and C₂ are grouped maps of channels: group g of D/G channels goes to group g of R/G, and back.
 * source: Lin et al. 2023, LAVisH, arXiv:2212.07983, and its released code: the AVS models skip the first norm and put the gate
 *         before the last one, which then nearly cancels it; uni-modal experts have no ReLU
 */
import { pipe } from 'fp-ts/lib/function.js';
import { dim, type Dim, type DimOf, type Mul, type Tensor, timesD } from '../../shapes/index.ts';
import { type Block, block, einsum, fanIn, layerNorm, opaque, param, pure, rearrange, relu, type SomeBlock, weight, zeros } from '../../dsl/index.ts';
import { batchNorm } from './batch-norm.ts';
import type { Refine } from './insertion.ts';

export interface BottleneckOptions {
  /** a layer norm before C₁ */
  readonly before: boolean;
  readonly relu: boolean;
  /** batch norms after both maps */
  readonly batchNorm: boolean;
  /** where the learned scalar g, 0 at the start, stands: after the last layer norm, before it, or nowhere */
  readonly gate: 'after' | 'before' | 'none';
}

/** D = G·I channels, R = G·O in between. */
export interface BottleneckSizes<in out G extends Dim, in out I extends Dim, in out O extends Dim> {
  readonly g: DimOf<G>;
  readonly i: DimOf<I>;
  readonly o: DimOf<O>;
}

const scaled = einsum('b n d, u -> b n d');
/** A learned scalar, 0 at the start. shape: [B, N, D] kept */
export const gated = <D extends Dim>(): Block<Tensor<[1]>, Refine<D>> => weight(param(zeros, dim(1)), (g) => (x) => scaled(x, g));

/** Nothing. shape: [B, N, D] kept */
export const kept = <D extends Dim>(): SomeBlock<Refine<D>> => opaque(pure<Refine<D>>((x) => x));
const when = <D extends Dim>(wanted: boolean, made: () => SomeBlock<Refine<D>>): SomeBlock<Refine<D>> => (wanted ? made() : kept());

/** A layer norm as a step of any number of tokens. */
const norm = <D extends Dim>(d: DimOf<D>): SomeBlock<Refine<D>> => opaque(layerNorm(d));
const batched = <D extends Dim>(d: DimOf<D>): SomeBlock<Refine<D>> => opaque(batchNorm(d));

/** shape: [B, N, G·I] → [B, N, G·O], each group by a map of its own; weight [G, O, I] */
const grouped = <G extends Dim, I extends Dim, O extends Dim>(g: DimOf<G>, i: DimOf<I>, o: DimOf<O>) =>
  weight(param((key, sizes) => fanIn()(key, [sizes[2] ?? 1, sizes[0] ?? 1, sizes[1] ?? 1]), g, o, i), (w) => <B extends Dim, N extends Dim>(x: Tensor<[B, N, Mul<G, I>]>): Tensor<[B, N, Mul<G, O>]> =>
    pipe(einsum('b n g i, g o i -> b n g o')(rearrange('b n (g i) -> b n g i', { g, i })(x), w), rearrange('b n g o -> b n (g o)')));

/** shape: [B, N, D] kept, D = G·I */
export const bottleneck = <G extends Dim, I extends Dim, O extends Dim>({ g, i, o }: BottleneckSizes<G, I, O>, options: BottleneckOptions): SomeBlock<Refine<Mul<G, I>>> => {
  const [d, r] = [timesD(g, i), timesD(g, o)];
  const decls = {
    before: when(options.before, () => norm(d)),
    down: grouped(g, i, o),
    norm1: when(options.batchNorm, () => batched(r)),
    up: grouped(g, o, i),
    norm2: when(options.batchNorm, () => batched(d)),
    post: norm(d),
    gate: options.gate === 'none' ? kept<Mul<G, I>>() : opaque(gated<Mul<G, I>>()),
  };
  return opaque(block(decls, (p): Refine<Mul<G, I>> => (x) => {
    const z = p.norm1(p.down(p.before(x)));
    const y = p.norm2(p.up(options.relu ? relu(z) : z));
    return options.gate === 'before' ? p.post(p.gate(y)) : p.gate(p.post(y));
  }));
};
