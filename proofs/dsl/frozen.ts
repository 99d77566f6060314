/**
 * Laws of frozen blocks: nothing of them is trained, and nothing is kept for training them.
 *   1. declared: every weight of frozen(b) is fixed, under the name it had
 *   2. the same function: frozen(b) = b
 *   3. no gradient: the backward graph touches no weight of the frozen part but as data
 *   4. no saved bytes: no value from inside the frozen part is kept for the backward pass
 *   5. stopGradient: the value of x, and a gradient of 0
 * source: MoLT, arXiv 2512.00115, section 3: the backbones are frozen
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { after, bufferOf, closeGraph, frozen as ourFrozen, input, instantiate, is, layerNorm, linear, lower, node, nodes, type Node, parameterNode, savedBytes, savedIn, schedule, tower, unwrap } from '../../dsl/index.ts';
import { dim, reify } from '../../shapes/index.ts';
import { several } from '../arbitraries/sizes.ts';
import { close, every, must } from '../counter.ts';
import { type Engine, meaning, nth, valuesOf } from '../engine.ts';
import { type Equation, equation, insteadOf } from '../families/about.ts';
import { replacing } from '../families/compiled.ts';
import { type Differentiate, ours } from '../families/differences.ts';
import { law, type Law, type Mutant } from '../law.ts';
import { bindAll, seeds } from '../subject.ts';
import { primitiveSubjects } from './primitives.ts';

/** A trained model on frozen outputs, as a graph: parameters say themselves whether they are trained. */
export interface Learner {
  /** what the trained part reads of the frozen part */
  readonly outputs: readonly Node[];
  /** a scalar */
  readonly loss: Node;
}

const trained = (loss: Node): readonly Node[] => closeGraph([loss]).nodes.filter((n) => is('parameter', n) && n.params.trainable);

/** The loss and its gradients, closed together with the frozen outputs. */
const steps = (learner: Learner, differentiate: Differentiate): { readonly forward: readonly Node[]; readonly backward: readonly Node[]; readonly inside: ReadonlySet<Node> } => {
  const gradients = differentiate(learner.loss, trained(learner.loss));
  const whole = closeGraph([...learner.outputs, learner.loss, ...gradients]);
  const outputs = whole.roots.slice(0, learner.outputs.length);
  const forward = new Set(closeGraph(whole.roots.slice(0, learner.outputs.length + 1)).nodes);
  return { forward: [...forward], backward: whole.nodes.filter((n) => !forward.has(n)), inside: new Set(closeGraph(outputs).nodes.filter((n) => !outputs.includes(n))) };
};

/** Every weight is trained after all. */
const thawed: Mutant<(learner: Learner) => Learner> = {
  name: 'not frozen',
  mutate: (change) => (learner) => {
    const { outputs, loss } = change(learner);
    const [first, ...rest] = replacing((n) => (is('parameter', n) ? parameterNode(n.params.name, n.sizes, true) : n))([loss, ...outputs]);
    return { outputs: rest, loss: first ?? loss };
  },
};
const show = (learner: Learner): string => `${learner.outputs.map((o) => `[${o.sizes.join(', ')}]`).join(', ')} frozen outputs`;

const untouched = (learners: fc.Arbitrary<Learner>) =>
  law<(learner: Learner) => Learner, Learner>({
    id: 'frozen.gradient',
    statement: 'the backward pass reads no weight and no value from inside the frozen part, and has no gradient for them',
    tier: 'required',
    arbitrary: learners,
    show,
    mutants: [thawed],
    holds: (change) => (learner) => {
      const changed = change(learner);
      const { backward, inside } = steps(changed, ours);
      const wrong = backward.flatMap((n) => n.operands.filter((o) => inside.has(o) && o.operands.length + (o.primitive === 'parameter' ? 1 : 0) > 0).map((o) => `${n.primitive} reads ${o.primitive} ${is('parameter', o) ? o.params.name : `[${o.sizes.join(', ')}]`}`));
      const frozen = closeGraph([changed.loss, ...changed.outputs]);
      const weights = closeGraph(frozen.roots.slice(1)).nodes.filter((n) => is('parameter', n));
      return every([must(wrong.length === 0, () => `${wrong.length} reads of the frozen part, the first: ${wrong[0] ?? ''}`), must(weights.length > 0 && weights.every((p) => !(is('parameter', p) && p.params.trainable)), () => 'a weight of the frozen part is trained')]);
    },
  });

const unsaved = (learners: fc.Arbitrary<Learner>) =>
  law<(learner: Learner) => Learner, Learner>({
    id: 'frozen.saved',
    statement: 'the bytes saved for the backward pass are those of the trained part alone, as if the frozen outputs were inputs',
    tier: 'required',
    arbitrary: learners,
    show,
    mutants: [thawed],
    holds: (change) => (learner) => {
      const { outputs, loss } = change(learner);
      const gradients = ours(loss, trained(loss));
      const plan = schedule(lower([...outputs, loss, ...gradients]));
      const own = plan.outputs.slice(0, outputs.length);
      const buffers = new Set([...own, ...own.map(bufferOf)]);
      const inside = new Set(closeGraph(own).nodes.filter((n) => !buffers.has(n)));
      const values = savedIn(plan, outputs.length + 1);
      const kept = values.filter(({ node: n, part }) => inside.has(n) || part === 'frozen');
      const all = values.reduce((sum, { bytes }) => sum + bytes, 0);
      const standIns = new Map(own.map((o, i) => [o, node('map', { fn: 'neg' }, [parameterNode(`frozen output ${i}`, o.sizes, false)])]));
      const cut = replaced(plan.outputs.slice(outputs.length), standIns);
      const alone = savedBytes(cut.slice(0, 1), cut.slice(1));
      return every([must(kept.length === 0, () => `${kept.length} values from inside are kept`), must(all === alone, () => `${all} bytes saved, ${alone} by the trained part alone`)]);
    },
  });

/** The roots with some nodes replaced. */
const replaced = (roots: readonly Node[], by: ReadonlyMap<Node, Node>): readonly Node[] => {
  const made = new Map<Node, Node>(by);
  for (const n of closeGraph(roots).nodes) if (!made.has(n)) made.set(n, n.operands.some((o) => made.get(o) !== o) ? { ...n, operands: n.operands.map((o) => made.get(o) ?? o) } : n);
  return roots.map((r) => made.get(r) ?? r);
};

/** No gradient and no saved bytes for what is frozen. */
export const frozenLaws = (learners: fc.Arbitrary<Learner>): readonly Law[] => [untouched(learners)((l) => l), unsaved(learners)((l) => l)];

export type Freeze = typeof ourFrozen;
interface Sizes {
  readonly d: number;
  readonly layers: number;
  readonly seed: number;
}
const drawn = fc.record({ d: several, layers: several, seed: seeds });

const backbone = <R>({ d, layers }: Sizes, use: (b: ReturnType<typeof trunk>) => R): R => use(trunk(d, layers));
const trunk = (size: number, layers: number) => reify(layers, (l) => reify(size, (d) => {
  const b = tower(l)(after(linear(d, d))(layerNorm(d, 0.1)));
  return { declared: b.declared('backbone', true), freeze: (f: Freeze) => ({ declared: f(b).declared('backbone', true), output: unwrap(instantiate(f(b), 'backbone')(input('x0', dim(2), d))) }), output: unwrap(instantiate(b, 'backbone')(input('x0', dim(2), d))) };
}));

const fixed = law<Freeze, Sizes>({
  id: 'frozen.declared',
  statement: 'every weight of frozen(b) is fixed, under the name and with the start that it had',
  tier: 'required',
  arbitrary: drawn,
  holds: (freeze) => (sizes) => backbone(sizes, ({ declared, freeze: by }) => {
    const found = by(freeze).declared;
    return must(found.length === declared.length && declared.every((w, i) => found[i]?.name === w.name && found[i].init === w.init && !found[i].trainable), () => found.map((w) => `${w.name}${w.trainable ? ' trained' : ''}`).join(', '));
  }),
  mutants: [{ name: 'only says so', mutate: (freeze) => (b) => ({ ...freeze(b), declared: (path, trainable) => b.declared(path, trainable) }) }, { name: 'renames', mutate: (freeze) => (b) => ({ ...freeze(b), declared: (path) => freeze(b).declared(`${path}.frozen`, false) }) }],
});

const sameFunction = (engine: Engine) =>
  law<Freeze, Sizes>({
    id: 'frozen.same',
    statement: 'frozen(b) computes what b computes',
    tier: 'required',
    arbitrary: drawn,
    holds: (freeze) => (sizes) => backbone(sizes, ({ output, freeze: by }) => {
      const found = by(freeze).output;
      return pipe(valuesOf(engine, [found, output], bindAll([found, output], sizes.seed)), TE.chainEitherK((v) => close('output', nth(v, 0), nth(v, 1), engine.tolerance)));
    }),
    mutants: [{ name: 'other weights', mutate: (freeze) => (b) => ({ ...freeze(b), leaves: (path) => ({ frozen: b.leaves(`${path}.frozen`, false) }) }) }],
  });

/** A frozen tower with a trained linear map on its output. */
const learner: fc.Arbitrary<Learner> = drawn.map((sizes) => backbone(sizes, ({ freeze }) => {
  const { output } = freeze(ourFrozen);
  const head = nodes.einsum([[0, 1], [1, 2]], [0, 2], [nodes.map('tanh', output), parameterNode('head', [sizes.d, 3])]);
  return { outputs: [output], loss: nodes.sumAxes(nodes.map('square', nodes.map('sin', head)), [0, 1]) };
}));

/** Outputs and gradient of a stopped subject, against its outputs and zeros. */
const stopped: fc.Arbitrary<Equation> = primitiveSubjects.gelu.map((s) => {
  const both = (apply: Equation['apply']): Equation['apply'] => (...xs) => {
    const ys = apply(...xs);
    const loss = ys.map((y) => nodes.sumAxes(y, y.sizes.map((_, i) => i))).reduce((a, b) => nodes.add(a, b));
    return [...ys, ...ours(loss, xs)];
  };
  return { ...s, apply: both((...xs) => s.apply(...xs).map((y) => node('stopGradient', {}, [y]))), wanted: (...xs) => [...s.apply(...xs), ...xs.map(nodes.zerosLike)] };
});
const stops = (engine: Engine): Law =>
  equation({ id: 'stopGradient', statement: 'stopGradient(x) is x, and its gradient is 0', tier: 'required', mutants: [insteadOf('lets the gradient through', (e) => (...xs) => [...e.wanted(...xs).slice(0, 1), ...xs.map((x) => nodes.shift(nodes.zerosLike(x), 1))])] })(stopped, engine);

/** The laws of freezing. */
export const ownFrozenLaws = (engine: Engine = meaning): readonly Law[] => [fixed(ourFrozen), sameFunction(engine)(ourFrozen), ...frozenLaws(learner), stops(engine)];
