/**
 * Laws of the fused primitives: each is its decomposition, in value and in gradient.
 *   softmax(x) = e^(x − max) / Σ e^(x − max)
 *   layerNorm(x) = (x − mean) / √(mean (x − mean)² + ε)
 *   gelu(x) = x (1 + erf(x/√2)) / 2
 * source: Ba, Kiros & Hinton, arXiv:1607.06450; Hendrycks & Gimpel, arXiv:1606.08415
 */
import type fc from 'fast-check';
import { is, node, nodes, type Node } from '../../dsl/index.ts';
import { type Engine, meaning } from '../engine.ts';
import { type Equation, equation, insteadOf } from '../families/about.ts';
import { ours } from '../families/differences.ts';
import { type Law, under } from '../law.ts';
import { inputsOf, type Subject, type Subjects } from '../subject.ts';
import { primitiveSubjects } from './primitives.ts';

type Fused = 'softmax' | 'layerNorm' | 'gelu';

/** The primitive, out of the others. */
export const decompositions = {
  softmax: (x) => {
    const e = nodes.map('exp', nodes.sub(x, node('stopGradient', {}, [node('max', {}, [x])])));
    return nodes.div(e, nodes.sumLast(e));
  },
  layerNorm: (x, eps) => {
    const centred = nodes.sub(x, nodes.meanLast(x));
    return nodes.mul(centred, nodes.map('rsqrt', nodes.shift(nodes.meanLast(nodes.map('square', centred)), eps)));
  },
  gelu: (x) => nodes.scale(nodes.mul(x, nodes.shift(nodes.map('erf', nodes.scale(x, Math.SQRT1_2)), 1)), 0.5),
} as const satisfies { readonly [P in Fused]: (x: Node, eps: number) => Node };

const decomposed = (primitive: Fused) => (subject: Subject): Subject['apply'] => (...xs) =>
  subject.apply(...xs).map((y) => {
    const [x] = y.operands;
    return x === undefined ? y : decompositions[primitive](x, is('layerNorm', y) ? y.params.eps : 0);
  });

const equations = (primitive: Fused, subjects: Subjects): fc.Arbitrary<Equation> => subjects.map((s) => ({ ...s, wanted: decomposed(primitive)(s) }));

/** The gradients of Σ y² by the inputs, instead of y. */
const slopes = (apply: Subject['apply'], subject: Subject): Subject['apply'] => (...xs) => {
  const loss = apply(...xs).map((y) => nodes.sumAxes(nodes.map('square', y), y.sizes.map((_, i) => i))).reduce((a, b) => nodes.add(a, b));
  return ours(loss, xs.length === subject.inputs.length ? xs : inputsOf(subject));
};
const gradients = (primitive: Fused, subjects: Subjects): fc.Arbitrary<Equation> =>
  equations(primitive, subjects).map((e) => ({ ...e, apply: slopes(e.apply, e), wanted: slopes(e.wanted, e) }));

const laws = (primitive: Fused, engine: Engine): readonly Law[] => [
  equation({ id: 'decomposed', statement: `${primitive} is its decomposition`, tier: 'numerical', mutants: [insteadOf('does nothing', () => (...xs) => xs)] })(equations(primitive, primitiveSubjects[primitive]), engine),
  equation({ id: 'decomposed.gradient', statement: `the gradient of ${primitive} is that of its decomposition`, tier: 'numerical', mutants: [insteadOf('of the sum instead', () => (...xs) => xs.map((x) => nodes.shift(nodes.zerosLike(x), 1)))] })(
    gradients(primitive, primitiveSubjects[primitive]),
    engine,
  ),
];

/** The laws of all fused primitives. */
export const fusedLaws = (engine: Engine = meaning): readonly Law[] => (['softmax', 'layerNorm', 'gelu'] as const).flatMap((p) => under(p)(laws(p, engine)));
