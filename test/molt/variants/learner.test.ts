/** Learners of every kind of adapter: MoLT's is what the task has always had, and each one learns. */
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { closeGraph, grad, initialise, is, parameterNode, random, type Node, type Value } from '../../../dsl/index.ts';
import { type Adapter, isMolt, type Variant } from '../../../molt/variants/variant.ts';
import { learnerFor } from '../../../molt/variants/whole.ts';
import { type Fault, printFault } from '../../../shapes/index.ts';
import { paperVariants } from '../../../molt/variants/paper.ts';

const orFail = <A>(made: Either<Fault, A>): A => {
  if (isLeft(made)) throw new Error(printFault(made.left));
  return made.right;
};

const layers = (tokens: number, channels: number) => [{ tokens, channels: channels / 2 }, { tokens, channels }];
const [first] = paperVariants;
const molt: Adapter = { ...(first?.variant.adapter ?? { kind: 'none' }), ...{ uda: 1, cda: 1, tokens: 2, heads: 2, router: { hidden: 3 }, fusion: { kind: 'mlp', hidden: 3, over: 'token' } } };
const variantOf = (adapter: Adapter, head: 'linear' | 'cmbs'): Variant => ({
  schemaVersion: 1, name: adapter.kind, features: { visual: layers(3, 8), audio: layers(4, 4) }, adapter,
  task: { kind: 'ave', classes: 3, segments: 4, head, hidden: head === 'linear' ? 0 : 8 }, budgets: {},
});
const kinds: readonly Adapter[] = [molt, { kind: 'mettle', tokens: 2, heads: 2, width: { visual: null, audio: 2 } }, { kind: 'none' }];

test("MoLT's learner: a linear head with background as one label more, and everything that the report reads", () => {
  const variant = variantOf(molt, 'linear');
  if (!isMolt(variant)) throw new Error('not MoLT');
  const learner = orFail(learnerFor(variant));
  const outputs = learner.infer(3);
  expect([...learner.declared.values()].filter(({ name }) => name.startsWith('head.')).map(({ name, sizes }) => [name, sizes])).toEqual([['head.weight', [12, 4]], ['head.bias', [4]]]);
  expect([...outputs].map(([name, { sizes }]) => [name, sizes])).toEqual([
    ['logits', [3, 4]], ['weights.visual', [3, 4]], ['weights.audio', [3, 4]], ['tokens.visual', [3, 4, 8]], ['tokens.audio', [3, 4, 4]], ['tor.visual', [3]], ['tor.audio', [3]], ['router.0', [3, 2]], ['router.1', [3, 2]],
  ]);
});

/** Random inputs of whatever a graph reads. */
const inputsOf = (roots: readonly Node[]): ReadonlyMap<string, Value> =>
  new Map(closeGraph(roots).nodes.flatMap((node, i): readonly (readonly [string, Value])[] => {
    if (!is('input', node)) return [];
    const { name, below } = node.params;
    const n = node.sizes.reduce((a, b) => a * b, 1);
    const draw = random.uniform(random.child(random.key(5), i), n);
    return [[name, below === undefined ? { sizes: node.sizes, dtype: 'f32', data: name === 'foreground' ? Float32Array.from(draw, Math.round) : Float32Array.from(draw) } : { sizes: node.sizes, dtype: 'i32', data: Int32Array.from(draw, (u) => Math.floor(u * below)) }]];
  }));

test.each(kinds.flatMap((adapter) => (['linear', 'cmbs'] as const).map((head) => [`${adapter.kind}, ${head}`, variantOf(adapter, head)] as const)))('%s: a step against the gradient lowers the loss', (_, variant) => {
  const learner = orFail(learnerFor(variant));
  const { loss } = learner.train(2);
  const wrt = [...learner.declared.values()];
  const found = grad(loss, wrt.map((d) => parameterNode(d.name, d.sizes)));
  const roots = [found.loss, ...found.gradients];
  const inputs = inputsOf(roots);
  const start = initialise(learner.declared, random.key(1));
  const [before, ...gradients] = orFail(evaluate(roots, { inputs, parameters: start }));
  const parameters = new Map(wrt.map((d, i): [string, Value] => {
    const [w, g] = [start.get(d.name), gradients[i]];
    return [d.name, { sizes: d.sizes, dtype: 'f32', data: Float32Array.from(w?.data ?? [], (x, j) => x - 1e-3 * (g?.data[j] ?? 0)) }];
  }));
  const [after] = orFail(evaluate([found.loss], { inputs, parameters }));
  expect(after?.data[0] ?? Infinity).toBeLessThan(before?.data[0] ?? -Infinity);
});
