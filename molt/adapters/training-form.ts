/**
 * Training form: a model whose batch norms read given statistics, as the model that takes them from its batch.
 * idea:   a statistic is a leaf; the value that it norms stands beside it in the graph, so the moments of that value can take the leaf's place.
 *         One model, one rewriting: inference, training, and the moments that a pass over training batches pools into statistics.
 * laws:   proofs/molt/batch-norm.ts; test/molt/adapters/training-form.test.ts
 * source: Wu and Johnson 2021, arXiv:2105.07576, section 3
 */
import { withOperands } from '../../dsl/graph.ts';
import { closeGraph, type Declared, elements, is, type Node, nodes } from '../../dsl/index.ts';
import { fault, raise } from '../../shapes/fault.ts';

const overAllButLast = (x: Node): Node => nodes.scale(nodes.sumAxes(x, x.sizes.slice(0, -1).map((_, i) => i)), 1 / elements(x.sizes.slice(0, -1)));

/** What the leaves `….mean` and `….variance` [D] stand for, beside a value [..., D]. The variance is biased: divided by the number of values. */
const kinds = {
  mean: overAllButLast,
  // about the mean, not E x² − (E x)²: a channel far from 0 keeps its digits
  variance: (x) => overAllButLast(nodes.map('square', nodes.add(x, nodes.reshape(nodes.neg(overAllButLast(x)), [...x.sizes.slice(0, -1).map(() => 1), x.sizes.at(-1) ?? 1])))),
} as const satisfies { readonly [kind: string]: (x: Node) => Node };
type Kind = keyof typeof kinds;
const isKind = (text: string): text is Kind => Object.hasOwn(kinds, text);

/** A statistic's norm and kind: `….norm1.mean` is the mean of `….norm1`. */
interface Statistic {
  readonly norm: string;
  readonly kind: Kind;
}

/** The statistics among the weights of a model. */
const statisticsOf = (declared: Iterable<Declared>): ReadonlyMap<string, Statistic> =>
  new Map([...declared].flatMap(({ name, buffer }): readonly (readonly [string, Statistic])[] => {
    const [, norm = '', kind = ''] = /^(.*)\.([^.]+)$/.exec(name) ?? [];
    return buffer === true && isKind(kind) ? [[name, { norm, kind }]] : [];
  }));

const misplaced = (norm: string, given: string): never => raise(fault('Defect', `statistics of ${norm}`, [given], 'statistics that stand beside one value, which they norm'));

export interface TrainingForm {
  /** the roots over the batch's own moments */
  readonly roots: readonly Node[];
  /** the moments of the values that are normed, by the names of their leaves */
  readonly moments: ReadonlyMap<string, Node>;
}

/**
 * The roots with the moments of what is normed in the place of every statistic.
 * @throws MoltError (Defect) if statistics do not stand beside one value
 */
export const trainingForm = (roots: readonly Node[], declared: Iterable<Declared>): TrainingForm => {
  const statistics = statisticsOf(declared);
  if (statistics.size === 0) return { roots, moments: new Map() };
  const graph = closeGraph(roots);
  /** nodes of weights alone; with their norm, if they read its statistics */
  const weights = new Map<Node, string | undefined>();
  /** what each norm norms, as it was and as it is made now */
  const normed = new Map<string, { readonly inner: Set<Node>; readonly value: Node }>();
  const moments = new Map<string, Node>();
  const made = new Map<Node, Node>();

  const statisticOf = (leaf: Node): Statistic | undefined => (is('parameter', leaf) ? statistics.get(leaf.params.name) : undefined);
  const normOf = (node: Node): string | undefined => {
    let norm: string | undefined;
    for (const o of node.operands) {
      const other = weights.get(o);
      if (norm !== undefined && other !== undefined && other !== norm) return misplaced(`${norm}, ${other}`, `a ${node.primitive} of both`);
      norm ??= other;
    }
    return norm;
  };
  const isWeight = (node: Node): boolean => (node.operands.length === 0 ? !is('input', node) : node.operands.every((o) => weights.has(o)));

  /** What is made of statistics, made of the value's moments. */
  const filled = (node: Node, value: Node): Node => {
    const known = made.get(node);
    if (known !== undefined) return known;
    const statistic = statisticOf(node);
    const now = statistic === undefined ? withOperands(node, (o) => (weights.get(o) === undefined ? o : filled(o, value))) : kinds[statistic.kind](value);
    if (is('parameter', node) && statistic !== undefined) moments.set(node.params.name, now);
    made.set(node, now);
    return now;
  };
  /** The value that a norm norms, where one of its statistics meets it. */
  const valueOf = (norm: string, node: Node): Node => {
    const others = node.operands.filter((o) => weights.get(o) === undefined);
    const [beside, ...more] = others;
    if (beside === undefined || more.length > 0) return misplaced(norm, `beside ${others.length} values in a ${node.primitive}`);
    const known = normed.get(norm);
    if (known === undefined) {
      const value = made.get(beside) ?? beside;
      normed.set(norm, { inner: new Set([beside, node]), value });
      return value;
    }
    if (!known.inner.has(beside)) return misplaced(norm, 'beside two values');
    known.inner.add(node);
    return known.value;
  };

  for (const node of graph.nodes) {
    if (isWeight(node)) {
      const norm = statisticOf(node)?.norm ?? normOf(node);
      if (norm !== undefined && elements(node.sizes) > Math.max(...node.sizes)) return misplaced(norm, 'beside weights');
      weights.set(node, norm);
      continue;
    }
    const norm = normOf(node);
    const value = norm === undefined ? undefined : valueOf(norm, node);
    const now = withOperands(node, (o) => (value !== undefined && weights.get(o) !== undefined ? filled(o, value) : (made.get(o) ?? o)));
    if (now !== node) made.set(node, now);
  }
  return { roots: graph.roots.map((root) => { const norm = weights.get(root); return norm === undefined ? (made.get(root) ?? root) : misplaced(norm, 'as an output'); }), moments };
};
