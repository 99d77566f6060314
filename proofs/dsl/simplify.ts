/**
 * Laws of simplification.
 *   1. each rule: on graphs with its left side it fires, and its two sides are equal; so too on random graphs
 *   2. whole: all rules together keep the values of graphs with any left side, and of random graphs
 *   3. fixed point: simplifying again fires nothing
 *   4. closed: no two nodes of the result are equal expressions
 *   5. work: never more than before
 *   6. paths: what is made stands for what the same block made
 *   7. not finite: NaN and infinities stay where they are, under every rule but the one that says otherwise
 *   8. tidy: a lowered graph keeps its values and its einsums
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { check, closeGraph, elements, fillNode, is, lower, type Node, nodes, type Primitive, print, random, type RuleName, type Simplified, simplify, simplifyBy, simplifyRules } from '../../dsl/index.ts';
import { type Rule, type Rules, tidy } from '../../dsl/simplify/index.ts';
import { scaledOf, zipOf } from '../../dsl/simplify/views.ts';
import type { Domain } from '../arbitraries/domains.ts';
import { chains } from '../arbitraries/chains.ts';
import { close, every, faults, must, type Verdict } from '../counter.ts';
import { meaning, nth, valuesOf } from '../engine.ts';
import { brokenProducts, replacing, type Rewrite, rewriteKeepsValues } from '../families/compiled.ts';
import { law, type Law, under } from '../law.ts';
import { bindSubject, rootsOf, seeds, type Subject, type Subjects } from '../subject.ts';
import { graphSubjects } from './lower.ts';
import { trainingStep } from './random-graphs.ts';
import { cases } from './simplify/cases.ts';

export type Simplify = (roots: readonly Node[]) => Simplified;

const isName = (name: string): name is RuleName => Object.hasOwn(simplifyRules, name);
const names: readonly RuleName[] = Object.keys(simplifyRules).filter(isName);

interface Sample {
  readonly subject: Subject;
  /** whether the left side is there, so that the rule must fire */
  readonly fires: boolean;
  readonly seed: number;
}
const showGraph = ({ subject, seed }: { readonly subject: Subject; readonly seed: number }): string => `${print(rootsOf(subject))}\nseed ${seed}`;

/** One rule, alone. */
const ruleLaw = (name: RuleName): Law => {
  const { left, lie, wrong } = cases[name];
  return law<Rule, Sample>({
    id: name,
    statement: simplifyRules[name].equation,
    tier: 'required',
    arbitrary: fc
      .oneof({ weight: 3, arbitrary: left.map((subject) => ({ subject, fires: true })) }, { weight: 1, arbitrary: graphSubjects().map((subject) => ({ subject, fires: false })) })
      .chain((drawn) => seeds.map((seed) => ({ ...drawn, seed }))),
    show: showGraph,
    holds: (rule) => ({ subject, fires, seed }) => {
      const roots = rootsOf(subject);
      const { roots: rewritten, fired } = simplifyBy({ [name]: rule })(roots);
      return pipe(
        TE.fromEither(check(rewritten)),
        TE.mapLeft(faults),
        TE.chainEitherK(() => must(!fires || fired.size > 0, () => `the rule does not fire on\n${print(roots)}`)),
        TE.chain(() => valuesOf(meaning, [...roots, ...rewritten], bindSubject(subject, seed))),
        TE.chainEitherK((v) => every(roots.map((_, i) => close(`root ${i}`, nth(v, roots.length + i), nth(v, i), meaning.tolerance)))),
      );
    },
    mutants: [{ name: lie, mutate: (rule) => ({ ...rule, rewrite: wrong }) }],
  })(simplifyRules[name]);
};

/** Graphs with the left side of some rule, or any. */
export const leftSides: Subjects = fc.oneof(...names.map((name) => cases[name].left));
const steps: Subjects = fc.oneof(graphSubjects(), chains).map(trainingStep);
const anyGraph: Subjects = fc.oneof(leftSides, graphSubjects(24), chains, steps);

const about = (id: string, statement: string, holds: (found: Simplified, roots: readonly Node[], again: Simplify) => Verdict, mutants: readonly { readonly name: string; readonly mutate: (s: Simplify) => Simplify }[]) =>
  law<Simplify, { readonly subject: Subject; readonly seed: number }>({
    id,
    statement,
    tier: 'required',
    arbitrary: fc.record({ subject: anyGraph, seed: seeds }),
    show: showGraph,
    holds: (simplified) => ({ subject }) => {
      const roots = rootsOf(subject);
      return holds(simplified(roots), roots, simplified);
    },
    mutants,
  });

const changed = (name: string, change: (roots: readonly Node[], before: readonly Node[]) => readonly Node[]) => ({ name, mutate: (s: Simplify): Simplify => (roots) => ({ ...s(roots), roots: change(s(roots).roots, roots) }) });

const fixedPoint = about(
  'fixed point',
  'simplifying what is simple fires nothing',
  ({ roots }, _, again) => {
    const { fired } = again(roots);
    return must(fired.size === 0, () => `fires again: ${[...fired].map(([name, times]) => `${name} ${times}×`).join(', ')}\n${print(roots)}`);
  },
  [changed('leaves it as it is', (_, before) => before), changed('adds a sign twice', (roots) => roots.map((r) => (r.dtype === 'f32' ? nodes.neg(nodes.neg(r)) : r)))],
);

const closed = about(
  'closed',
  'no two nodes are equal expressions',
  ({ roots }) => must(closeGraph(roots).roots.every((r, i) => r === roots[i]), () => `two nodes for one expression\n${print(roots)}`),
  [changed('leaves it as it is', (_, before) => before), changed('every root made apart', (roots) => roots.map((r) => ({ ...r, operands: r.operands.map((o) => ({ ...o })) })))],
);

const moves: ReadonlySet<Primitive> = new Set<Primitive>(['permute', 'broadcast', 'slice', 'pad', 'concat']);
const free: ReadonlySet<Primitive> = new Set<Primitive>(['reshape', 'stopGradient']);

/** Work of a node as written: moving an element 1, computing it 2; in an einsum each factor of each term 1, and each result 1. */
const workOf = (node: Node): number => {
  if (node.operands.length === 0 || free.has(node.primitive)) return 0;
  if (!is('einsum', node)) return (moves.has(node.primitive) ? 1 : 2) * elements(node.sizes);
  const sizes = new Map(node.params.inputs.flatMap((axes, o) => axes.map((axis, i) => [axis, node.operands[o]?.sizes[i] ?? 0] as const)));
  return node.operands.length * elements([...sizes.values()]) + elements(node.sizes);
};
const total = (roots: readonly Node[]): number => closeGraph(roots).nodes.reduce((sum, n) => sum + workOf(n), 0);

const work = about(
  'work',
  'no more work than as written: moving an element 1, computing it 2, a factor of a term of an einsum 1',
  ({ roots }, before) => must(total(roots) <= total(before), () => `${total(roots)} for ${total(before)}\n${print(roots)}`),
  [changed('more operations on each root', (roots) => roots.map((r) => (r.dtype === 'f32' ? nodes.map('tanh', nodes.map('tanh', nodes.map('tanh', r))) : r)))],
);

const labelled = (roots: readonly Node[], path: string): readonly Node[] => replacing((n) => (n.operands.length === 0 ? n : { ...n, path }))(roots);
const paths = about(
  'paths',
  'what is made carries the path of what it stands for',
  (_, before, again) => {
    const stray = closeGraph(again(labelled(before, 'block')).roots).nodes.find((n) => n.operands.length > 0 && n.path !== 'block');
    return must(stray === undefined, () => `made by nobody: ${stray === undefined ? '' : print([stray])}`);
  },
  [changed('paths are forgotten', (roots) => replacing((n) => ({ ...n, path: '' }))(roots))],
);

/** Numbers among which NaN, infinities and zeros are common. */
const wild: Domain = (key, n) => {
  const values = [NaN, Infinity, -Infinity, 0, -2, 0.5, 1, 3];
  return random.uniform(key, n).map((u) => values[Math.floor(16 * u)] ?? u);
};
const alike = (x: number, y: number): boolean => Object.is(x, y) || Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(y));
const spreading: ReadonlySet<RuleName> = new Set<RuleName>(['einsum of identity']);
/** What rules that hide NaN would change: 0·x, x − x, x / x. */
const hiding: Subjects = fc.constantFrom<(x: Node) => Node>((x) => nodes.scale(x, 0), (x) => nodes.sub(x, x), (x) => nodes.div(x, x)).map((f) => ({ inputs: [{ sizes: [4, 4], dtype: 'f32' }], apply: (...xs) => xs.map(f) }));
const hider = (name: string, right: (node: Node) => Node | undefined) => ({ name, mutate: (all: Rules<string>): Rules<string> => ({ [name]: { equation: name, at: ['zip'], rewrite: right }, ...all }) });

const notFinite = law<Rules<string>, { readonly subject: Subject; readonly seed: number }>({
  id: 'not finite',
  statement: 'NaN and infinities stay where they are',
  tier: 'required',
  arbitrary: fc.record({ subject: fc.oneof({ weight: 4, arbitrary: fc.oneof(...names.filter((name) => !spreading.has(name)).map((name) => cases[name].left)) }, { weight: 1, arbitrary: hiding }), seed: seeds }).map(({ subject, seed }) => ({ subject: { ...subject, inputs: subject.inputs.map((g) => ({ ...g, domain: wild })) }, seed })),
  show: showGraph,
  holds: (all) => ({ subject, seed }) => {
    const roots = rootsOf(subject);
    return pipe(
      valuesOf(meaning, [...roots, ...simplifyBy(all)(roots).roots], bindSubject(subject, seed)),
      TE.chainEitherK((v) => every(roots.map((_, i) => {
        const [found, wanted] = [nth(v, roots.length + i).data, nth(v, i).data];
        const at = wanted.findIndex((x, k) => !alike(found[k] ?? NaN, x) && !(found[k] === 0 && x === 0));
        return must(at < 0, () => `root ${i}, number ${at}: ${String(found[at])}, wanted ${String(wanted[at])}`);
      }))),
    );
  },
  mutants: [
    hider('0 · x = 0', (node) => (scaledOf(node)?.by === 0 ? nodes.zerosLike(node) : undefined)),
    hider('x − x = 0', (node) => { const [a, b] = zipOf('sub', node) ?? []; return a !== undefined && a === b ? nodes.zerosLike(a) : undefined; }),
    hider('x / x = 1', (node) => { const [a, b] = zipOf('div', node) ?? []; return a !== undefined && a === b ? fillNode(1, a.sizes) : undefined; }),
  ],
});

const forms = (roots: readonly Node[]): readonly string[] => closeGraph(roots).nodes.flatMap((n) => (is('einsum', n) ? [`${n.operands.map((o) => o.sizes.join()).join(';')}>${JSON.stringify(n.params)}`] : []));
const tidied = law<Rewrite, { readonly subject: Subject; readonly seed: number }>({
  id: 'tidy.einsums',
  statement: 'no einsum of a lowered graph changes its form',
  tier: 'required',
  arbitrary: fc.record({ subject: fc.oneof(graphSubjects(24), chains), seed: seeds }),
  show: showGraph,
  holds: (rewrite) => ({ subject }) => {
    const lowered = lower(rootsOf(subject));
    const before = forms(lowered);
    const strange = forms(rewrite(lowered)).find((form) => !before.includes(form));
    return must(strange === undefined, () => `an einsum that was not there: ${strange ?? ''}`);
  },
  mutants: [{ name: 'all rules', mutate: () => (roots) => simplify(roots).roots }],
});

/** The laws of simplification by all rules. */
export const simplifierLaws = (subject: Simplify = simplify): readonly Law[] => [
  ...under('left sides')([rewriteKeepsValues(leftSides, (roots) => subject(roots).roots)]),
  ...under('graph')([rewriteKeepsValues(graphSubjects(24), (roots) => subject(roots).roots, brokenProducts)]),
  ...under('step')([rewriteKeepsValues(steps, (roots) => subject(roots).roots)]),
  ...under('region')([rewriteKeepsValues(chains, (roots) => subject(roots).roots, brokenProducts)]),
  fixedPoint(subject),
  closed(subject),
  work(subject),
  paths(subject),
  ...under('tidy')([rewriteKeepsValues(anyGraph, (roots) => tidy(lower(roots)), brokenProducts)]),
  tidied(tidy),
  notFinite(simplifyRules),
];

/** The laws of every rule, and of all together. */
export const simplifyLaws = (): readonly Law[] => under('simplify')([...names.map(ruleLaw), ...simplifierLaws()]);
