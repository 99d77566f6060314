/**
 * Products and small calculus on tfjs, as one writes them by hand.
 * idea:  a function returns its value and its backward pass. tfjs-wasm has one fast product, 2-D and untransposed, so a factor
 *        is transposed first; that is what a user finds out who measures, and it is three times faster than `matMul(a, b, true)`.
 */
import * as tf from '@tensorflow/tfjs-core';

export type T = tf.Tensor;
/** Gradients by parameter name. */
export type Grads = Record<string, T>;
export type Params = Readonly<Record<string, T>>;

export const param = (p: Params, name: string): T => {
  const found = p[name];
  if (found === undefined) throw new Error(`no parameter ${name}`);
  return found;
};

export const sizeOf = (x: T, axis: number): number => x.shape[axis] ?? 1;
export const flip = (x: T): T => tf.transpose(x, [1, 0]);
/** rows × columns, 2-D */
export const mm = (a: T, b: T): T => tf.matMul(a, b);
/** [...,D] as rows */
export const rows = (x: T): T => tf.reshape(x, [-1, x.shape.at(-1) ?? 1]);
/** [D, H, K] as a matrix */
export const wide = (w: T): T => tf.reshape(w, [sizeOf(w, 0), -1]);
/** [H, K, D] as a matrix */
export const tall = (w: T): T => tf.reshape(w, [-1, w.shape.at(-1) ?? 1]);

/** Of softmax over the last axis, from its value. */
export const softmaxBack = (y: T, dy: T): T => tf.mul(y, tf.sub(dy, tf.sum(tf.mul(dy, y), -1, true)));

/** [B·N, H·K] → [B, H, N, K] */
export const split = (x: T, b: number, n: number, h: number): T => tf.transpose(tf.reshape(x, [b, n, h, -1]), [0, 2, 1, 3]);
/** [B, H, N, K] → [B·N, H·K] */
export const join = (x: T): T => tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [sizeOf(x, 0) * sizeOf(x, 2), -1]);
/** [R, H·K] → [H, R, K] */
export const byHead = (x: T, h: number): T => tf.transpose(tf.reshape(x, [sizeOf(x, 0), h, -1]), [1, 0, 2]);
/** [H, R, K] → [R, H·K] */
export const ofHeads = (x: T): T => tf.reshape(tf.transpose(x, [1, 0, 2]), [sizeOf(x, 1), -1]);

/** relu(x W + c) V + d on rows. */
export const mlp = (p: Params, at: string, x: T): { readonly y: T; readonly back: (dy: T) => { readonly dx: T; readonly grads: Grads } } => {
  const [w, v] = [param(p, `${at}.hidden.weight`), param(p, `${at}.out.weight`)];
  const hidden = tf.relu(tf.add(mm(x, w), param(p, `${at}.hidden.bias`)));
  return {
    y: tf.add(mm(hidden, v), param(p, `${at}.out.bias`)),
    back: (dy) => {
      const dh = tf.mul(mm(dy, flip(v)), tf.step(hidden));
      return {
        dx: mm(dh, flip(w)),
        grads: { [`${at}.out.weight`]: mm(flip(hidden), dy), [`${at}.out.bias`]: tf.sum(dy, 0), [`${at}.hidden.weight`]: mm(flip(x), dh), [`${at}.hidden.bias`]: tf.sum(dh, 0) },
      };
    },
  };
};
