/**
 * MoLT's laws, outputs and gradients on ONNX Runtime, WebAssembly and native.
 */
import { describe, test } from 'vitest';
import { agrees } from '../../../proofs/dsl/agrees.ts';
import { type Law, under } from '../../../proofs/law.ts';
import { moltGradients, moltOutputs, ownAttentionLaws, ownCaLaws, ownCdaLaws, ownFdmLaws, ownRouterLaws, ownTdLaws, ownTfmLaws, ownTorLaws, ownUdaLaws, wholeLaws } from '../../../proofs/molt/index.ts';
import { ortEngine, ortNames } from '../ort.ts';
import { testLaws } from '../sound.ts';

describe.each(ortNames)('%s', async (name) => {
  const engine = await ortEngine(name);
  if (engine === undefined) return test.skip('is not installed', () => undefined);
  // differences and rewriting are about graphs, not engines: they ran in double precision
  const numeric = [ownAttentionLaws, ownTdLaws, ownUdaLaws, ownCaLaws, ownCdaLaws, ownRouterLaws, ownFdmLaws, ownTfmLaws, ownTorLaws, wholeLaws].flatMap((laws) => laws(engine)).filter(({ id }) => !/(\.gradient|\.compiled)$/.test(id));
  // what lies in a hull needs more samples to tell its mutants
  const isHull = ({ id }: Law): boolean => id.endsWith('.hull');
  testLaws(numeric.filter(isHull), 30);
  testLaws(numeric.filter((law) => !isHull(law)), 8);
  return testLaws([...under('molt.outputs')([agrees(engine.backend, moltOutputs, 1e-4)]), ...under('molt.gradients')([agrees(engine.backend, moltGradients, 1e-3)])], 8);
});
