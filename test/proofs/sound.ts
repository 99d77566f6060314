/**
 * Sound: one test per law: it held on every sample and rejected every mutant. The engines that laws run on.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { type DeviceName, tfjs } from '../../dsl/backends/tfjs/index.ts';
import { type Engine, engineOf } from '../../proofs/engine.ts';
import type { Law } from '../../proofs/law.ts';
import { checkLaw, printReport, sound } from '../../proofs/run.ts';
import { printFault } from '../../shapes/index.ts';

/** A test for each law. */
export const testLaws = (laws: readonly Law[], runs = 100, seed = 1): void => {
  test.each(laws.map((law) => [law.id, law] as const))('%s', async (_, law) => {
    const report = await checkLaw(law, { seed, runs })();
    expect(sound(report) ? '' : printReport(report)).toBe('');
  });
};

/** tfjs as an engine of laws. */
export const tfjsEngine = async (device: DeviceName): Promise<Engine> => {
  const backend = await tfjs(device)();
  if (isLeft(backend)) throw new Error(printFault(backend.left));
  return engineOf(backend.right);
};
