/**
 * AVE without adapters and with a head that is not linear: a control that is no variant, whose heads are the published ones.
 * idea:  if a hidden layer on pooled features does as well as adapters, the adapters have shown nothing.
 */
import { type Dim, type DimOf, plusD, reify, type Tensor, withSizes } from '../../shapes/index.ts';
import { type Arrow, block, concat, crossEntropy, declaredOf, full, input, inputIndices, instantiate, linear, mean, type Node, opaque, reduce, relu, unwrap } from '../../dsl/index.ts';
import type { Both } from '../modality.ts';
import type { Features } from '../variants/variant.ts';
import type { Learner } from './learner.ts';

/** shape: [...B, I] → [...B, K]; weights `hidden.*` and `out.*` with ReLU between */
const mlp = <I extends Dim, R extends Dim, K extends Dim>(i: DimOf<I>, r: DimOf<R>, k: DimOf<K>) =>
  opaque(block({ hidden: linear(i, r), out: linear(r, k) }, (p): Arrow<[I], [K]> => (x) => p.out(relu(p.hidden(x)))));

/** The last layer's tokens of both modalities, pooled, and a head of `hidden` units; `labels`, background among them. */
export const pooledMlp = (features: Both<readonly Features[]>, labels: number, hidden: number): Learner => {
  const layer = features.visual.length - 1;
  const [v, a] = [features.visual[layer] ?? { tokens: 0, channels: 0 }, features.audio[layer] ?? { tokens: 0, channels: 0 }];
  return withSizes({ N: v.tokens, D: v.channels, M: a.tokens, C: a.channels, R: hidden, K: labels }, (s): Learner => {
    const model = block({ head: mlp(plusD(s.D, s.C), s.R, s.K) }, (p) => p.head);
    const classify = instantiate(model);
    const logits = <B extends Dim>(b: DimOf<B>): Tensor<[B, typeof s.K extends DimOf<infer K> ? K : never]> => {
      const pooled = reduce('mean', 'b n d -> b d');
      return classify(concat(-1)(pooled(input(`visual.${layer}`, b, s.N, s.D)), pooled(input(`audio.${layer}`, b, s.M, s.C))));
    };
    return {
      declared: declaredOf(model),
      train: (batch) => reify(batch, (b) => {
        const task = unwrap(mean(-1)(crossEntropy(logits(b), inputIndices('labels', s.K, b))));
        return { loss: task, task, tor: unwrap(full(0)) };
      }),
      infer: (batch) => reify(batch, (b) => new Map<string, Node>([['logits', unwrap(logits(b))]])),
    };
  });
};
