/**
 * Router: how much each adapter counts, equation (4): one per layer pair, shared by both modalities, dense, per sample.
 *
 *   w = softmax(MLP([mean_N f_v ; mean_N f_a]))
 *
 * laws:  proofs/molt/router.ts: on the simplex; invariant to token order
 * source: MoLT, arXiv 2512.00115, equation (4); pooled and concatenated as in AVMoE (readings A7, A8)
 */
import { pipe } from 'fp-ts/lib/function.js';
import { type Dim, type DimOf, plusD, type Tensor } from '../shapes/index.ts';
import { block, concat, linear, reduce, relu, softmax } from '../dsl/index.ts';

/** shape: f_v [B, N, D], f_a [B, M, C] → [B, E], rows on the simplex; R hidden units */
export const router = <D extends Dim, C extends Dim, R extends Dim, E extends Dim>(d: DimOf<D>, c: DimOf<C>, r: DimOf<R>, e: DimOf<E>) =>
  block({ hidden: linear(plusD(d, c), r), out: linear(r, e) }, (p) => <B extends Dim, N extends Dim, M extends Dim>(fv: Tensor<[B, N, D]>, fa: Tensor<[B, M, C]>): Tensor<[B, E]> => {
    const pooled = reduce('mean', 'b n d -> b d');
    return pipe(concat(-1)(pooled(fv), pooled(fa)), p.hidden, relu, p.out, softmax);
  });
