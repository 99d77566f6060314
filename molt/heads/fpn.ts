/**
 * FPN: maps of four scales into one, from the coarsest to the finest: each is refined, added to what came from below, refined again, doubled.
 *
 *   RCU(x) = r + conv(ReLU(conv(r))), r = ReLU x
 *   P_4 = up(RCU(x_4));   P_k = up(RCU_2(P_{k+1} + RCU_1(x_k))), k = 3, 2, 1
 *
 * idea:   the skip carries ReLU x, not x: the released class rectifies its input in place.
 *         `unused`: the first unit of the coarsest scale, which is declared and never called. It counts.
 * source: Lin et al. 2017, RefineNet, arXiv:1611.06612; as AVSBench (Zhou et al. 2022, arXiv:2207.05042) has it
 */
import type { Dim, DimOf, Shape, Tensor } from '../../shapes/index.ts';
import { add, block, opaque, relu, type SomeBlock } from '../../dsl/index.ts';
import { convolution } from './convolution.ts';
import { doubled, type Twice, twice } from './resize.ts';
import type { Maps } from './scales.ts';

/** shape: [...B, H, W, D] kept */
export interface Refined<in out D extends Dim> {
  <B extends Shape, H extends Dim, W extends Dim>(x: Tensor<[...B, H, W, D]>): Tensor<[...B, H, W, D]>;
}

/** Residual convolution unit. */
export const rcu = <D extends Dim>(d: DimOf<D>): SomeBlock<Refined<D>> =>
  opaque(block({ first: convolution(d, d), second: convolution(d, d) }, (p): Refined<D> => (x) => {
    const r = relu(x);
    return add(r, p.second(relu(p.first(r))));
  }));

/** shape: maps of G … 8G places to a side → [B, T, 16G, 16G, D] */
export interface Fuse<in out G extends Dim, in out D extends Dim> {
  <B extends Dim, T extends Dim>(maps: Maps<B, T, G, D>): Tensor<[B, T, Twice<Twice<Twice<Twice<G>>>>, Twice<Twice<Twice<Twice<G>>>>, D]>;
}

/** G places to a side of the coarsest map, D channels everywhere. */
export const fpn = <G extends Dim, D extends Dim>(g: DimOf<G>, d: DimOf<D>): SomeBlock<Fuse<G, D>> => {
  const unit = rcu(d);
  const level = block({ own: unit, merged: unit }, (p) => p);
  const [g2, g4] = [twice(g), twice(twice(g))];
  const up = [doubled(twice(g4), 'aligned'), doubled(g4, 'aligned'), doubled(g2, 'aligned'), doubled(g, 'aligned')] as const;
  return opaque(block({ 0: level, 1: level, 2: level, 3: block({ unused: unit, merged: unit }, (p) => p) }, (p): Fuse<G, D> => ([x1, x2, x3, x4]) => {
    const p4 = up[3](p[3].merged(x4));
    const p3 = up[2](p[2].merged(add(p4, p[2].own(x3))));
    const p2 = up[1](p[1].merged(add(p3, p[1].own(x2))));
    return up[0](p[0].merged(add(p2, p[0].own(x1))));
  }));
};
