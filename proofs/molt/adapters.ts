/**
 * Laws of the adapters that stand inside two trunks: (x [B, N, D], y [B, M, C]) → residual [B, N, D].
 *   1. own: permuting the tokens of x permutes the residual
 *   2. other: permuting the tokens of y changes nothing; where y is aligned, together with the columns of its map
 *   3. latent: permuting the latent tokens changes nothing
 *   4. closed: with the last gate at 0 nothing is added
 *   5. each sample by itself, batch norms by given statistics, without attention over the batch; gradient against differences
 *   6. DG-SCT: attention on the simplex; with α = β = 0 it is LAVisH
 *   7. AVMoE: with a one-hot router it equals that expert; hull: each token lies among the experts'
 * source: LAVisH, arXiv:2212.07983; DG-SCT, arXiv:2311.05152; AVMoE, arXiv:2409.09424
 */
import fc from 'fast-check';
import { closeGraph, constantNode, type Declared, fillNode, instantiate, is, nodes, type Node, unwrap, zeros } from '../../dsl/index.ts';
import { align } from '../../molt/adapters/align.ts';
import { avmoe, type AvmoeOptions, type SelfAttention } from '../../molt/adapters/avmoe.ts';
import { bottleneck } from '../../molt/adapters/bottleneck.ts';
import { dgSct } from '../../molt/adapters/dg-sct.ts';
import { trainingForm } from '../../molt/adapters/training-form.ts';
import { fusion, lavish, lavishAcross, type LavishOptions } from '../../molt/adapters/lavish.ts';
import { type AnyTensor, timesD, withSizes } from '../../shapes/index.ts';
import { type Domain, normals } from '../arbitraries/domains.ts';
import { letters, several, size } from '../arbitraries/sizes.ts';
import { type Engine, meaning, nth } from '../engine.ts';
import { type Equation, equation, insteadOf } from '../families/about.ts';
import { batchIndependence } from '../families/batch.ts';
import { replacing } from '../families/compiled.ts';
import { gradientMatchesDifferences } from '../families/differences.ts';
import { convexHull } from '../families/hull.ts';
import { permutation } from '../families/permutation.ts';
import { onSimplex } from '../families/simplex.ts';
import { type Law, type Mutant, under } from '../law.ts';
import { called, given, onNodes, type Subject, type Subjects } from '../subject.ts';

type Apply = Subject['apply'];
type Sizes = { readonly [L in 'B' | 'N' | 'M' | 'K' | 'G' | 'I' | 'O' | 'C']: number };
/** An adapter of these sizes as what it adds. */
type Make = (s: Sizes, options: LavishOptions) => Apply;

const small = fc.constantFrom(1, 2);
const drawn: fc.Arbitrary<Sizes> = letters({ B: several, N: size, M: size, K: small, G: small, I: several, O: small, more: fc.constantFrom(0, 1) }).map((s) => ({ ...s, C: s.G * s.I + s.more }));
/** Wide enough that no layer norm meets almost equal channels, which bend faster than differences can follow; small numbers for the softmax. */
const wide: fc.Arbitrary<Sizes> = letters({ B: small, N: small, M: small, K: small, C: fc.constantFrom(3, 4) }).map((s) => ({ ...s, G: 2, I: 4, O: 2 }));
const mild: Domain = (key, n) => normals(key, n).map((x) => x / 4);

const options: fc.Arbitrary<LavishOptions> = fc.record({ before: fc.boolean(), gate: fc.constantFrom('after' as const, 'before' as const, 'none' as const) }).map((o) => ({ ...o, relu: true, batchNorm: false, start: 'zeros' }));

/** Weights, by the end of their names, with other values. */
const holding = (end: string, value: (weight: Node) => Node) => (apply: Apply): Apply => (...xs) => replacing((n) => (is('parameter', n) && n.params.name.endsWith(end) ? value(n) : n))(apply(...xs));
const gateAt = (value: number): ((apply: Apply) => Apply) => holding('bottleneck.gate', (n) => fillNode(value, n.sizes));

const residual = (insert: (...xs: never[]) => { readonly residual: AnyTensor }): Apply => (...xs) => [unwrap(called(insert)(...xs).residual)];

const shared: Make = (s, o) => withSizes(s, (t) => residual(instantiate(lavish(t.K, { g: t.G, i: t.I, o: t.O }, o))));
const across: Make = (s, o) => withSizes(s, (t) => residual(instantiate(lavishAcross(t.K, { g: t.G, i: t.I, o: t.O }, t.N, t.M, t.C, o))));
/** DG-SCT's residual, or its attention. */
const guided = (s: Sizes, o: LavishOptions, read: 'residual' | 'attention' = 'residual', channel = 0.3, spatial = 0.05): Apply => withSizes({ ...s, F: 2 }, (t) => {
  const insert = called(instantiate(dgSct(t.K, { g: t.G, i: t.I, o: t.O }, t.F, t.N, t.M, t.C, { ...o, channel, spatial })));
  return (...xs) => {
    const out = insert(...xs);
    const found = out[read];
    return found === undefined ? [] : [unwrap(found)];
  };
});
const mixture = (s: Sizes, o: AvmoeOptions, cross: number, own: number): Apply => withSizes({ ...s, J: cross, U: own, H: 2 }, (t) => residual(instantiate(avmoe(t.J, t.U, { k: t.K, g: t.G, i: t.I, o: t.O, h: t.H, w: t.K }, t.N, t.M, t.C, o))));
const mixed = (self: SelfAttention): Make => (s, o) => mixture(s, { ...o, self }, 1, 2);

/** An adapter as laws see it: at any sizes and options. `alike`: both streams have the same channels and no alignment. */
interface Kind {
  readonly make: Make;
  readonly alike: boolean;
  /** as it must not be: across the samples of a batch */
  readonly mixing: Make;
}
/** With batch norms by given statistics; drawn numbers are of either sign, variances are not. */
const normed = (make: Make): Make => (s, o) => holding('.variance', (n) => nodes.shift(nodes.map('square', n), 0.1))(make(s, { ...o, batchNorm: true }));
const buffersOf = (roots: readonly Node[]): readonly Declared[] => closeGraph(roots).nodes.flatMap((n) => (is('parameter', n) && /\.(mean|variance)$/.test(n.params.name) ? [{ name: n.params.name, sizes: n.sizes, init: zeros, trainable: false, buffer: true }] : []));
/** With batch norms by the batch's own statistics. */
const trained = (make: Make): Make => (s, o) => (...xs) => { const roots = make(s, { ...o, batchNorm: true })(...xs); return trainingForm(roots, buffersOf(roots)).roots; };
const kinds = {
  lavish: { make: shared, alike: true, mixing: trained(shared) },
  'lavish.across': { make: across, alike: false, mixing: trained(across) },
  'dg-sct': { make: guided, alike: false, mixing: trained(guided) },
  avmoe: { make: mixed('none'), alike: false, mixing: mixed('batch') },
  'avmoe.tokens': { make: mixed('tokens'), alike: false, mixing: trained(mixed('tokens')) },
} as const satisfies { readonly [name: string]: Kind };

const given2 = (s: Sizes, alike: boolean): Subject['inputs'] => [given([s.B, s.N, s.G * s.I]), given([s.B, s.M, alike ? s.G * s.I : s.C])];

/** The latent tokens [K, D], of every fusion, as one more input. */
const withTokens = (apply: Apply): Apply => (x, y, p) => holding('fusion.tokens', (own) => p ?? own)(apply)(...[x, y].flatMap((one) => one ?? []));

/** An adapter beside one that mixes samples. */
interface Samples extends Subject {
  readonly mixing: Apply;
}
const mixes: Mutant<Samples> = { name: 'samples are normed or attend to one another', mutate: (s) => ({ ...s, apply: s.mixing }) };

/** An adapter with its gate closed; `wanted` is 0. */
interface Closed extends Equation {
  /** wrong ones: the gate before the last norm, whose bias stays; the gate ajar */
  readonly early: Apply;
  readonly ajar: Apply;
}
const closed = equation<Closed>({
  id: 'closed',
  statement: 'with its last gate closed the adapter adds nothing',
  tier: 'required',
  mutants: [insteadOf('the gate stands before the norm', (c) => c.early), insteadOf('the gate is ajar', (c) => c.ajar)],
});

const kindLaws = ({ make, alike, mixing }: Kind, engine: Engine): readonly Law[] => {
  const at = (sizes: fc.Arbitrary<Sizes>, made = make): fc.Arbitrary<Samples> => fc.tuple(sizes, options).map(([s, o]) => ({ inputs: given2(s, alike), apply: made(s, o), mixing: mixing(s, o) }));
  const gates = fc.tuple(drawn, options).map(([s, o]): Closed => ({
    inputs: given2(s, alike),
    apply: gateAt(0)(make(s, { ...o, gate: 'after' })),
    wanted: (x) => (x === undefined ? [] : [nodes.zerosLike(x)]),
    early: gateAt(0)(make(s, { ...o, gate: 'before' })),
    ajar: gateAt(0.01)(make(s, { ...o, gate: 'after' })),
  }));
  const latents: Subjects = fc.tuple(drawn, options).map(([s, o]) => ({ inputs: [...given2(s, alike), given([s.K, s.G * s.I])], apply: withTokens(make(s, o)) }));
  return [
    permutation(at(drawn, trained(make)), { id: 'own', statement: 'permuting the tokens of x permutes the residual', symmetry: { inputs: [[0, 1]], outputs: [[0, 1]] }, engine }),
    permutation(at(drawn), {
      id: 'other',
      statement: alike ? 'permuting the tokens of y changes nothing' : 'permuting the tokens of y together with the columns of their alignment changes nothing',
      symmetry: { inputs: [[1, 1]], ...(alike ? {} : { weights: [['align.tokens.weight', 1]] }) },
      engine,
    }),
    permutation(latents, { id: 'latent', statement: 'permuting the latent tokens changes nothing', symmetry: { inputs: [[2, 0]] }, engine }),
    closed(gates, engine),
    ...batchIndependence(fc.oneof(at(drawn), at(drawn, normed(make))), [0, 1], engine, [mixes]),
    gradientMatchesDifferences(at(wide).map((a) => ({ ...a, inputs: a.inputs.map(({ sizes }) => given(sizes, mild)) }))),
  ];
};

/** DG-SCT's attention over the own tokens, one row a sample. */
const attentions: Subjects = fc.tuple(drawn, options).map(([s, o]) => ({ inputs: given2(s, false), apply: guided(s, o, 'attention') }));
interface Unguided extends Equation {
  readonly channels: Apply;
  readonly tokens: Apply;
}
const unguided = equation<Unguided>({ id: 'unguided', statement: 'with α = β = 0 it is LAVisH', tier: 'required', mutants: [insteadOf('α = 1', (u) => u.channels), insteadOf('β = 1', (u) => u.tokens)] });
const unguideds: fc.Arbitrary<Unguided> = fc.tuple(drawn, options).map(([s, o]) => ({ inputs: given2(s, false), apply: guided(s, o, 'residual', 0, 0), wanted: across(s, o), channels: guided(s, o, 'residual', 1, 0), tokens: guided(s, o, 'residual', 0, 1) }));

/** A mixture whose router picks one expert; `wanted` is that expert, put together from its parts. */
interface OneHot extends Equation {
  readonly next: Apply;
  readonly even: Apply;
}
interface Experts {
  readonly oneHot: OneHot;
  /** the mixture's tokens [B, N, 1, D], the experts' as corners [B, N, E, D] */
  readonly corners: Subject;
}

/** Expert e alone: cross-modal ones first, under the names that they have in the mixture. */
const expertOf = (s: Sizes, o: AvmoeOptions, cross: number, e: number): Apply => withSizes(s, (t) => {
  const d = timesD(t.G, t.I);
  const [path, isCross] = e < cross ? [`cross.${e}`, true] : [`own.${e - cross}`, false];
  const aligned = onNodes(instantiate(align(t.N, d, t.M, t.C), 'align'));
  const inner = onNodes(instantiate(bottleneck({ g: t.G, i: t.I, o: t.O }, { ...o, relu: isCross }), `${path}.bottleneck`));
  const fused = (name: string) => onNodes(instantiate(fusion(t.K, d, o.start), `${path}.${name}`));
  return (...xs) => {
    const [x, y] = [nth(xs, 0), nth(xs, 1)];
    const seen = isCross ? fused('fusion')(x, aligned(y)) : o.self === 'tokens' ? fused('self.fusion')(x, x) : x;
    return [inner(seen)];
  };
});

const experts: fc.Arbitrary<Experts> = fc.tuple(drawn, options, fc.constantFrom('none' as const, 'tokens' as const), fc.constantFrom([1, 1], [1, 2], [2, 1], [2, 2]), fc.nat()).map(([s, plain, self, [J = 1, U = 1], n]): Experts => {
  const o: AvmoeOptions = { ...plain, self };
  const count = J + U;
  const chosen = n % count;
  const all = mixture(s, o, J, U);
  const routed = (bias: (e: number) => number): Apply => holding('router.out.weight', nodes.zerosLike)(holding('router.out.bias', () => constantNode(Float32Array.from({ length: count }, (_, e) => bias(e)), [count]))(all));
  const inputs = given2(s, false);
  const point = (x: Node): Node => nodes.reshape(x, [s.B, s.N, 1, s.G * s.I]);
  return {
    oneHot: {
      inputs, apply: routed((e) => (e === chosen ? 1000 : 0)), wanted: expertOf(s, o, J, chosen),
      next: routed((e) => (e === (chosen + 1) % count ? 1000 : 0)), even: routed(() => 0),
    },
    corners: { inputs, apply: (...xs) => [point(nth(all(...xs), 0)), nodes.concat(2, Array.from({ length: count }, (_, e) => point(nth(expertOf(s, o, J, e)(...xs), 0))))] },
  };
});
const oneHot = equation<OneHot>({ id: 'oneHot', statement: 'with a one-hot router the mixture equals that expert', tier: 'required', mutants: [insteadOf('the next expert', (r) => r.next), insteadOf('every expert counts', (r) => r.even)] });

/** The laws of LAVisH, DG-SCT and AVMoE. */
export const ownInsertLaws = (engine: Engine = meaning): readonly Law[] => [
  ...Object.entries(kinds).flatMap(([name, kind]) => under(name)(kindLaws(kind, engine))),
  ...under('dg-sct')([...onSimplex(attentions, { engine }), unguided(unguideds, engine)]),
  ...under('avmoe')([oneHot(experts.map((e) => e.oneHot), engine), convexHull(experts.map((e) => e.corners), engine)]),
];
