/**
 * Training memory of every rival, measured: what engines that follow the plan hold at a step's worst moment and between its passes is within
 * 5 % of what the cost interpretation predicts. They are equal to the byte; the bench measures the same at published trunks.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { reference } from '../../../dsl/backends/reference/index.ts';
import { asPlanned, type Backend, savedOf } from '../../../dsl/index.ts';
import { writtenStep } from '../../../molt/variants/memory.ts';
import { type System, systemOf } from '../../../molt/variants/system.ts';
import { heldIn, type PlannedStep } from '../../../proofs/dsl/ballast.ts';
import { bindAll } from '../../../proofs/subject.ts';
import { printFault } from '../../../shapes/index.ts';
import { tfjsEngine } from '../../proofs/sound.ts';
import { tinyRivals } from './sized.ts';

const samples = 2;

/** The step as it is planned for training. */
const plannedStep = ({ loss, gradients }: System): PlannedStep => ({ plan: asPlanned([loss, ...gradients.toReversed()], 1), forward: 1 });

/** measured over predicted: peak, and saved */
const ratios = async (backend: Backend, name: string, stepOf: (system: System) => PlannedStep = writtenStep): Promise<readonly number[]> => {
  const [, variant] = tinyRivals.find(([one]) => one === name) ?? [];
  const system = variant === undefined ? undefined : systemOf(variant, samples);
  if (system === undefined || isLeft(system)) throw new Error(name);
  const step = stepOf(system.right);
  const held = await heldIn(backend, step, bindAll(step.plan.steps, 1))();
  if (isLeft(held)) throw new Error(printFault(held.left));
  const { peak, between, beside } = held.right;
  return [peak / step.plan.peakBytes, (between - beside) / savedOf(step.plan, step.forward).total];
};

const tfjsWasm = await tfjsEngine('wasm');

describe('tfjs-wasm', () => {
  test.each(tinyRivals.map(([name]) => name))('%s', async (name) => {
    for (const ratio of await ratios(tfjsWasm.backend, name)) expect(Math.abs(ratio - 1)).toBeLessThan(0.05);
  });

  // planning all of the adapters inside the trunks would take the suite too long
  test.each(['molt', 'mettle', 'norm-only'])('%s, planned', async (name) => {
    for (const ratio of await ratios(tfjsWasm.backend, name, plannedStep)) expect(Math.abs(ratio - 1)).toBeLessThan(0.05);
  });
});

// what stands inside the trunks takes minutes in double precision
describe('reference', () => {
  test.each(['none', 'molt'])('%s', async (name) => {
    for (const ratio of await ratios(reference, name)) expect(Math.abs(ratio - 1)).toBeLessThan(0.05);
  });
});
