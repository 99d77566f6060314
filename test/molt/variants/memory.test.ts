/**
 * Training memory of every rival at full size, predicted: what a step keeps, how it grows with the batch, and the part that passing
 * through frozen trunks costs.
 */
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { asWritten, type Cost } from '../../../dsl/index.ts';
import { systemCost, systemOf } from '../../../molt/variants/system.ts';
import { type Fault, printFault } from '../../../shapes/index.ts';
import { decoded, samples } from './samples.ts';

const orFail = <A>(made: Either<Fault, A>): A => {
  if (isLeft(made)) throw new Error(printFault(made.left));
  return made.right;
};
const cost = (name: string, batch: number): Cost => {
  const sample = samples.find((s) => s.name === `${name}.json`);
  if (sample === undefined) throw new Error(`no variant ${name}`);
  return systemCost(orFail(systemOf(decoded(sample), batch)), asWritten);
};

test.each([
  ['lavish-ave-shared', 10, 0.4, 0.5],
  ['lavish-ave', 1, 0.4, 0.5],
  ['dg-sct-ave', 1, 0.25, 0.4],
  ['avmoe-ave', 1, 0.35, 0.5],
  ['norm-only', 10, 0.6, 0.9],
])('%s: a clip keeps gigabytes, a good part of them for the frozen trunks', (name, samplesOfClip, least, most) => {
  const { saved, peak, state } = cost(name, samplesOfClip);
  expect(saved.total).toBeGreaterThan(2e9);
  expect(saved.frozen / saved.total).toBeGreaterThan(least);
  expect(saved.frozen / saved.total).toBeLessThan(most);
  expect(saved.total).toBe(saved.constant + saved.features + saved.frozen + saved.trained);
  expect(peak.training ?? 0).toBeGreaterThan(saved.total);
  expect(peak.training ?? 0).toBeLessThan(1.2 * saved.total + state.weights + state.gradients);
});

test.each(['molt-ave-late-cmbs', 'mettle-ave', 'none-cmbs'])('%s: beside the trunks nothing is kept for them', (name) => {
  const { saved, peak } = cost(name, 1);
  expect(saved.frozen).toBe(0);
  expect(saved.total).toBeLessThan(1e9);
  expect(peak.training ?? 0).toBeLessThan(1e9);
});

test('from 1 to 8 clips what is kept grows in proportion, but for what frozen weights alone make', () => {
  const [one, eight] = [cost('dg-sct-ave', 1), cost('dg-sct-ave', 8)];
  expect((eight.saved.total - eight.saved.constant) / (one.saved.total - one.saved.constant)).toBeCloseTo(8, 1);
  expect(eight.saved.frozen / one.saved.frozen).toBeCloseTo(8, 1);
  expect(eight.saved.constant / one.saved.constant).toBeCloseTo(1, 3);
  expect(eight.multiplyAdds.printed.inference / one.multiplyAdds.printed.inference).toBeCloseTo(8, 1);
});
