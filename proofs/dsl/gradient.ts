/**
 * Laws of gradients: every primitive against central differences in double precision, first and second order, and linear.
 * idea:  a total table says for each primitive whether its gradient is checked by differences or declared absent; a primitive
 *        with no gradient has its reason in `dsl/grad-rules.ts`, and lets none through.
 * not:   kinks. Numbers are drawn away from them (primitives.ts); what a rule picks there is stated in its row.
 */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { check, inputNode, nodes, type Node, type Primitive, print } from '../../dsl/index.ts';
import { gradientRules, type NoGradient } from '../../dsl/grad-rules.ts';
import { breaks, every, faults, held, must } from '../counter.ts';
import { meaning, nth, valuesOf } from '../engine.ts';
import { type Differentiate, gradientLaws, ours } from '../families/differences.ts';
import { law, type Law, under } from '../law.ts';
import { bindSubject, inputsOf, rootsOf, seeds, showSubject, type Subject, type Subjects } from '../subject.ts';
import { graphSubjects } from './lower.ts';
import { primitives, primitiveSubjects } from './primitives.ts';

/** How the gradient of a primitive is checked. */
export const gradientCases = {
  input: 'differences', parameter: 'differences', constant: 'blocked', fill: 'blocked',
  einsum: 'differences', map: 'differences', zip: 'differences', compare: 'blocked', logic: 'blocked', select: 'differences',
  max: 'differences', argmax: 'blocked', topk: 'blocked',
  reshape: 'differences', permute: 'differences', broadcast: 'differences', slice: 'differences', pad: 'differences', concat: 'differences',
  gather: 'differences', scatterAdd: 'differences', oneHot: 'blocked', cast: 'differences', stopGradient: 'blocked',
  softmax: 'differences', layerNorm: 'differences', gelu: 'differences',
} as const satisfies { readonly [P in Primitive]: 'differences' | 'blocked' };

interface Sample {
  readonly subject: Subject;
  readonly seed: number;
}

/** Why no gradient flows, if so; a leaf's reason is that it is one. */
const reasonOf = (primitive: Primitive): string | undefined => {
  const rows: { readonly [P in Primitive]: NoGradient | ((...args: never[]) => unknown) } = gradientRules;
  const row = rows[primitive];
  return typeof row === 'function' ? undefined : row.noGradient;
};

/** A gradient of zeros, and a reason. */
const blocked = (primitive: Primitive, subjects: Subjects) =>
  law<Differentiate, Sample>({
    id: 'gradient.blocked',
    statement: `no gradient passes through ${primitive}: ${reasonOf(primitive) ?? 'no reason given'}`,
    tier: 'required',
    arbitrary: fc.record({ subject: subjects.filter(({ inputs }) => inputs.length > 0), seed: seeds }),
    show: ({ subject, seed }) => `inputs ${showSubject(subject)}; seed ${seed}`,
    mutants: [{ name: 'lets something through', mutate: (d) => (loss, wrt) => d(loss, wrt).map((g) => nodes.shift(g, 1)) }],
    holds: (differentiate) => ({ subject, seed }) => {
      if (reasonOf(primitive) === undefined) return breaks(`${primitive} has a gradient rule`);
      const leaves = inputsOf(subject).map((x) => nodes.cast(x, 'f32'));
      const sums = rootsOf(subject).map((y) => nodes.sumAxes(nodes.cast(y, 'f32'), y.sizes.map((_, i) => i)));
      return pipe(
        valuesOf(meaning, differentiate(nth(sums, 0), leaves), bindSubject(subject, seed)),
        TE.chainEitherK((v) => must(v.every(({ data }) => data.every((x) => x === 0)), () => `a gradient of ${v.map(({ data }) => Array.from(data).join(', ')).join('; ')}`)),
      );
    },
  });

const leaves: readonly Primitive[] = ['constant', 'fill'];

/** Of a leaf made by the program there is nothing to differentiate by: only the reason is asked for. */
const reasoned = (primitive: Primitive) =>
  law<(p: Primitive) => string | undefined, undefined>({
    id: 'gradient.reason',
    statement: `${primitive} says why it has no gradient`,
    tier: 'required',
    arbitrary: fc.constant(undefined),
    holds: (reason) => () => must((reason(primitive) ?? '') !== '', () => 'no reason'),
    mutants: [{ name: 'silent', mutate: () => () => '' }],
  })(reasonOf);

/** The laws of one primitive's gradient. */
export const primitiveGradientLaws = (primitive: Primitive, differentiate: Differentiate = ours): readonly Law[] =>
  under(primitive)(
    gradientCases[primitive] === 'differences'
      ? gradientLaws(primitiveSubjects[primitive], differentiate)
      : leaves.includes(primitive) ? [reasoned(primitive)] : [blocked(primitive, primitiveSubjects[primitive])(differentiate)],
  );

const shaped = law<Differentiate, Subject>({
  id: 'gradient.shaped',
  statement: 'the gradient of any graph is a graph that checks, with the sizes of what it is a gradient of',
  tier: 'required',
  arbitrary: graphSubjects(),
  show: (subject) => print(rootsOf(subject)),
  mutants: [{ name: 'without axes of size 1', mutate: (d) => (loss, wrt) => d(loss, wrt).map((g) => nodes.reshape(g, g.sizes.filter((n) => n !== 1))) }, { name: 'in another order', mutate: (d) => (loss, wrt) => d(loss, wrt).toReversed() }],
  holds: (differentiate) => (subject) => {
    const x: Node = inputNode('x0', [2, 3]);
    const w: Node = inputNode('x6', []);
    const y: Node = inputNode('x3', [2, 1]);
    const sums = rootsOf(subject).map((r) => nodes.sumAxes(nodes.cast(r, 'f32'), r.sizes.map((_, i) => i)));
    const loss = sums.reduce((a, b) => nodes.add(a, b));
    const found = differentiate(loss, [x, w, y]);
    const checked = check([loss, ...found]);
    return E.isLeft(checked) ? E.left(faults(checked.left)) : every([x, w, y].map((leaf, i) => must(nth(found, i).sizes.join() === leaf.sizes.join() && nth(found, i).dtype === 'f32', () => `a gradient of [${nth(found, i).sizes.join(', ')}] for [${leaf.sizes.join(', ')}]`)));
  },
});

const complete = law<{ readonly [P in Primitive]: 'differences' | 'blocked' }, undefined>({
  id: 'gradient.complete',
  statement: 'a primitive with a rule is checked by differences; one without has a reason',
  tier: 'required',
  arbitrary: fc.constant(undefined),
  holds: (cases) => () => every(primitives.map((p) => (reasonOf(p) === undefined ? must(cases[p] === 'differences', () => `${p} has a rule that nothing checks`) : held))),
  mutants: [{ name: 'leaves one out', mutate: (cases) => ({ ...cases, gelu: 'blocked' }) }],
});

/** The laws of the gradients of all primitives, and of whole graphs. */
export const ownGradientLaws = (differentiate: Differentiate = ours): readonly Law[] => [...primitives.flatMap((p) => primitiveGradientLaws(p, differentiate)), shaped(differentiate), complete(gradientCases)];
