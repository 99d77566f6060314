/**
 * Random programs are well-typed, finite, and meet every primitive.
 */
import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { check, closeGraph } from '../../dsl/index.ts';
import { evaluate } from '../../dsl/backends/reference/index.ts';
import { shapeRules } from '../../dsl/shapes-of.ts';
import { programs } from '../../proofs/arbitraries/graphs.ts';
import { bindAll } from '../../proofs/subject.ts';

test('a thousand programs', () => {
  const met = new Map<string, number>();
  let nodes = 0;
  for (const program of fc.sample(programs(), { seed: 7, numRuns: 1000 })) {
    const roots = program.build();
    const checked = check(roots);
    expect(isLeft(checked) ? checked.left : undefined).toBeUndefined();
    const values = evaluate(roots, bindAll(roots, 3));
    if (isLeft(values)) throw new Error(JSON.stringify(values.left));
    for (const { data } of values.right) expect(data.every((x) => Number.isFinite(x))).toBe(true);
    for (const { primitive } of closeGraph(roots).nodes) {
      met.set(primitive, (met.get(primitive) ?? 0) + 1);
      nodes += 1;
    }
  }
  expect(Object.keys(shapeRules).filter((p) => (met.get(p) ?? 0) < 50)).toEqual([]);
  expect(nodes / 1000).toBeGreaterThan(5);
});
