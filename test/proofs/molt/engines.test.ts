/**
 * MoLT's laws in single precision, and MoLT's outputs and gradients against the reference: on wasm and on cpu.
 */
import { describe } from 'vitest';
import { agrees } from '../../../proofs/dsl/agrees.ts';
import { under } from '../../../proofs/law.ts';
import { moltGradients, moltOutputs, ownAttentionLaws, ownCaLaws, ownCdaLaws, ownFdmLaws, ownRouterLaws, ownTdLaws, ownTfmLaws, ownTorLaws, ownUdaLaws, wholeLaws } from '../../../proofs/molt/index.ts';
import { testLaws, tfjsEngine } from '../sound.ts';

describe.each(['wasm', 'cpu'] as const)('tfjs-%s', async (device) => {
  const engine = await tfjsEngine(device);
  // differences and rewriting are about graphs, not engines: they ran in double precision
  const numeric = [ownAttentionLaws, ownTdLaws, ownUdaLaws, ownCaLaws, ownCdaLaws, ownRouterLaws, ownFdmLaws, ownTfmLaws, ownTorLaws, wholeLaws].flatMap((laws) => laws(engine)).filter(({ id }) => !/(\.gradient|\.compiled)$/.test(id));
  testLaws(numeric, 50);
  testLaws([...under('molt.outputs')([agrees(engine.backend, moltOutputs, 1e-4)]), ...under('molt.gradients')([agrees(engine.backend, moltGradients, 1e-3)])], 50);
});
