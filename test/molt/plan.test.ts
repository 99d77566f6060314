/**
 * What planning makes of MoLT's equations at the paper's size (L = 2 late pairs, U = C = 2, Z = 8, H = 8, B = 40), counted without
 * running anything.
 */
import { isRight } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { workIn } from '../../dsl/cost/work.ts';
import { grad, instantiate, multiplyAdds, parameterNode, planned, savedBytes, savedIn } from '../../dsl/index.ts';
import { modality } from '../../molt/modality.ts';
import { decodeMolt } from '../../molt/variants/codec.ts';
import { someTd } from '../../molt/variants/layer.ts';
import { learnerFor } from '../../molt/variants/whole.ts';
import { rootsOf, subjectOf } from '../../proofs/subject.ts';
import { withSizes } from '../../shapes/index.ts';

const batch = 40;

test.each([['visual', 36, 1536], ['audio', 64, 768]] as const)('token distillation of the %s stream takes at most a quarter of the multiply-adds of equation (2)', (_, tokens, channels) => {
  const roots = withSizes({ D: channels, H: 8, K: channels / 8, N: tokens }, (t) => rootsOf(subjectOf(instantiate(someTd(modality(t.D, t.H, t.K, t.N)), 'td'), [[8, channels], [batch, tokens, channels]])));
  const { plan } = planned(roots);
  expect(workIn(plan.steps) / multiplyAdds(roots)).toBeLessThan(1 / 4);
});

test('a training step: multiply-adds, regions, fused adapters, bytes saved for the gradients', () => {
  const pairs = (tokens: number, channels: number): readonly unknown[] => [{ tokens, channels }, { tokens, channels }];
  const variant = decodeMolt('paper', { schemaVersion: 1, name: 'paper', features: { visual: pairs(36, 1536), audio: pairs(64, 768) }, adapter: { kind: 'molt' }, task: { kind: 'ave' } });
  if (!isRight(variant)) throw new Error('the variant of the paper does not decode');
  const made = learnerFor(variant.right);
  if (!isRight(made)) throw new Error('the variant of the paper is not built');
  const learner = made.right;
  const { loss, task, tor } = learner.train(batch);
  const { gradients } = grad(loss, [...learner.declared.values()].map((d) => parameterNode(d.name, d.sizes)));
  const { plan, decisions } = planned([loss, task, tor, ...gradients], { forward: 3, target: { transposed: true } });
  expect(multiplyAdds([loss, ...gradients]) / 1e9).toBeCloseTo(201.5, 0);
  expect(workIn(plan.steps) / 1e9).toBeLessThan(78);
  expect(decisions.regions).toBeGreaterThan(200);
  expect(decisions.fusedGroups).toBeGreaterThanOrEqual(16);
  const saved = savedIn(plan, 3).reduce((sum, { bytes }) => sum + bytes, 0);
  expect(saved).toBeLessThan(0.3 * savedBytes([loss, task, tor], gradients));
  expect(saved).toBeLessThan(100e6);
});
