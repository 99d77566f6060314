/**
 * Equations 1, 3, 4 and 5 by hand on tfjs: the experts of one layer pair and their mixture.
 * source: arXiv 2512.00115
 */
import * as tf from '@tensorflow/tfjs-core';
import { ca, td, type Tokens } from './attention.ts';
import { type Grads, mlp, param, type Params, rows, sizeOf, softmaxBack, type T } from './products.ts';

export const modalities = ['visual', 'audio'] as const;
export type Modality = (typeof modalities)[number];
export type Both<A> = Readonly<Record<Modality, A>>;
export const both = <A>(make: (m: Modality) => A): Both<A> => ({ visual: make('visual'), audio: make('audio') });

interface Expert {
  readonly y: Both<T>;
  readonly back: (dy: Both<T>) => Grads;
}

/** W f on the token axis, for every sample: mix [Z, N], f [B, N, D] → [B, Z, D] */
const mixed = (p: Params, at: string, { f }: Tokens): { readonly y: T; readonly back: (dy: T) => Grads } => {
  const w = param(p, `${at}.mix`);
  return {
    y: tf.matMul(tf.tile(tf.expandDims(w, 0), [sizeOf(f, 0), 1, 1]), f),
    back: (dy) => ({ [`${at}.mix`]: tf.sum(tf.matMul(dy, f, false, true), 0) }),
  };
};

const uda = (p: Params, at: string, f: Both<Tokens>): Expert => {
  const parts = both((m) => ({ distilled: td(p, `${at}.${m}.td`, param(p, `${at}.${m}.tokens`), f[m]), mix: mixed(p, `${at}.${m}`, f[m]) }));
  return {
    y: both((m) => tf.add(parts[m].distilled.y, parts[m].mix.y)),
    back: (dy) => Object.assign({}, ...modalities.map((m) => {
      const { dz, grads } = parts[m].distilled.back(dy[m]);
      return { ...grads, ...parts[m].mix.back(dy[m]), [`${at}.${m}.tokens`]: dz };
    })),
  };
};

const cda = (p: Params, at: string, f: Both<Tokens>): Expert => {
  const distilled = both((m) => td(p, `${at}.${m}.td`, param(p, `${at}.${m}.tokens`), f[m]));
  const crossed = { visual: ca(p, `${at}.visual.ca`, distilled.visual.y, distilled.audio.y), audio: ca(p, `${at}.audio.ca`, distilled.audio.y, distilled.visual.y) };
  const mix = both((m) => mixed(p, `${at}.${m}`, f[m]));
  return {
    y: both((m) => tf.add(crossed[m].y, mix[m].y)),
    back: (dy) => {
      const [visual, audio] = [crossed.visual.back(dy.visual), crossed.audio.back(dy.audio)];
      const [v, a] = [distilled.visual.back(tf.add(visual.dx, audio.dy)), distilled.audio.back(tf.add(audio.dx, visual.dy))];
      return {
        ...visual.grads, ...audio.grads, ...v.grads, ...a.grads, ...mix.visual.back(dy.visual), ...mix.audio.back(dy.audio),
        [`${at}.visual.tokens`]: v.dz, [`${at}.audio.tokens`]: a.dz,
      };
    },
  };
};

export interface LayerSizes {
  readonly uda: number;
  readonly cda: number;
}

/** One layer pair: [B, Z, D] of each modality. */
export const layer = (p: Params, l: number, sizes: LayerSizes, f: Both<Tokens>): Expert => {
  const experts = [
    ...Array.from({ length: sizes.uda }, (_, i) => uda(p, `fdm.${l}.uda.${i}`, f)),
    ...Array.from({ length: sizes.cda }, (_, j) => cda(p, `fdm.${l}.cda.${j}`, f)),
  ];
  const router = mlp(p, `fdm.${l}.router`, tf.concat([tf.mean(f.visual.f, 1), tf.mean(f.audio.f, 1)], 1));
  const weights = tf.softmax(router.y);
  const share = experts.map((_, e) => tf.reshape(tf.slice(weights, [0, e], [-1, 1]), [-1, 1, 1]));
  const shared = (m: Modality) => experts.map((x, e) => tf.mul(x.y[m], share[e] ?? weights));
  return {
    y: both((m) => tf.tidy(() => tf.addN(shared(m)))),
    back: (dy) => {
      const dweights = tf.tidy(() => tf.stack(experts.map((x) => tf.addN(modalities.map((m) => tf.sum(rows(tf.reshape(tf.mul(x.y[m], dy[m]), [sizeOf(dy[m], 0), -1])), 1)))), 1));
      const grads: Grads[] = experts.map((x, e) => x.back(both((m) => tf.mul(dy[m], share[e] ?? weights))));
      return Object.assign({}, ...grads, router.back(softmaxBack(weights, dweights)).grads);
    },
  };
};
