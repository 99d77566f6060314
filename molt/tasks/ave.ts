/**
 * AVE: audio-visual event localisation, one class or background for every second.
 * idea:  a head on the two fused vectors, linear or with one hidden layer; cross-entropy over the classes with background as one of them.
 * source: Tian et al., Audio-visual event localization in unconstrained videos, ECCV 2018
 */
import { type Dim, type DimOf, plusD, reify, type Tensor, withSizes } from '../../shapes/index.ts';
import { type Arrow, beside, block, concat, crossEntropy, declaredOf, full, input, inputIndices, instantiate, linear, mean, type Node, opaque, reduce, relu, type SomeBlock, unwrap } from '../../dsl/index.ts';
import { moltLoss, torLoss } from '../loss.ts';
import { type Both, modalities } from '../modality.ts';
import { withModel } from '../variants/build.ts';
import type { Features, MoltVariant } from '../variants/variant.ts';
import type { Learner } from './learner.ts';

const meanLoss = <B extends Dim, K extends Dim>(logits: Tensor<[B, K]>, b: DimOf<B>, classes: DimOf<K>): Tensor<[]> => mean(-1)(crossEntropy(logits, inputIndices('labels', classes, b)));

/** Units of the head's hidden layer; 0 for a linear head. */
export interface HeadConfig {
  readonly hidden: number;
}

/** shape: [...B, I] → [...B, K]; `weight` and `bias`, or `hidden.*` and `out.*` with ReLU between */
const head = <I extends Dim, K extends Dim>(config: HeadConfig, i: DimOf<I>, k: DimOf<K>): SomeBlock<Arrow<[I], [K]>> =>
  config.hidden === 0
    ? opaque(linear(i, k))
    : reify(config.hidden, (r) => opaque(block({ hidden: linear(i, r), out: linear(r, k) }, (p): Arrow<[I], [K]> => (x) => p.out(relu(p.hidden(x))))));

/** MoLT of a variant with a head (`head.…`) on its fused tokens. */
export const moltAve = (variant: MoltVariant, classes: number, config: HeadConfig = { hidden: 0 }): Learner =>
  withModel(variant, (model, sizes) => reify(classes, (k): Learner => {
    const whole = beside(model, block({ head: head(config, plusD(sizes.d, sizes.c), k) }, (p) => p.head));
    const [run, classify] = instantiate(whole);
    return {
      declared: declaredOf(whole),
      train: (batch) => reify(batch, (b) => {
        const out = run(b);
        const task = meanLoss(classify(concat(-1)(out.fused.visual, out.fused.audio)), b, k);
        const { tor } = variant.adapter;
        return { loss: unwrap(moltLoss(tor, sizes.m.size)(task, out.tor)), task: unwrap(task), tor: unwrap(torLoss(tor, sizes.m.size)(out.tor)) };
      }),
      infer: (batch) => reify(batch, (b) => {
        const out = run(b);
        return new Map<string, Node>([
          ['logits', unwrap(classify(concat(-1)(out.fused.visual, out.fused.audio)))],
          ...modalities.map((m): [string, Node] => [`weights.${m}`, unwrap(out.weights[m])]),
          ...modalities.map((m): [string, Node] => [`tokens.${m}`, unwrap(out.tokens[m])]),
          ...modalities.map((m): [string, Node] => [`tor.${m}`, unwrap(out.tor[m])]),
          ...out.router.items.map((w, l): [string, Node] => [`router.${l}`, unwrap(w)]),
        ]);
      }),
    };
  }));

/** The control without adapters: the last layer's tokens of both modalities, pooled, and a head. */
export const pooledAve = (features: Both<readonly Features[]>, classes: number, config: HeadConfig = { hidden: 0 }): Learner => {
  const layer = features.visual.length - 1;
  const [v, a] = [features.visual[layer] ?? { tokens: 0, channels: 0 }, features.audio[layer] ?? { tokens: 0, channels: 0 }];
  return withSizes({ N: v.tokens, D: v.channels, M: a.tokens, C: a.channels, K: classes }, (s): Learner => {
    const model = block({ head: head(config, plusD(s.D, s.C), s.K) }, (p) => p.head);
    const classify = instantiate(model);
    const logits = <B extends Dim>(b: DimOf<B>): Tensor<[B, typeof s.K extends DimOf<infer K> ? K : never]> => {
      const pooled = reduce('mean', 'b n d -> b d');
      return classify(concat(-1)(pooled(input(`visual.${layer}`, b, s.N, s.D)), pooled(input(`audio.${layer}`, b, s.M, s.C))));
    };
    return {
      declared: declaredOf(model),
      train: (batch) => reify(batch, (b) => {
        const task = meanLoss(logits(b), b, s.K);
        return { loss: unwrap(task), task: unwrap(task), tor: unwrap(full(0)) };
      }),
      infer: (batch) => reify(batch, (b) => new Map<string, Node>([['logits', unwrap(logits(b))]])),
    };
  });
};

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
