/**
 * Predicted bytes are measured bytes: for random training steps, on the reference and on tfjs.
 */
import { describe } from 'vitest';
import { costLaws } from '../../../proofs/dsl/cost.ts';
import { testLaws, tfjsEngine } from '../sound.ts';

testLaws(costLaws(), 200);

describe.each(['wasm', 'cpu'] as const)('tfjs-%s', async (device) => {
  const engine = await tfjsEngine(device);
  testLaws(costLaws(engine.backend).slice(-1), 100);
});
