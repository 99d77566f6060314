/**
 * AdamW with tfjs operations, written as tfjs writes its own Adam, with decoupled decay.
 * source: Loshchilov & Hutter, ICLR 2019, algorithm 2
 */
import * as tf from '@tensorflow/tfjs-core';
import type { MoltJob } from '../../protocol.ts';
import type { Grads, T } from './products.ts';

export interface Slot {
  w: T;
  m: T;
  v: T;
}

export const slotOf = (w: T): Slot => ({ w, m: tf.zerosLike(w), v: tf.zerosLike(w) });

/** Replaces the tensors of every slot; disposes the old ones and the gradients. */
export const adamWStep = (config: MoltJob['adam'], slots: Readonly<Record<string, Slot>>, grads: Grads, step: number): void => {
  const { rate, beta1, beta2, epsilon, decay } = config;
  const [pace, scale] = [rate / (1 - beta1 ** step), 1 / (1 - beta2 ** step)];
  for (const [name, g] of Object.entries(grads)) {
    const slot = slots[name];
    if (slot === undefined) continue;
    const next = tf.tidy(() => {
      const m = tf.add(tf.mul(slot.m, beta1), tf.mul(g, 1 - beta1));
      const v = tf.add(tf.mul(slot.v, beta2), tf.mul(tf.square(g), 1 - beta2));
      const w = tf.sub(tf.mul(slot.w, 1 - rate * decay), tf.mul(tf.div(m, tf.add(tf.sqrt(tf.mul(v, scale)), epsilon)), pace));
      return { w, m, v };
    });
    tf.dispose([slot.w, slot.m, slot.v, g]);
    Object.assign(slot, next);
  }
};
