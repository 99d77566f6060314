/**
 * The laws of the language on ONNX Runtime, WebAssembly and native. Its own files have the agreement with the reference.
 * not:   the peak of a schedule: ONNX Runtime orders the steps by itself.
 */
import { describe, test } from 'vitest';
import { fusedLaws } from '../../../proofs/dsl/fused.ts';
import { residentLaws } from '../../../proofs/dsl/residents.ts';
import { scheduleLaws } from '../../../proofs/dsl/schedule.ts';
import { shapeLaws } from '../../../proofs/dsl/shapes.ts';
import { ownSoftmaxLaws } from '../../../proofs/dsl/softmax.ts';
import { ortEngine, ortNames } from '../ort.ts';
import { testLaws } from '../sound.ts';

describe.each(ortNames)('%s', async (name) => {
  const engine = await ortEngine(name);
  if (engine === undefined) return test.skip('is not installed', () => undefined);
  const schedule = scheduleLaws(engine.backend).filter(({ id }) => id !== 'schedule.peak');
  return testLaws([...schedule, ...residentLaws(engine.backend), ...shapeLaws(undefined, engine), ...fusedLaws(engine), ...ownSoftmaxLaws(engine)], 40);
});
