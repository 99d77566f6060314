/**
 * Equations 2 and 3 of MoLT by hand on tfjs: token distillation and cross-attention, as printed: keys and values are projected first.
 * source: arXiv 2512.00115
 */
import * as tf from '@tensorflow/tfjs-core';
import { byHead, flip, type Grads, join, mm, ofHeads, param, type Params, rows, sizeOf, softmaxBack, split, type T, tall, wide } from './products.ts';

/** A layer's frozen tokens, with what every adapter needs of them. */
export interface Tokens {
  /** [B, N, D] */
  readonly f: T;
  /** [B·N, D] */
  readonly rows: T;
  /** [D, B·N] */
  readonly flipped: T;
}
export const tokens = (f: T): Tokens => { const all = rows(f); return { f, rows: all, flipped: flip(all) }; };

const like = (g: T, w: T): T => tf.reshape(g, w.shape);

/** softmax(z W_Q (f W_K)ᵀ / √K) f W_V: z [Z, D] → [B, Z, D] */
export const td = (p: Params, at: string, z: T, f: Tokens): { readonly y: T; readonly back: (dy: T) => { readonly dz: T; readonly grads: Grads } } => {
  const [wq, wk, wv] = [param(p, `${at}.query`), param(p, `${at}.key`), param(p, `${at}.value`)];
  const [b, n, latent, heads] = [sizeOf(f.f, 0), sizeOf(f.f, 1), sizeOf(z, 0), sizeOf(wq, 1)];
  const scale = 1 / Math.sqrt(sizeOf(wq, 2));
  // latent tokens are the same for all samples, so heads are the only batch of the first product
  const { q, k, v, weights, y } = tf.tidy(() => {
    const q = byHead(mm(z, wide(wq)), heads);
    const k = byHead(mm(f.rows, wide(wk)), heads);
    const v = split(mm(f.rows, wide(wv)), b, n, heads);
    const logits = tf.transpose(tf.reshape(tf.matMul(tf.mul(q, scale), k, false, true), [heads, latent, b, n]), [2, 0, 1, 3]);
    const weights = tf.softmax(logits);
    return { q, k, v, weights, y: tf.reshape(join(tf.matMul(weights, v)), [b, latent, -1]) };
  });
  return {
    y,
    back: (dy) => tf.tidy(() => {
      const dout = split(rows(dy), b, latent, heads);
      const dv = join(tf.matMul(weights, dout, true, false));
      const dlogits = tf.mul(softmaxBack(weights, tf.matMul(dout, v, false, true)), scale);
      const byHeads = tf.reshape(tf.transpose(dlogits, [1, 2, 0, 3]), [heads, latent, b * n]);
      const dq = ofHeads(tf.matMul(byHeads, k));
      const dk = ofHeads(tf.matMul(byHeads, q, true, false));
      return {
        dz: mm(dq, flip(wide(wq))),
        grads: { [`${at}.query`]: like(mm(flip(z), dq), wq), [`${at}.key`]: like(mm(f.flipped, dk), wk), [`${at}.value`]: like(mm(f.flipped, dv), wv) },
      };
    }),
  };
};

/** Multi-head attention of x over y with W_O: x [B, Z, D], y [B, Z, D'] → [B, Z, D] */
export const ca = (p: Params, at: string, x: T, y: T): { readonly y: T; readonly back: (dy: T) => { readonly dx: T; readonly dy: T; readonly grads: Grads } } => {
  const [wq, wk, wv, wo] = [param(p, `${at}.query`), param(p, `${at}.key`), param(p, `${at}.value`), param(p, `${at}.out`)];
  const [b, n, m, heads] = [sizeOf(x, 0), sizeOf(x, 1), sizeOf(y, 1), sizeOf(wq, 1)];
  const scale = 1 / Math.sqrt(sizeOf(wq, 2));
  const [xr, yr] = [rows(x), rows(y)];
  const { q, k, v, weights, mixed, out } = tf.tidy(() => {
    const q = split(mm(xr, wide(wq)), b, n, heads);
    const k = split(mm(yr, wide(wk)), b, m, heads);
    const v = split(mm(yr, wide(wv)), b, m, heads);
    const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), scale));
    const mixed = join(tf.matMul(weights, v));
    return { q, k, v, weights, mixed, out: tf.reshape(mm(mixed, tall(wo)), x.shape) };
  });
  return {
    y: out,
    back: (dout) => tf.tidy(() => {
      const dr = rows(dout);
      const dmixed = split(mm(dr, flip(tall(wo))), b, n, heads);
      const dv = join(tf.matMul(weights, dmixed, true, false));
      const dlogits = tf.mul(softmaxBack(weights, tf.matMul(dmixed, v, false, true)), scale);
      const dq = join(tf.matMul(dlogits, k));
      const dk = join(tf.matMul(dlogits, q, true, false));
      const [xt, yt] = [flip(xr), flip(yr)];
      return {
        dx: tf.reshape(mm(dq, flip(wide(wq))), x.shape),
        dy: tf.reshape(tf.add(mm(dk, flip(wide(wk))), mm(dv, flip(wide(wv)))), y.shape),
        grads: { [`${at}.query`]: like(mm(xt, dq), wq), [`${at}.key`]: like(mm(yt, dk), wk), [`${at}.value`]: like(mm(yt, dv), wv), [`${at}.out`]: like(mm(flip(mixed), dr), wo) },
      };
    }),
  };
};
