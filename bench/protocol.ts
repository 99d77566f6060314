/**
 * Protocol: what the harness asks a side and what the side answers, one JSON object a line.
 * idea:  a side is a process of its own, in whatever language; it does nothing unless asked, so that it is idle while another is timed.
 * not:   tensors. Weights and inputs go by a safetensors file, results as digests.
 */
import * as t from 'io-ts/lib/index.js';

const adam = t.strict({ rate: t.number, beta1: t.number, beta2: t.number, epsilon: t.number, decay: t.number });

const common = { batch: t.number, threads: t.number, weights: t.string, inputs: t.string };

/** A training step of MoLT with a linear head, or its fused tokens; `variant` is a variant file (molt/variants). */
const moltJob = t.strict({ kind: t.union([t.literal('step'), t.literal('forward')]), ...common, variant: t.unknown, classes: t.number, adam });
/** One Swin-V2 block on [batch, side, side, channels]. */
const blockJob = t.strict({ kind: t.literal('block'), ...common, block: t.strict({ side: t.number, channels: t.number, heads: t.number, window: t.number, shift: t.number }) });

/** A whole trunk on its published input: what its last two blocks give. `backbone`: a configuration (molt/backbones); frames: of each spectrogram */
const trunkJob = t.strict({ kind: t.literal('trunk'), ...common, backbone: t.unknown, frames: t.union([t.number, t.null]) });

export const jobCodec = t.union([moltJob, blockJob, trunkJob]);
export type Job = t.TypeOf<typeof jobCodec>;
export type MoltJob = t.TypeOf<typeof moltJob>;
export type BlockJob = t.TypeOf<typeof blockJob>;
export type TrunkJob = t.TypeOf<typeof trunkJob>;

export const requestCodec = t.union([
  t.strict({ ask: t.literal('setup'), job: jobCodec }),
  t.strict({ ask: t.literal('check') }),
  t.strict({ ask: t.literal('run'), count: t.number }),
  t.strict({ ask: t.literal('memory') }),
  t.strict({ ask: t.literal('quit') }),
]);
export type Request = t.TypeOf<typeof requestCodec>;

/** Of one tensor: its elements, Σ|x| and some of its elements at fixed places, enough to tell two computations apart. */
const digest = t.strict({ count: t.number, sum: t.number, samples: t.array(t.number) });
export type Digest = t.TypeOf<typeof digest>;

export const replyCodec = t.union([
  /** threads: what the side really uses; notes: choices worth telling, e.g. which optimiser */
  t.strict({ is: t.literal('ready'), versions: t.record(t.string, t.string), threads: t.number, notes: t.array(t.string), seconds: t.number }),
  /** losses of the first steps from the given weights (none for a forward), digests of gradients (of outputs for a forward) */
  t.strict({ is: t.literal('checked'), losses: t.array(t.number), tensors: t.record(t.string, digest) }),
  /** milliseconds of each iteration; parts: of which */
  t.strict({ is: t.literal('ran'), ms: t.array(t.number), parts: t.record(t.string, t.array(t.number)) }),
  /** resident bytes now and at the highest; saved: bytes of activations kept for backward, where the side can tell */
  t.strict({ is: t.literal('memory'), now: t.number, peak: t.number, saved: t.union([t.number, t.null]) }),
  t.strict({ is: t.literal('failed'), why: t.string }),
]);
export type Reply = t.TypeOf<typeof replyCodec>;
export type ReplyOf<K extends Reply['is']> = Extract<Reply, { readonly is: K }>;

/** Elements of a tensor that a digest shows. */
export const sampleCount = 16;
/** Place of the i-th sample among n elements. */
export const samplePlace = (i: number, n: number): number => Math.floor(((2 * i + 1) * n) / (2 * sampleCount));

export const digestOf = (x: ArrayLike<number>): Digest => {
  let sum = 0;
  for (let i = 0; i < x.length; i += 1) sum += Math.abs(x[i] ?? 0);
  return { count: x.length, sum, samples: Array.from({ length: sampleCount }, (_, i) => x[samplePlace(i, x.length)] ?? 0) };
};
