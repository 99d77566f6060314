/**
 * Law of the parts of saved bytes: which of them are the price of gradients that flow through frozen layers.
 *   1. parts: a value that a frozen layer made is frozen behind the first adapter and a feature before it; an adapter's is trained
 *   2. behind: with all adapters behind the last frozen layer, nothing is frozen
 * idea:  frozen layers end in a softmax and adapters in a tanh, so the primitive of a value tells who made it, whatever paths say.
 * source: Sung, Cho & Bansal 2022, LST, arXiv:2206.06522: adapters inside a trunk save memory of weights, not of activations
 */
import fc from 'fast-check';
import { add, type Arrow, block, frozen, grad, input, instantiate, is, linear, nodes, parameterNode, type Part, type Plan, planOf, softmax, tanh, unwrap } from '../../dsl/index.ts';
import { type Dim, dim, type DimOf, reify } from '../../shapes/index.ts';
import { every, must } from '../counter.ts';
import { law, type Law, type Mutant } from '../law.ts';
import type { Predict } from './cost.ts';

/** Layers in order: frozen ones of the stream, and trained adapters beside it. */
interface Tower {
  readonly width: number;
  readonly layers: readonly ('frozen' | 'adapter')[];
}
const towers: fc.Arbitrary<Tower> = fc.record({ width: fc.constantFrom(2, 3), layers: fc.array(fc.constantFrom('frozen' as const, 'adapter' as const), { minLength: 1, maxLength: 6 }) });

const layer = <D extends Dim>(d: DimOf<D>) => block({ mix: linear(d, d) }, (p): Arrow<[D], [D]> => (x) => softmax(p.mix(x)));
const adapter = <D extends Dim>(d: DimOf<D>) => block({ mix: linear(d, d) }, (p): Arrow<[D], [D]> => (x) => add(x, tanh(p.mix(x))));

/** The training step of a tower with a trained head: Σ sin(x·head). */
const planOfTower = ({ width, layers }: Tower): Plan =>
  reify(width, (d) => {
    const stream = layers.reduce((x, kind, i) => (kind === 'frozen' ? instantiate(frozen(layer(d)), `trunk.${i}`)(x) : instantiate(adapter(d), `adapters.${i}`)(x)), input('x', dim(2), d));
    const head = nodes.map('sin', nodes.einsum([[0, 1], [1, 2]], [0, 2], [unwrap(stream), parameterNode('head', [width, 2])]));
    const weights = layers.flatMap((kind, i) => (kind === 'frozen' ? [] : [parameterNode(`adapters.${i}.mix.weight`, [width, width]), parameterNode(`adapters.${i}.mix.bias`, [width])]));
    const { loss, gradients } = grad(nodes.sumAxes(head, [0, 1]), [parameterNode('head', [width, 2]), ...weights]);
    return planOf([loss, ...gradients], { forward: 1 });
  });

/** What the softmaxes of a tower are called, in its order. */
const wanted = ({ layers }: Tower): readonly Part[] => layers.flatMap((kind, i) => (kind === 'frozen' ? [layers.slice(0, i).includes('adapter') ? ('frozen' as const) : ('features' as const)] : []));

const renamed = (from: Part, to: Part): Mutant<Predict> => ({ name: `calls ${from} ${to}`, mutate: (predict) => (plan, forward) => predict(plan, forward).map((v) => (v.part === from ? { ...v, part: to } : v)) });

const parts = law<Predict, Tower>({
  id: 'saved.parts',
  statement: 'what a frozen layer made is frozen behind the first adapter and a feature before it; what an adapter made is trained',
  tier: 'required',
  arbitrary: towers,
  mutants: [renamed('frozen', 'trained'), renamed('frozen', 'features'), renamed('trained', 'frozen'), renamed('features', 'frozen')],
  holds: (predict) => (tower) => {
    const plan = planOfTower(tower);
    const softmaxes = plan.steps.filter((n) => is('softmax', n));
    const expected = wanted(tower);
    return every([
      must(softmaxes.length === expected.length, () => `${softmaxes.length} frozen layers in the plan`),
      ...predict(plan, 1).map(({ node, part, block: by }) => {
        const right = is('softmax', node) ? expected[softmaxes.indexOf(node)] : is('map', node) && node.params.fn === 'tanh' ? 'trained' : part;
        return must(part === right, () => `${node.primitive} of ${by} is called ${part}, not ${String(right)}`);
      }),
    ]);
  },
});

const behind = law<Predict, Tower>({
  id: 'saved.behind',
  statement: 'with all adapters behind the last frozen layer nothing is frozen, and no more of the trunk is kept than its output',
  tier: 'required',
  arbitrary: towers.map(({ width, layers }) => ({ width, layers: layers.toSorted().toReversed() })),
  mutants: [renamed('features', 'frozen'), renamed('trained', 'frozen'), { name: 'keeps all of the trunk', mutate: (predict) => (plan, forward) => [...predict(plan, forward), ...plan.steps.filter((n) => is('softmax', n)).map((node) => ({ node, bytes: 1, part: 'features' as const, block: '' }))] }],
  holds: (predict) => (tower) => {
    const values = predict(planOfTower(tower), 1);
    const kept = values.filter(({ part }) => part === 'features').length;
    return every([must(values.every(({ part }) => part !== 'frozen'), () => 'a value of a frozen layer is kept for gradients'), must(kept <= 1, () => `${kept} values of the trunk are kept`)]);
  },
});

/** The laws of the parts of saved bytes. */
export const partLaws = (predict: Predict): readonly Law[] => [parts(predict), behind(predict)];
