/** What a plan's peak is made of. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asPlanned, asWritten, grad, inputNode, nodes, parameterNode, worstMoment } from '../../../dsl/index.ts';
import { programs } from '../../../proofs/arbitraries/graphs.ts';
import { stepOf } from '../../../proofs/dsl/cost.ts';

test('the parts of random training steps add up to the peak', () => {
  fc.assert(fc.property(programs(), (program) => {
    const { roots, forward } = stepOf(program.build());
    for (const planBy of [asWritten, asPlanned]) {
      const plan = planBy(roots, forward);
      expect(Object.values(worstMoment(plan, forward)).reduce((a, b) => a + b, 0)).toBe(plan.peakBytes);
    }
  }), { numRuns: 40, seed: 5 });
});

test('a step by hand: y = x·w, loss Σ y²', () => {
  const w = parameterNode('w', [2, 3]);
  const y = nodes.einsum([[0, 1], [1, 2]], [0, 2], [inputNode('x', [5, 2]), w]);
  const { loss, gradients } = grad(nodes.sumAxes(nodes.map('square', y), [0, 1]), [w]);
  const plan = asWritten([loss, ...gradients], 1);
  const { weights, data, saved, results, working } = worstMoment(plan, 1);
  expect(weights).toBe(0);
  expect(saved).toBeLessThanOrEqual(4 * 15);
  expect(results).toBeLessThanOrEqual(4 * (1 + 6));
  expect(weights + data + saved + results + working).toBe(plan.peakBytes);
});
