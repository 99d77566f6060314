/**
 * Laws of cost: what is predicted without running is what a run holds.
 *   1. saved: the predicted values are those that a run hands from the forward to the backward pass
 *   2. features: the values that are said not to depend on trainable weights do not change with them, constants not with the data
 *   3. held: on any backend, the bytes alive between the passes are the saved ones, the leaves and the results
 *   4. peak: on any backend, the greatest bytes of a training step are the plan's
 *   5. resident: with all weights brought in first and kept, the greatest bytes are the weights and the working bytes
 * idea:  the measures share nothing with the prediction. A walk over the plan with real arrays records which arrays made before
 *        the loss is there are handed to a step after it. On a backend a ballast laid between the passes tells (ballast.ts).
 */
import fc from 'fast-check';
import { type Either, isLeft, left, right, tryCatch } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Numbers } from '../../dsl/backends/reference/arrays.ts';
import { compute } from '../../dsl/backends/reference/rows.ts';
import { type Backend, type Bindings, bufferOf, byteSize, closeGraph, fillNode, grad, is, type Node, nodes, parameterNode, type Plan, planOf, print, random, recomputeDefaults, savedIn, type SavedValue, workingBytes } from '../../dsl/index.ts';
import { fault, type Fault, faultOf } from '../../shapes/index.ts';
import { chains } from '../arbitraries/chains.ts';
import { programs } from '../arbitraries/graphs.ts';
import { type Counter, every, faults, must } from '../counter.ts';
import { meaning } from '../engine.ts';
import { law, type Law, type Mutant } from '../law.ts';
import { bindAll, drawn, rootsOf, seeds } from '../subject.ts';
import { cutOf, heldIn, peakOf, type PlannedStep } from './ballast.ts';

/** A training step: what is read of the forward pass, then the gradients. */
export interface Step {
  readonly roots: readonly Node[];
  /** how many of the roots are the forward pass's */
  readonly forward: number;
}

export type Predict = (plan: Plan, forward: number) => readonly SavedValue[];

/** The loss Σ sin(g·y) over the roots y with a trained gain g, and the gradients of all trained weights. */
export const stepOf = (roots: readonly Node[]): Step => {
  const terms = roots.flatMap((y) => (y.dtype === 'f32' ? [nodes.map('sin', nodes.mul(y, parameterNode(`gain.${y.sizes.length}`, y.sizes.map(() => 1))))] : []));
  const loss = terms.map((t) => nodes.sumAxes(t, t.sizes.map((_, i) => i))).reduce<Node>((a, b) => nodes.add(a, b), fillNode(0, []));
  const trained = closeGraph([loss]).nodes.filter((n) => is('parameter', n) && n.params.trainable);
  const { gradients } = grad(loss, trained);
  return { roots: [loss, ...gradients], forward: 1 };
};

/** The arrays that a run hands over the cut, by the node that made each. errors: those of a leaf or of a primitive */
export const handedOver = (plan: Plan, forward: number, bindings: Bindings): Either<Fault, ReadonlyMap<Node, Numbers>> => {
  const cut = cutOf({ plan, forward });
  const arrays = new Map<Node, Numbers>();
  const makers = new Map<Numbers, Node>();
  const handed = new Map<Node, Numbers>();
  const leaf = (node: Node): Numbers => {
    const value = is('input', node) ? bindings.inputs.get(node.params.name) : is('parameter', node) ? bindings.parameters.get(node.params.name) : undefined;
    return value === undefined ? new Float64Array() : value.data instanceof Float32Array ? Float64Array.from(value.data) : value.data.slice();
  };
  for (const [at, node] of plan.steps.entries()) {
    const operands = node.operands.flatMap((o) => { const a = arrays.get(o); return a === undefined ? [] : [a]; });
    if (operands.length < node.operands.length) return left(fault('Defect', node.primitive, ['an operand that is gone'], 'a value kept until its last use'));
    if (at > cut) for (const array of operands) { const maker = makers.get(array); if (maker !== undefined) handed.set(maker, array); }
    const made = tryCatch(() => compute(node, operands, leaf), (thrown) => faultOf(node.primitive, thrown));
    if (isLeft(made)) return made;
    arrays.set(node, made.right);
    if (at <= cut && node.operands.length > 0 && !operands.includes(made.right)) makers.set(made.right, node);
    for (const freed of plan.frees[at] ?? []) arrays.delete(freed);
  }
  return right(handed);
};

const named = (node: Node): string => `${node.primitive} [${node.sizes.join(', ')}]`;

/** The plan of a step, small values computed again too where that is cheap. */
export const plannedStep = ({ roots, forward }: Step): PlannedStep => ({ plan: planOf(roots, { forward, recompute: { ...recomputeDefaults, leastBytes: 0 } }), forward });

/** A training step, and where its data come from. */
export interface Sample {
  readonly planned: () => PlannedStep;
  readonly seed: number;
}
/** Training steps of random programs over all primitives, and of random contractions. */
const samples: fc.Arbitrary<Sample> = fc
  .record({ roots: fc.oneof(programs().map((p) => () => p.build()), chains.map((c) => () => rootsOf(c))), seed: seeds })
  .map(({ roots, seed }) => ({ planned: () => plannedStep(stepOf(roots())), seed }));
const show = ({ planned, seed }: Sample): string => `${print(planned().plan.outputs)}\nseed ${seed}`;

const changed = (name: string, change: (values: readonly SavedValue[], plan: Plan) => readonly SavedValue[]): Mutant<Predict> => ({ name, mutate: (predict) => (plan, forward) => change(predict(plan, forward), plan) });
const renamed = (from: SavedValue['part'], to: SavedValue['part']): Mutant<Predict> => changed(`calls ${from} ${to}`, (values) => values.map((v) => (v.part === from ? { ...v, part: to } : v)));
const asSaved = (node: Node): SavedValue => ({ node, bytes: byteSize(node), part: 'trained', block: '' });
const more = (values: readonly SavedValue[], extra: readonly Node[]): readonly SavedValue[] => [...values, ...extra.filter((n) => !values.some((v) => v.node === n)).map(asSaved)];
const forgets = changed('forgets one', (values) => values.slice(1));
const everything = changed('keeps every value', (values, plan) => more(values, plan.steps.filter((n) => n.operands.length > 0 && bufferOf(n) === n)));
const leaves = changed('keeps the weights too', (values, plan) => more(values, plan.steps.filter((n) => is('parameter', n))));
const shared = changed('counts a shared buffer twice', (values, plan) => more(values, plan.steps.filter((n) => n.operands.length > 0 && values.some((v) => n !== v.node && bufferOf(n) === v.node))));

const saved = (arbitrary: fc.Arbitrary<Sample>) =>
  law<Predict, Sample>({
    id: 'cost.saved',
    statement: 'the values predicted to be saved are those that a run hands from the forward to the backward pass',
    tier: 'required',
    arbitrary,
    show,
    mutants: [forgets, everything, leaves, shared],
    holds: (predict) => ({ planned, seed }) => {
      const { plan, forward } = planned();
      const predicted = predict(plan, forward);
      return pipe(
        TE.fromEither(handedOver(plan, forward, bindAll(plan.steps, seed))),
        TE.mapLeft(faults),
        TE.chainEitherK((handed) => {
          const nodesOf = new Set(predicted.map(({ node }) => node));
          return every([
            ...predicted.map(({ node, bytes }) => must(handed.has(node) && bytes === byteSize(node), () => `${named(node)} is predicted, ${handed.has(node) ? `with ${bytes} bytes` : 'but no backward step reads it'}`)),
            ...[...handed.keys()].map((node) => must(nodesOf.has(node), () => `${named(node)} is read by a backward step, not predicted`)),
            must(nodesOf.size === predicted.length, () => 'a value is predicted twice'),
          ]);
        }),
      );
    },
  });

/** The same inputs and frozen weights, other trainable ones. */
const retrained = (plan: Plan, bindings: Bindings, seed: number): Bindings => {
  const parameters = new Map(bindings.parameters);
  const key = random.named(random.key(seed), 'retrained');
  for (const leaf of plan.steps) if (is('parameter', leaf) && leaf.params.trainable) parameters.set(leaf.params.name, drawn({ sizes: leaf.sizes, dtype: 'f32' }, random.named(key, leaf.params.name)));
  return { ...bindings, parameters };
};
const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => a.length === b.length && Array.from(a).every((x, i) => Object.is(x, b[i]));

/** `exact`: on graphs where whatever depends on a leaf also changes with it, what does not change must be said not to. */
const features = (arbitrary: fc.Arbitrary<Sample>, exact: boolean) =>
  law<Predict, Sample>({
    id: 'cost.features',
    statement: `${exact ? 'exactly ' : ''}the saved values that are called features or constant stay as they are when trainable weights change, the constant ones when data change`,
    tier: 'required',
    arbitrary,
    show,
    mutants: [renamed('trained', 'features'), renamed('features', 'constant'), ...(exact ? [renamed('features', 'trained')] : [])],
    holds: (predict) => ({ planned, seed }) => {
      const { plan, forward } = planned();
      const bindings = bindAll(plan.steps, seed);
      const other = { ...bindings, inputs: bindAll(plan.steps, seed ^ 1).inputs };
      return pipe(
        TE.Do,
        TE.bind('first', () => TE.fromEither(handedOver(plan, forward, bindings))),
        TE.bind('retrained', () => TE.fromEither(handedOver(plan, forward, retrained(plan, bindings, seed)))),
        TE.bind('refed', () => TE.fromEither(handedOver(plan, forward, other))),
        TE.mapLeft(faults),
        TE.chainEitherK((runs) => every(predict(plan, forward).map(({ node, part }) => {
          const still = (run: ReadonlyMap<Node, Numbers>): boolean => same(runs.first.get(node) ?? [], run.get(node) ?? []);
          const [untrained, unfed] = [still(runs.retrained), still(runs.refed)];
          const claimed = part === 'features' || part === 'constant';
          const right = (claimed ? untrained : !exact || !untrained) && (part === 'constant' ? unfed : part !== 'features' || !exact || !unfed);
          return must(right, () => `${named(node)} is called ${part}; with other trainable weights it ${untrained ? 'stays' : 'changes'}, with other data it ${unfed ? 'stays' : 'changes'}`);
        }))),
      );
    },
  });

/**
 * Whether a backend holds what is predicted for a training step, between the passes and at the worst step.
 * idea:  for scripts that try it on very many graphs
 */
export const holdsAsPredicted = (backend: Backend, predict: Predict = savedIn) => (step: PlannedStep, seed: number): TE.TaskEither<Counter, void> => {
  const { plan, forward } = step;
  const kept = predict(plan, forward).reduce((bytes, v) => bytes + v.bytes, 0);
  return pipe(
    heldIn(backend, step, bindAll(plan.steps, seed)),
    TE.mapLeft(faults),
    TE.chainEitherK(({ peak, between, beside }) => every([
      must(peak === plan.peakBytes, () => `${peak} bytes at the worst step, ${plan.peakBytes} predicted`),
      must(between === kept + beside, () => `${between} bytes alive between the passes, ${kept + beside} predicted`),
    ])),
  );
};

const held = (backend: Backend, arbitrary: fc.Arbitrary<Sample>) =>
  law<Predict, Sample>({
    id: 'cost.held',
    statement: 'bytes alive between the passes, and at the worst step of a training step, are the predicted ones',
    tier: 'required',
    arbitrary,
    show,
    mutants: [forgets, everything, shared],
    holds: (predict) => ({ planned, seed }) => holdsAsPredicted(backend, predict)(planned(), seed),
  });

/** The plan of a program that keeps its weights: they come first, and stay. */
const keeping = (plan: Plan): Plan => {
  const isWeight = (n: Node): boolean => is('parameter', n);
  const rest = plan.steps.flatMap((n, i) => (isWeight(n) ? [] : [{ n, freed: (plan.frees[i] ?? []).filter((f) => !isWeight(f)) }]));
  const weights = plan.steps.filter(isWeight);
  return { ...plan, steps: [...weights, ...rest.map(({ n }) => n)], frees: [...weights.map(() => []), ...rest.map(({ freed }) => freed)], outputs: [...plan.outputs, ...weights] };
};

const resident = (backend: Backend, arbitrary: fc.Arbitrary<Sample>) =>
  law<(plan: Plan) => number, Sample>({
    id: 'cost.resident',
    statement: 'with all weights brought in first and kept, the greatest bytes are the weights and the working bytes',
    tier: 'required',
    arbitrary,
    show,
    mutants: [{ name: 'the peak with weights', mutate: () => (plan) => plan.peakBytes }, { name: 'a step less', mutate: (working) => (plan) => working({ ...plan, steps: plan.steps.slice(0, -1) }) - 1 }],
    holds: (working) => ({ planned, seed }) => {
      const { plan } = planned();
      const weights = plan.steps.reduce((bytes, n) => bytes + (is('parameter', n) ? byteSize(n) : 0), 0);
      return pipe(peakOf(backend, keeping(plan), bindAll(plan.steps, seed)), TE.mapLeft(faults), TE.chainEitherK((found) => must(found === weights + working(plan), () => `${found} bytes at the worst step, ${weights} + ${working(plan)} predicted`)));
    },
  });

/** The laws of saved bytes on random training steps; or on given ones, where features are told exactly. */
export const costLaws = (backend: Backend = meaning.backend, predict: Predict = savedIn, given?: fc.Arbitrary<Sample>): readonly Law[] => [
  saved(given ?? samples)(predict), features(given ?? samples, given !== undefined)(predict), resident(backend, given ?? samples)(workingBytes), held(backend, given ?? samples)(predict),
];
