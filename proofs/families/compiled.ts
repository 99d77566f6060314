/**
 * Compiled: every rewriting of a graph keeps its values.
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { check, closeGraph, is, lower, node, type Node, nodes } from '../../dsl/index.ts';
import { close, every, faults } from '../counter.ts';
import { meaning, nth, valuesOf } from '../engine.ts';
import { law, type Law, type Mutant } from '../law.ts';
import { bindSubject, rootsOf, seeds, showSubject, type Subject, type Subjects } from '../subject.ts';

/** Other roots of the same values. */
export type Rewrite = (roots: readonly Node[]) => readonly Node[];

/** Replaces nodes, from the operands up. */
export const replacing = (change: (node: Node) => Node): Rewrite => (roots) => {
  const graph = closeGraph(roots);
  const made = new Map<Node, Node>();
  for (const old of graph.nodes) {
    const operands = old.operands.map((o) => made.get(o) ?? o);
    made.set(old, change(operands.length === 0 ? old : Object.freeze({ ...old, operands })));
  }
  return graph.roots.map((r) => made.get(r) ?? r);
};

const after = (name: string, change: (node: Node) => Node): Mutant<Rewrite> => ({ name, mutate: (rewrite) => (roots) => replacing(change)(rewrite(roots)) });
const mutants: readonly Mutant<Rewrite>[] = [
  { name: 'a thousandth off', mutate: (rewrite) => (roots) => rewrite(roots).map((r) => (r.dtype === 'f32' ? nodes.shift(nodes.scale(r, 1.001), 0.001) : r)) },
];

/** The rewritten graph is well-formed and has the values of the unrewritten one. */
export const rewriteKeepsValues = (subjects: Subjects, rewrite: Rewrite = lower, more: readonly Mutant<Rewrite>[] = []): Law =>
  law<Rewrite, { readonly subject: Subject; readonly seed: number }>({
    id: 'compiled',
    statement: 'a rewritten graph agrees with the unrewritten one',
    tier: 'required',
    arbitrary: fc.record({ subject: subjects, seed: seeds }),
    show: ({ subject, seed }) => `inputs ${showSubject(subject)}; seed ${seed}`,
    mutants: [...mutants, ...more],
    holds: (change) => ({ subject, seed }) => {
      const roots = rootsOf(subject);
      const rewritten = change(roots);
      const bindings = bindSubject(subject, seed);
      return pipe(
        TE.fromEither(check(rewritten)),
        TE.mapLeft(faults),
        TE.chain(() => valuesOf(meaning, [...roots, ...rewritten], bindings)),
        TE.chainEitherK((v) => every(roots.map((_, i) => close(`root ${i}`, nth(v, roots.length + i), nth(v, i), meaning.tolerance)))),
      );
    },
  })(rewrite);

/** Mutants for graphs with einsums: products that lose a factor. */
export const brokenProducts: readonly Mutant<Rewrite>[] = [
  after('contractions without their first operand', (n) => (is('einsum', n) && n.operands.length > 1 ? node('einsum', n.params, n.operands.map((o, i) => (i === 0 ? nodes.shift(nodes.scale(o, 0), 1) : o))) : n)),
];
