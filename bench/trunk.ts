/**
 * Trunk: what a job about a whole trunk asks for: its weights, its input, its plan.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Backend, Value } from '../dsl/index.ts';
import { weightsOf } from '../molt/backbones/backbone.ts';
import type { BackboneConfig } from '../molt/backbones/config.ts';
import { extraction } from '../molt/backbones/extract.ts';
import type { Selection } from '../molt/backbones/taps.ts';
import { decodeBackbone } from '../molt/weights/index.ts';
import { raise } from '../shapes/fault.ts';
import type { TrunkJob } from './protocol.ts';
import type { Wanted } from './weights.ts';

export const configOf = ({ backbone }: TrunkJob): BackboneConfig => {
  const config = decodeBackbone('bench', backbone);
  return isLeft(config) ? raise(config.left) : config.right;
};

const sizesOf = ({ batch, frames }: TrunkJob) => ({ batch, form: 'published' as const, ...(frames === null ? {} : { frames }) });

/** The plan of a trunk for an engine; `names`: of its outputs, in order */
export const trunkPlan = (job: TrunkJob, selection: Selection, backend: Pick<Backend, 'target'>) => {
  const made = extraction(configOf(job), sizesOf(job), selection, undefined, backend.target);
  return { ...made, names: made.layers.map(({ stage, block }) => `layers.${stage}.blocks.${block}`) };
};

/** Deviations where the last part of a name and the sizes do not tell them: variances and gains are such that no block is idle. */
const spreadOf = (name: string, sizes: readonly number[]): number => {
  if (name.endsWith('logit_scale') || name.endsWith('relative_position_bias_table') || name.includes('norm') || name.startsWith('bn0')) return 1;
  return sizes.length === 1 ? 0.1 : 1 / Math.sqrt(sizes.slice(1).reduce((a, b) => a * b, 1));
};

/** Weights and input of a trunk as they are drawn. */
export const trunkTensors = (job: TrunkJob): { readonly weights: readonly Wanted[]; readonly inputs: readonly Wanted[]; readonly others: ReadonlyMap<string, Value> } => {
  const { input } = extraction(configOf(job), sizesOf(job), { kind: 'late', last: 1 });
  return {
    weights: [...weightsOf(configOf(job)).values()].map(({ name, sizes }) => ({ name, sizes, spread: spreadOf(name, sizes), ...(name.endsWith('running_var') ? { positive: true } : {}) })),
    inputs: [{ name: input.name, sizes: input.sizes, spread: 1 }], others: new Map(),
  };
};
