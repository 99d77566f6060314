/**
 * TensorFlow.js on WebAssembly with everything written by hand: the equations, their backward pass, AdamW.
 * not:   tfjs' own gradients: in Node they are not registered (only the umbrella package does), and they use slower products.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import type { Value } from '../../dsl/index.ts';
import { readSafetensors } from '../../molt/io/safetensors.ts';
import { decodeMolt } from '../../molt/variants/codec.ts';
import { held } from '../held.ts';
import { adamWStep, type Slot, slotOf } from '../peers/tfjs/adamw.ts';
import { fusedTokens, lossAndGrads, type MoltSizes } from '../peers/tfjs/molt.ts';
import type { Grads, Params, T } from '../peers/tfjs/products.ts';
import { type Digest, digestOf, type MoltJob } from '../protocol.ts';
import { type Prepared, serve } from '../serve.ts';

const tensor = ({ data, sizes, dtype }: Value): T => tf.tensor(data instanceof Float32Array || data instanceof Int32Array ? data : Float32Array.from(data), [...sizes], dtype === 'i32' ? 'int32' : 'float32');
const read = async (path: string): Promise<Record<string, T>> => Object.fromEntries([...held(await readSafetensors(path)()).tensors].map(([name, value]) => [name, tensor(value)]));
const digests = (tensors: Readonly<Record<string, T>>): Record<string, Digest> => Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, digestOf(x.dataSync())]));

const sizesOf = (job: MoltJob): MoltSizes => {
  const { adapter, features } = held(decodeMolt('bench', job.variant));
  return { layers: features.visual.length, uda: adapter.uda, cda: adapter.cda, tor: adapter.tor };
};

const described = { versions: { node: process.versions.node, tfjs: tf.version_core }, threads: 1, saved: null };

const step = async (job: MoltJob): Promise<Prepared> => {
  const [sizes, inputs, weights] = [sizesOf(job), await read(job.inputs), await read(job.weights)];
  const { labels } = inputs;
  if (labels === undefined) throw new Error('no labels');
  const oneHot = tf.cast(tf.oneHot(tf.cast(labels, 'int32'), job.classes), 'float32');
  const slots: Readonly<Record<string, Slot>> = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, slotOf(w)]));
  let count = 0;
  const once = (look: (grads: Grads) => void) => {
    const began = performance.now();
    const p: Params = Object.fromEntries(Object.entries(slots).map(([name, { w }]) => [name, w]));
    const { loss, grads } = lossAndGrads(p, sizes, inputs, oneHot);
    const value = loss.dataSync()[0] ?? Number.NaN;
    loss.dispose();
    const middle = performance.now();
    look(grads);
    const after = performance.now();
    count += 1;
    adamWStep(job.adam, slots, grads, count);
    return { value, parts: { 'forward and backward': middle - began, AdamW: performance.now() - after } };
  };
  const plain = () => once(() => undefined);
  return {
    ...described, notes: ['backward pass and AdamW by hand'],
    check: async () => {
      let tensors: Record<string, Digest> = {};
      const { value } = once((grads) => { tensors = digests(grads); });
      return { losses: [value, plain().value], tensors };
    },
    iterate: async () => plain().parts,
  };
};

const forward = async (job: MoltJob): Promise<Prepared> => {
  const [sizes, inputs, weights] = [sizesOf(job), await read(job.inputs), await read(job.weights)];
  const once = () => {
    const fused = fusedTokens(weights, sizes, inputs);
    const tensors = { 'fused.visual': fused.visual, 'fused.audio': fused.audio };
    fused.audio.dataSync();
    return tensors;
  };
  return {
    ...described, notes: [],
    check: async () => ({ losses: [], tensors: digests(once()) }),
    iterate: async () => { tf.dispose(Object.values(once())); return {}; },
  };
};

await tf.setBackend('wasm');
await serve((job) => (job.kind === 'block' || job.kind === 'trunk' ? Promise.reject(new Error('no Swin-V2 block by hand')) : job.kind === 'step' ? step(job) : forward(job)));
