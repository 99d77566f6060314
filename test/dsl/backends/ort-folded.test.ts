/** What follows from weights that stay is computed once; cut weights are the same memory. */
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { expect, test } from 'vitest';
import type { Value } from '../../../dsl/backend.ts';
import { folded, type Once } from '../../../dsl/backends/ort/folded.ts';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { inputNode, type Node, nodes, parameterNode, type Plan, schedule } from '../../../dsl/index.ts';

const right = <A>(e: E.Either<unknown, A>): A => {
  if (E.isLeft(e)) throw new Error(JSON.stringify(e.left));
  return e.right;
};
const numbers = (...sizes: number[]): Value => ({ sizes, dtype: 'f32', data: Float32Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(3 * i + 1)) });

/** The reference in the place of the engine, counting. */
const counted = (): { readonly once: Once; readonly plans: readonly Plan[] } => {
  const plans: Plan[] = [];
  return { plans, once: (plan, parameters) => { plans.push(plan); return TE.fromEither(evaluate(plan.outputs, { inputs: new Map(), parameters })); } };
};

const x = inputNode('x', [4, 6]);
const w = parameterNode('w', [9, 6]);
const s = parameterNode('s', [3]);
const free = parameterNode('free', [3]);
const part = (i: number): Node => nodes.slice(w, [3 * i, 0], [3, 6]);
const y = (i: number): Node => nodes.mul(nodes.einsum([[1, 2], [3, 2]], [1, 3], [x, part(i)]), nodes.reshape(nodes.map('exp', nodes.mul(s, free)), [1, 3]));

test('pieces of rows and reshapes are views, and nothing runs for them', async () => {
  const engine = counted();
  const resident = new Map([['w', numbers(9, 6)]]);
  const made = right(await folded(engine.once)(schedule([y(0), nodes.add(y(2), nodes.reshape(nodes.slice(w, [1, 2], [1, 3]), [1, 3]))]), resident)());
  expect(engine.plans).toHaveLength(0);
  const views = [...made.resident].filter(([name]) => name !== 'w');
  expect(views).toHaveLength(3);
  for (const [, { data }] of views) expect(data.buffer).toBe(resident.get('w')?.data.buffer);
});

test('the same values, by what is left of the plan', async () => {
  const engine = counted();
  const roots = [y(0), nodes.add(y(1), nodes.map('tanh', nodes.reshape(s, [1, 3]))), nodes.sumLast(nodes.map('square', w))];
  const parameters = new Map([['w', numbers(9, 6)], ['s', numbers(3)], ['free', numbers(3)]]);
  const inputs = new Map([['x', numbers(4, 6)]]);
  const wanted = right(evaluate(roots, { inputs, parameters }));
  for (const names of [['w'], ['s'], ['w', 's', 'free']]) {
    const resident = new Map([...parameters].filter(([name]) => names.includes(name)));
    const made = right(await folded(engine.once)(schedule(roots), resident)());
    const found = right(evaluate(made.plan.outputs, { inputs, parameters: new Map([...parameters, ...made.resident]) }));
    expect(found).toEqual(wanted);
    const leaves = made.plan.steps.filter((node) => node.operands.length === 0).length;
    expect(made.plan.steps.length).toBeLessThan(schedule(roots).steps.length);
    expect(leaves).toBeGreaterThan(0);
  }
  // all resident: what depends on x is left, and the rest of three plans was run once each time it had to be
  expect(engine.plans.length).toBe(3);
});

test('a name that is taken is passed over', async () => {
  const taken = parameterNode('folded 0', [3]);
  const made = right(await folded(counted().once)(schedule([nodes.add(taken, nodes.map('exp', s))]), new Map([['s', numbers(3)]]))());
  expect(made.plan.steps.flatMap((node) => (node.primitive === 'parameter' && 'name' in node.params ? [node.params.name] : [])).toSorted()).toEqual(["folded '0", 'folded 0']);
});

test('a resident weight that does not fit is refused before anything runs', async () => {
  const engine = counted();
  expect(await folded(engine.once)(schedule([y(0)]), new Map([['w', numbers(9, 5)]]))()).toMatchObject({ left: { _tag: 'Shape' } });
  expect(engine.plans).toHaveLength(0);
});
