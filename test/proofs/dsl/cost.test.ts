/**
 * Predicted bytes are measured bytes: for random training steps and for MoLT's, on the reference and on tfjs.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe } from 'vitest';
import { planOf, savedIn } from '../../../dsl/index.ts';
import { decodeVariant } from '../../../molt/variants/codec.ts';
import { adapterSystem } from '../../../molt/variants/system.ts';
import { costLaws, plannedStep, type Step } from '../../../proofs/dsl/cost.ts';
import type { PlannedStep } from '../../../proofs/dsl/ballast.ts';
import { partLaws } from '../../../proofs/dsl/parts.ts';
import { seeds } from '../../../proofs/subject.ts';
import { printFault } from '../../../shapes/index.ts';
import variantFile from '../../golden/molt/base/variant.json' with { type: 'json' };
import { testLaws, tfjsEngine } from '../sound.ts';

/** MoLT's training step. */
const moltStep = (batch: number): Step => {
  const variant = decodeVariant('base', variantFile);
  const system = isLeft(variant) ? variant : adapterSystem(variant.right, batch);
  if (isLeft(system)) throw new Error(printFault(system.left));
  return { roots: [system.right.loss, ...system.right.gradients], forward: 1 };
};
const { roots, forward } = moltStep(2);
/** Too small for computing again to pay, and with that. */
const kept = { plan: planOf(roots, { forward }), forward };
const again = plannedStep({ roots, forward });
const stepsOf = (step: PlannedStep) => seeds.map((seed) => ({ planned: () => step, seed }));

testLaws([...costLaws(), ...partLaws(savedIn)], 200);

describe('molt', () => {
  testLaws(costLaws(undefined, undefined, stepsOf(kept)), 2);
});

describe.each(['wasm', 'cpu'] as const)('tfjs-%s', async (device) => {
  const engine = await tfjsEngine(device);
  testLaws(costLaws(engine.backend).slice(-2), 100);
  describe('molt', () => {
    testLaws(costLaws(engine.backend, undefined, stepsOf(again)).slice(-1), 1);
  });
});
