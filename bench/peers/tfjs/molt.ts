/**
 * Equations 6, 7 and 8, the head and the loss by hand on tfjs, and a whole training step.
 * source: arXiv 2512.00115
 */
import * as tf from '@tensorflow/tfjs-core';
import { tokens } from './attention.ts';
import { both, type Both, layer, type LayerSizes, modalities, type Modality } from './layer.ts';
import { flip, type Grads, mlp, mm, param, type Params, rows, sizeOf, softmaxBack, type T } from './products.ts';

export interface MoltSizes extends LayerSizes {
  readonly layers: number;
  readonly tor: { readonly weight: number; readonly scale: 'mean' | 'sum' };
}

/** Scores, weights over all tokens, weighted sum: x [B, M, D] → [B, D] */
const tfm = (p: Params, at: string, x: T): { readonly y: T; readonly back: (dy: T) => { readonly dx: T; readonly grads: Grads } } => {
  const [b, m] = [sizeOf(x, 0), sizeOf(x, 1)];
  const scores = mlp(p, at, rows(x));
  const weights = tf.softmax(tf.reshape(scores.y, [b, m]));
  const column = tf.expandDims(weights, 2);
  return {
    y: tf.sum(tf.mul(x, column), 1),
    back: (dy) => {
      const spread = tf.expandDims(dy, 1);
      const { dx, grads } = scores.back(tf.reshape(softmaxBack(weights, tf.sum(tf.mul(x, spread), 2)), [-1, 1]));
      return { dx: tf.add(tf.mul(column, spread), tf.reshape(dx, x.shape)), grads };
    },
  };
};

/** Σ (C − I)² of the cosines, summed over samples, and its gradient. */
const tor = (x: T): { readonly y: T; readonly dx: T } => tf.tidy(() => {
  const length = tf.maximum(tf.norm(x, 'euclidean', -1, true), 1e-12);
  const u = tf.div(x, length);
  const rest = tf.sub(tf.matMul(u, u, false, true), tf.eye(sizeOf(x, 1)));
  const du = tf.mul(tf.matMul(rest, u), 4);
  return { y: tf.sum(tf.square(rest)), dx: tf.div(tf.sub(du, tf.mul(u, tf.sum(tf.mul(u, du), -1, true))), length) };
});

const forward = (p: Params, sizes: MoltSizes, inputs: Params) => {
  const layers = Array.from({ length: sizes.layers }, (_, l) => layer(p, l, sizes, both((m) => tokens(param(inputs, `${m}.${l}`)))));
  const all = both((m) => tf.concat(layers.map((x) => x.y[m]), 1));
  return { layers, all, fused: both((m) => tfm(p, `tfm.${m}`, all[m])) };
};

export const fusedTokens = (p: Params, sizes: MoltSizes, inputs: Params): Both<T> => tf.tidy(() => { const { fused } = forward(p, sizes, inputs); return { visual: fused.visual.y, audio: fused.audio.y }; });

/** Loss and gradients of one step. Their tensors are the caller's. */
export const lossAndGrads = (p: Params, sizes: MoltSizes, inputs: Params, oneHot: T): { readonly loss: T; readonly grads: Grads } => tf.tidy(() => {
  const { layers, all, fused } = forward(p, sizes, inputs);
  const b = sizeOf(oneHot, 0);
  const [joined, head] = [tf.concat([fused.visual.y, fused.audio.y], 1), param(p, 'head.weight')];
  const logits = tf.add(mm(joined, head), param(p, 'head.bias'));
  const task = tf.div(tf.sum(tf.sub(tf.logSumExp(logits, -1), tf.sum(tf.mul(logits, oneHot), -1))), b);
  const penalties = both((m) => tor(all[m]));
  const m2 = sizes.tor.scale === 'mean' ? sizeOf(all.visual, 1) ** 2 : 1;
  const scale = (0.5 * sizes.tor.weight) / (m2 * b);
  const loss = tf.add(task, tf.mul(tf.add(penalties.visual.y, penalties.audio.y), scale));

  const dlogits = tf.div(tf.sub(tf.softmax(logits), oneHot), b);
  const djoined = mm(dlogits, flip(head));
  const width = sizeOf(fused.visual.y, 1);
  const dfused: Both<T> = { visual: tf.slice(djoined, [0, 0], [-1, width]), audio: tf.slice(djoined, [0, width], [-1, -1]) };
  const fusedBack = both((m) => fused[m].back(dfused[m]));
  const dall = both((m: Modality) => tf.add(fusedBack[m].dx, tf.mul(penalties[m].dx, scale)));
  const grads = layers.map((x, l) => x.back(both((m) => {
    const z = sizeOf(x.y[m], 1);
    return tf.slice(dall[m], [0, l * z, 0], [-1, z, -1]);
  })));
  return { loss, grads: Object.assign({ 'head.weight': mm(flip(joined), dlogits), 'head.bias': tf.sum(dlogits, 0) }, ...modalities.map((m) => fusedBack[m].grads), ...grads) };
});
