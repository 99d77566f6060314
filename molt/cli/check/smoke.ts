/**
 * Smoke: a few steps of training at a small size on one drawn batch; the loss should fall.
 * idea:  the same batch in every step, so that a model whose gradients arrive can only get better at it. In double precision by the
 *        reference backend: the same numbers on every machine.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { closeGraph, type Declared, elements, initialise, is, parameterNode, random, type Value } from '../../../dsl/index.ts';
import { reference } from '../../../dsl/backends/reference/index.ts';
import { adamWDefaults } from '../../../dsl/optim/adamw.ts';
import { stepOf, trainer, trainState } from '../../../dsl/optim/index.ts';
import { fault, type Fault } from '../../../shapes/fault.ts';
import type { SmokeRun } from '../../check/index.ts';
import { systemOf, type System } from '../../variants/system.ts';
import { shrunk } from '../../variants/shrunk.ts';
import { isParallel, type Variant } from '../../variants/variant.ts';

/** Samples: those of adapters inside the trunks are pictures, of which one is enough. */
const batchOf = (variant: Variant): number => (isParallel(variant) ? 2 : 1);
const rate = 0.01;

/** Numbers for every input of the loss: normal ones, indices below their bound, truth values. */
const drawn = ({ loss }: System, key: random.Key): ReadonlyMap<string, Value> =>
  new Map(closeGraph([loss]).nodes.flatMap((node): readonly (readonly [string, Value])[] => {
    if (!is('input', node)) return [];
    const { name, below = 2 } = node.params;
    const of = random.named(key, name);
    const n = elements(node.sizes);
    const value: Value = node.dtype === 'f32'
      ? { sizes: node.sizes, dtype: 'f32', data: Float32Array.from(random.normal(of, n)) }
      : node.dtype === 'i32'
        ? { sizes: node.sizes, dtype: 'i32', data: Int32Array.from(random.uniform(of, n), (u) => Math.floor(u * below)) }
        : { sizes: node.sizes, dtype: 'bool', data: Uint8Array.from(random.uniform(of, n), (u) => (u < 0.5 ? 0 : 1)) };
    return [[name, value]];
  }));

const named = (declared: readonly Declared[]): ReadonlyMap<string, Declared> => new Map(declared.map((d) => [d.name, d]));

/** Losses before and after so many steps of AdamW on one batch. errors: Unsupported where nothing is trained; those of the engine */
export const trainedOn = (system: Pick<System, 'declared' | 'loss'>, inputs: ReadonlyMap<string, Value>, steps: number): TE.TaskEither<Fault, SmokeRun> => async (): Promise<Either<Fault, SmokeRun>> => {
  const trainable = system.declared.filter((d) => d.trainable);
  if (trainable.length === 0) return left(fault('Unsupported', 'smoke training', ['nothing is trained'], 'a trainable weight'));
  const weights = initialise(named(system.declared), random.named(random.key(0), 'weights'));
  const start = trainState(new Map(trainable.map(({ name }) => [name, Float32Array.from(weights.get(name)?.data ?? [])])));
  const resident = new Map([...weights].filter(([name]) => !trainable.some((d) => d.name === name)));
  const step = stepOf([system.loss], trainable.map((d) => parameterNode(d.name, d.sizes)), { target: reference.target });
  const engine = await trainer(reference, step, start, { name: 'smoke training', adam: adamWDefaults, resident })();
  if (isLeft(engine)) return engine;
  try {
    const losses: number[] = [];
    // the loss of a step is that before its update: one step more shows the last one's
    for (let i = 0; i <= steps; i += 1) {
      const told = await engine.right.step(inputs, rate)();
      if (isLeft(told)) return told;
      losses.push(...told.right);
    }
    return right({ first: losses[0] ?? NaN, last: losses.at(-1) ?? NaN, steps });
  } finally {
    engine.right.dispose();
  }
};

/** The same on the shrunk variant and numbers drawn for it. errors: also those of building */
export const smokeTraining = (variant: Variant, steps: number): TE.TaskEither<Fault, SmokeRun> => pipe(TE.fromEither(systemOf(shrunk(variant), batchOf(variant))), TE.chain((system) => trainedOn(system, drawn(system, random.named(random.key(0), 'inputs')), steps)));
