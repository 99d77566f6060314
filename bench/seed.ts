/**
 * Seed: writes the weights and inputs of a job, as a process of its own, so that no other process's memory grows by them.
 */
import { declaredOf, type Value } from '../dsl/index.ts';
import { withSizes } from '../shapes/index.ts';
import { swinV2Block } from '../molt/backbones/swinv2.ts';
import { windowing } from '../molt/backbones/window.ts';
import { modalities } from '../molt/modality.ts';
import { learnerOf } from './learner.ts';
import { type BlockJob, jobCodec, type MoltJob, type TrunkJob } from './protocol.ts';
import { trunkTensors } from './trunk.ts';
import { drawing, store } from './weights.ts';
import { existsSync } from 'node:fs';
import { isLeft } from 'fp-ts/lib/Either.js';

const draw = drawing(1);

const moltTensors = (job: MoltJob) => {
  const { variant, learner } = learnerOf(job);
  const labels: Value = { sizes: [job.batch], dtype: 'i32', data: Int32Array.from({ length: job.batch }, (_, i) => (7 * i + 3) % job.classes) };
  return {
    weights: [...learner.declared.values()].map(({ name, sizes }) => ({ name, sizes })),
    inputs: modalities.flatMap((m) => variant.features[m].map((f, l) => ({ name: `${m}.${l}`, sizes: [job.batch, f.tokens, f.channels], spread: 1 }))),
    others: new Map(job.kind === 'step' ? [['labels', labels]] : []),
  };
};

const blockTensors = ({ batch, block: { side, channels, heads, window, shift } }: BlockJob) => ({
  weights: withSizes({ r: side / window, w: window, d: channels, h: heads, k: channels / heads, m: 4 * channels }, (s) =>
    [...declaredOf(swinV2Block({ d: s.d, h: s.h, k: s.k, windows: windowing(s.r, s.w, shift) }, s.m)).values()].map(({ name, sizes }) => ({ name, sizes, ...(name.startsWith('attn.cpb_mlp') ? { spread: 0.3 } : {}) }))),
  inputs: [{ name: 'x', sizes: [batch, side, side, channels], spread: 1 }],
  others: new Map<string, Value>(),
});

const job = jobCodec.decode(JSON.parse(process.argv[2] ?? 'null'));
if (isLeft(job)) throw new Error('not a job');
const tensorsOf = (of: BlockJob | MoltJob | TrunkJob) => (of.kind === 'block' ? blockTensors(of) : of.kind === 'trunk' ? trunkTensors(of) : moltTensors(of));
const { weights, inputs, others } = tensorsOf(job.right);
if (!existsSync(job.right.weights)) await store(job.right.weights, new Map(weights.map((w) => [w.name, draw(w)])));
await store(job.right.inputs, new Map([...inputs.map((i): [string, Value] => [i.name, draw(i)]), ...others]));
