/**
 * A small training run, drawn from a seed: the variant, its data, and the losses of molt's own engine.
 */
import { initialise, random, type Backend, type Value } from '../../../dsl/index.ts';
import { adamWDefaults, trainer, trainState } from '../../../dsl/optim/index.ts';
import { trainStep } from '../../../molt/train/loop.ts';
import { decodeMolt } from '../../../molt/variants/codec.ts';
import { learnerFor } from '../../../molt/variants/whole.ts';
import { must } from '../../dsl/onnx/cases.ts';

export const file = {
  schemaVersion: 1, name: 'tiny-ave',
  features: { visual: [{ tokens: 5, channels: 12 }, { tokens: 5, channels: 12 }], audio: [{ tokens: 7, channels: 8 }, { tokens: 7, channels: 8 }] },
  adapter: { kind: 'molt', uda: 1, cda: 1, tokens: 3, heads: 2, router: { hidden: 5 }, fusion: { kind: 'mlp', hidden: 6 } },
  task: { kind: 'ave', classes: 4 },
};
export const batch = 4;
export const steps = 20;
export const rate = 1e-3;

const variant = must(decodeMolt('tiny-ave', file));
export const learner = must(learnerFor(variant));
const key = random.key(2026);

/** As `molt export --start` draws them with seed 0. */
export const start: ReadonlyMap<string, Value> = initialise(learner.declared, random.named(random.key(0), 'weights'));

/** Inputs by name, with an axis of steps in front: features around a mean that the label decides. */
export const data: ReadonlyMap<string, Value> = (() => {
  const labels = Int32Array.from(random.uniform(random.named(key, 'labels'), steps * batch), (u) => Math.floor(5 * u));
  const features = Object.entries(file.features).flatMap(([m, layers]) => layers.map(({ tokens, channels }, l): [string, Value] => {
    const noise = random.normal(random.named(key, `${m}.${l}`), steps * batch * tokens * channels);
    return [`${m}.${l}`, { sizes: [steps, batch, tokens, channels], dtype: 'f32', data: Float32Array.from(noise, (x, i) => 0.5 * x + Math.cos(i % channels + (labels[Math.floor(i / (tokens * channels))] ?? 0))) }];
  }));
  return new Map<string, Value>([...features, ['labels', { sizes: [steps, batch], dtype: 'i32', data: labels }]]);
})();

/** The inputs of one step. */
export const inputsAt = (step: number): ReadonlyMap<string, Value> => new Map([...data].map(([name, { sizes: [, ...sizes], dtype, data: all }]) => {
  const n = all.length / steps;
  return [name, { sizes, dtype, data: all.slice(step * n, (step + 1) * n) }];
}));

/** The losses of the steps, and the weights after them, by dsl/optim on an engine. */
export const ownTraining = async (backend: Backend): Promise<{ readonly losses: readonly number[]; readonly weights: ReadonlyMap<string, Float32Array> }> => {
  const weights = new Map([...start].map(([name, { data: w }]) => [name, Float32Array.from(w)]));
  const made = must(await trainer(backend, trainStep(learner, batch), trainState(weights), { name: 'tiny', adam: { ...adamWDefaults, rate } })());
  const losses: number[] = [];
  for (let step = 0; step < steps; step += 1) losses.push(must(await made.step(inputsAt(step), rate)())[0] ?? NaN);
  const { weights: last } = made.state();
  made.dispose();
  return { losses, weights: last };
};
