/**
 * Losses of segmentation: masks pixel by pixel, and a sound that is like what its mask shows.
 *
 *   L_S4 = BCE(first frame);   L_MS3 = BCE(all frames) + λ mean_s L_AVM,s
 *   L_AVM = Σ KL(softmax â ‖ softmax v̂);   â = a' / ‖a'‖, v̂ = v / ‖v‖, v = mean_{h,w}(x σ(pooled logits))
 *
 * not:    S4's optional term on thresholded masks, which no published run has.
 * source: Zhou et al. 2022, AVSBench, arXiv:2207.05042, section 4.3; sums and means as in its released code
 */
import { pipe } from 'fp-ts/lib/function.js';
import { dim, type Dim, type DimOf, type Tensor } from '../../shapes/index.ts';
import { add, einsum, logSoftmax, mul, rearrange, reduce, scale, sigmoid, softmax, sub, take, unit } from '../../dsl/index.ts';
import { binaryCrossEntropy } from './cmbs.ts';
import type { MaskSide, Segmented } from './masks.ts';
import { twice } from './resize.ts';

/** S4: only the first frame has a mask. shape: logits [B, T, O, O], mask [B, O, O] → [] */
export const firstFrameLoss = <B extends Dim, T extends Dim, O extends Dim>(logits: Tensor<[B, T, O, O]>, mask: Tensor<[B, O, O]>): Tensor<[]> =>
  binaryCrossEntropy(pipe(logits, take(-3)(0, dim(1)), rearrange('b 1 h w -> b h w')), mask);

/** Means of 2 × 2 places. shape: [B, T, 2G, 2G] → [B, T, G, G] */
const halved = <G extends Dim>(g: DimOf<G>) => {
  const two = dim(2);
  return reduce('mean', 'b t (h i) (w j) -> b t h w', { h: g, i: two, w: g, j: two });
};

/** Sound against what the mask shows of one scale. shape: map [B, T, G, G, E], mask logits [B, T, G, G], audio [B, T, E] → [] */
export const matchLoss = <B extends Dim, T extends Dim, G extends Dim, E extends Dim>(map: Tensor<[B, T, G, G, E]>, mask: Tensor<[B, T, G, G]>, audio: Tensor<[B, T, E]>): Tensor<[]> => {
  const shown = unit()(scale(1 / ((map.sizes[2] ?? 1) * (map.sizes[3] ?? 1)))(einsum('b t h w e, b t h w -> b t e')(map, sigmoid(mask))));
  const heard = unit()(audio);
  return reduce('sum', 'b t e -> ')(mul(softmax(heard), sub(logSoftmax(heard), logSoftmax(shown))));
};

/** MS3: every frame has a mask; `match` is λ, 0.5 as published. shape: masks [B, T, 32·G, 32·G] → [] */
export const allFramesLoss = <G extends Dim>(g: DimOf<G>, match = 0.5) => <B extends Dim, T extends Dim, E extends Dim>(out: Segmented<B, T, G, E>, masks: Tensor<[B, T, MaskSide<G>, MaskSide<G>]>): Tensor<[]> => {
  const [g2, g4] = [twice(g), twice(twice(g))];
  const [g8, g16] = [twice(g4), twice(twice(g4))];
  const m1 = halved(g8)(halved(g16)(out.logits));
  const m2 = halved(g4)(m1);
  const m3 = halved(g2)(m2);
  const m4 = halved(g)(m3);
  const [[x1, x2, x3, x4], [a1, a2, a3, a4]] = [out.maps, out.audio];
  const matched = add(add(matchLoss(x1, m1, a1), matchLoss(x2, m2, a2)), add(matchLoss(x3, m3, a3), matchLoss(x4, m4, a4)));
  return add(binaryCrossEntropy(out.logits, masks), scale(match / 4)(matched));
};
