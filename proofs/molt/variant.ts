/**
 * Laws of one variant: whatever its adapter and task, its graphs as a subject.
 * idea:  inputs in, outputs out, samples along the first axis: so every kind gets the laws of batches, of planning and of gradients, and
 *        MoLT those of its weights too. For variants of tiny sizes (molt/variants/shrunk.ts).
 * laws:  test/molt/check/laws.test.ts: they hold for every kind, and a variant that mixes samples breaks them
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Bindings, closeGraph, constantNode, type Declared, declaredOf, elements, fillNode, grad, initialise, instantiate, is, type Node, nodes, parameterNode, random, substitute, unwrap, wrap } from '../../dsl/index.ts';
import { orRaise } from '../../dsl/ops/or-raise.ts';
import { balanceLoss } from '../../molt/adapters/avmoe.ts';
import { type InsertedAdapter, insertedAt } from '../../molt/adapters/rival.ts';
import { buildVariant } from '../../molt/variants/build.ts';
import { type Adapter, isMolt, type MoltVariant, placement, type Variant } from '../../molt/variants/variant.ts';
import { type Whole, wholeOf } from '../../molt/variants/whole.ts';
import type { Dim } from '../../shapes/index.ts';
import { must } from '../counter.ts';
import { meaning, nth, valuesOf } from '../engine.ts';
import { batchIndependence } from '../families/batch.ts';
import { brokenProducts, rewriteKeepsValues } from '../families/compiled.ts';
import { onSimplex } from '../families/simplex.ts';
import { law, type Law } from '../law.ts';
import { bindAll, called, type Given, given, givenIds, rootsOf, seeds, type Subject } from '../subject.ts';

/** Samples of a batch. */
const samples = 2;

type Graphs = (batch: number) => readonly Node[];
type Input = Node<'input'>;

const inputsOf = (roots: readonly Node[]): readonly Input[] => closeGraph(roots).nodes.filter((n): n is Input => is('input', n)).toSorted((a, b) => (a.params.name < b.params.name ? -1 : 1));

/** An axis for the samples of a batch in front: [B·T, …] as [B, T, …]. */
const apart = (x: Node, batch: number): Node => nodes.reshape(x, [batch, (x.sizes[0] ?? 1) / batch, ...x.sizes.slice(1)]);

/** Graphs of a batch as a function of their inputs, both with the samples as their first axis. */
const subjectOf = (graphs: Graphs): Subject => {
  const inputs = inputsOf(graphs(samples));
  const names = inputs.map(({ params }) => params.name);
  return {
    inputs: inputs.map(({ sizes: [n = 1, ...rest], dtype, params: { below } }): Given => {
      const sizes = [samples, n / samples, ...rest];
      return dtype === 'i32' ? givenIds(sizes, below ?? 2) : given(sizes);
    }),
    apply: (...xs) => {
      const batch = xs[0]?.sizes[0] ?? samples;
      const joined = new Map(xs.map((x, i): [string, Node] => [names[i] ?? '', nodes.reshape(x, [(x.sizes[0] ?? 1) * (x.sizes[1] ?? 1), ...x.sizes.slice(2)])]));
      const roots = graphs(batch).filter(({ sizes: [n = 0] }) => n > 0 && n % batch === 0);
      return substitute(roots, (leaf) => (is('input', leaf) ? joined.get(leaf.params.name) : undefined)).map((root) => apart(root, batch));
    },
  };
};

/** Rows of one width: zeros beside the weights change no sum. */
const padded = (width: number) => (x: Node): Node => {
  const [last = 1] = x.sizes.slice(-1);
  const rows = x.sizes.slice(0, -1).reduce((a, b) => a * b, 1);
  return last >= width ? nodes.reshape(x, [rows, last]) : nodes.concat(1, [nodes.reshape(x, [rows, last]), fillNode(0, [rows, width - last])]);
};

/** Small enough that hardly any ReLU turns on its way. */
const step = 2 ** -20;

/** The loss along one drawn direction of all trained weights: its slope is the gradient's product with the direction. */
const slopeLaw = (objective: Node, declared: readonly Declared[]): Law => {
  const trained = declared.filter((d) => d.trainable);
  const { loss, gradients } = grad(objective, trained.map((d) => parameterNode(d.name, d.sizes)));
  return law<readonly Node[], number>({
    id: 'gradient.slope',
    statement: 'the gradient of the loss, times a direction of all weights, is the slope of the loss along it',
    tier: 'numerical',
    arbitrary: seeds,
    show: (seed) => `seed ${seed}`,
    mutants: [
      { name: 'half as much', mutate: (all) => all.map((g) => nodes.scale(g, 0.5)) },
      { name: 'the other way', mutate: (all) => all.map((g) => nodes.neg(g)) },
      { name: 'every other gradient is lost', mutate: (all) => all.map((g, i) => (i % 2 === 0 ? nodes.scale(g, 0) : g)) },
    ],
    holds: (given) => (seed) => {
      const bindings = bindAll([loss, ...given], seed);
      const key = random.key(seed);
      const along = new Map(trained.map(({ name, sizes }): [string, Float64Array] => [name, Float64Array.from(random.normal(random.named(key, `along ${name}`), elements(sizes)))]));
      const moved = (by: number): Bindings => ({
        ...bindings,
        parameters: new Map([...bindings.parameters].map(([name, value]) => [name, { ...value, data: Float64Array.from(value.data, (w, i) => w + by * (along.get(name)?.[i] ?? 0)) }])),
      });
      return pipe(
        TE.Do,
        TE.bind('ahead', () => valuesOf(meaning, [loss], moved(step))),
        TE.bind('behind', () => valuesOf(meaning, [loss], moved(-step))),
        TE.bind('found', () => valuesOf(meaning, given, bindings)),
        TE.chainEitherK(({ ahead, behind, found }) => {
          const slope = ((nth(ahead, 0).data[0] ?? NaN) - (nth(behind, 0).data[0] ?? NaN)) / (2 * step);
          const product = trained.reduce((sum, { name }, i) => sum + Array.from(nth(found, i).data).reduce((part, g, j) => part + g * (along.get(name)?.[j] ?? 0), 0), 0);
          return must(Math.abs(slope - product) <= 1e-4 * Math.max(1e-3, Math.abs(slope), Math.abs(product)), () => `slope of the loss ${slope}, gradient times direction ${product}`);
        }),
      );
    },
  })(gradients);
};

/** What a law of a variant is about. */
export type VariantFamily = 'batch' | 'compiled' | 'gradient' | 'simplex';
export type VariantLaws = readonly { readonly family: VariantFamily; readonly law: Law }[];

const of = (family: VariantFamily, laws: readonly Law[]): VariantLaws => laws.map((law) => ({ family, law }));

/** The same value for the same batch. */
const remembered = <A>(make: (batch: number) => A): ((batch: number) => A) => {
  const made = new Map<number, A>();
  return (batch) => {
    const value = made.get(batch) ?? make(batch);
    made.set(batch, value);
    return value;
  };
};

/** Graphs of a batch before their gradients. */
interface Made {
  readonly outputs: readonly Node[];
  readonly loss: Node;
  readonly declared: ReadonlyMap<string, Declared>;
}
const graphsOf = ({ declared, run }: Whole) => (batch: number): Made => {
  const { outputs, loss } = run(batch);
  return { outputs: [...outputs.values()], loss, declared };
};

const everyKind = (made: (batch: number) => Made): VariantLaws => {
  const subject = subjectOf((batch) => made(batch).outputs);
  const subjects = fc.constant(subject);
  const { loss, declared } = made(samples);
  return [
    ...of('batch', batchIndependence(subjects, subject.inputs.map((_, i) => i))),
    ...of('compiled', [rewriteKeepsValues(subjects, undefined, brokenProducts)]),
    ...of('gradient', [slopeLaw(loss, [...declared.values()])]),
  ];
};

/** Weights near where they start, rather than drawn from nowhere: variances stay positive, gates that start closed open a little. */
const nearStart = (declared: ReadonlyMap<string, Declared>): ((roots: readonly Node[]) => readonly Node[]) => {
  const start = initialise(declared, random.named(random.key(0), 'start'));
  return (roots) => substitute(roots, (leaf) => {
    const value = is('parameter', leaf) ? start.get(leaf.params.name) : undefined;
    return value === undefined ? undefined : nodes.add(constantNode(value.data, leaf.sizes), nodes.scale(leaf, 0.1));
  });
};

/** The same graphs with weights near where they start. */
const nearGraphs = (made: Made): Made => {
  const [loss = made.loss, ...outputs] = nearStart(made.declared)([made.loss, ...made.outputs]);
  return { ...made, loss, outputs };
};

/** The router's weights, and those of the fusion where it is a softmax over all tokens: one tensor with a row for each. */
const ofMolt = (variant: MoltVariant): VariantLaws => {
  const { fusion } = variant.adapter;
  const wanted = (name: string): boolean => name.startsWith('router.') || (name.startsWith('weights.') && fusion.kind === 'mlp' && fusion.over === 'token');
  const graphs = remembered((batch) => {
    const all = [...orRaise(buildVariant(variant)).outputs(batch).outputs].flatMap(([name, node]) => (wanted(name) ? [node] : []));
    return [nodes.concat(0, all.map(padded(Math.max(...all.map(({ sizes }) => sizes.at(-1) ?? 1)))))];
  });
  return of('simplex', onSimplex(fc.constant(subjectOf(graphs))));
};

const isInserted = (adapter: Adapter): adapter is InsertedAdapter => placement[adapter.kind] === 'inside' && adapter.kind !== 'norm-only';

/** What an adapter inside two trunks adds at one place: (own tokens [B, N, D], the other stream's [B, M, C]) → [B, N, D], and the rows of its router if it has one. */
const ofPlace = (adapter: InsertedAdapter, shared: boolean): VariantLaws => {
  const sizes = { N: 4, D: 16, M: shared ? 4 : 9, C: shared ? 16 : 8 };
  const block = insertedAt(adapter, sizes, shared, 'visual');
  const declared = declaredOf(block);
  const insert = instantiate(block);
  const near = nearStart(declared);
  const subject: Subject = {
    inputs: [given([samples, sizes.N, sizes.D]), given([samples, sizes.M, sizes.C])],
    apply: (...xs) => {
      const { residual, router } = called(insert)(...xs);
      return near([residual, router].flatMap((x) => (x === undefined ? [] : [unwrap(x)])));
    },
  };
  const [y = fillNode(0, []), router] = rootsOf(subject);
  const balance = router === undefined || adapter.kind !== 'avmoe' || (adapter.balance ?? 0) === 0 ? undefined : balanceLoss(1, [wrap<[Dim, 'experts']>(router)]);
  const power = nodes.sumAxes(nodes.map('square', y), y.sizes.map((_, i) => i));
  const loss = balance === undefined ? power : nodes.add(power, unwrap(balance));
  const subjects = fc.constant(subject);
  const routed = router === undefined ? [] : onSimplex(fc.constant({ ...subject, apply: (...xs: readonly Node[]) => subject.apply(...xs).slice(1) }));
  return [
    ...of('batch', batchIndependence(subjects, [0, 1])),
    ...of('compiled', [rewriteKeepsValues(subjects, undefined, brokenProducts)]),
    ...of('gradient', [slopeLaw(loss, [...declared.values()])]),
    ...of('simplex', routed),
  ];
};

/**
 * The laws of a variant. Give it tiny sizes: each is tried in double precision, without planning. Of adapters inside trunks one place is tried;
 * where only a trunk's norms are trained there is nothing of ours.
 * @throws MoltError for a variant that cannot be built
 */
export const variantLaws = (variant: Variant): VariantLaws => {
  const { adapter, backbones } = variant;
  if (adapter.kind === 'norm-only') return [];
  if (isInserted(adapter)) return ofPlace(adapter, backbones?.shared === true);
  const graphs = graphsOf(orRaise(wholeOf(variant)));
  // decoders of masks have batch norms
  const made = variant.task.kind === 'avs' ? (batch: number): Made => nearGraphs(graphs(batch)) : graphs;
  return [...everyKind(remembered(made)), ...(isMolt(variant) ? ofMolt(variant) : [])];
};
