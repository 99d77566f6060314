/**
 * tfjs means what the reference means, and its memory is what schedules predict: on wasm and on cpu.
 */
import { describe } from 'vitest';
import { agreementLaws } from '../../../proofs/dsl/agrees.ts';
import { scheduleLaws } from '../../../proofs/dsl/schedule.ts';
import { residentLaws } from '../../../proofs/dsl/residents.ts';
import { fusedLaws } from '../../../proofs/dsl/fused.ts';
import { shapeLaws } from '../../../proofs/dsl/shapes.ts';
import { ownSoftmaxLaws } from '../../../proofs/dsl/softmax.ts';
import { testLaws, tfjsEngine } from '../sound.ts';

describe.each(['wasm', 'cpu'] as const)('tfjs-%s', async (device) => {
  const engine = await tfjsEngine(device);
  testLaws([...agreementLaws(engine.backend), ...scheduleLaws(engine.backend), ...residentLaws(engine.backend), ...shapeLaws(undefined, engine), ...fusedLaws(engine), ...ownSoftmaxLaws(engine)], 60);
});
