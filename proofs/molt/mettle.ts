/**
 * Laws of Mettle.
 *   1. LCD, f [B, N, D] → [B, Z, F]: permuting the tokens of f together with the columns of W changes nothing
 *   2. MTI, (x [B, N, D], t_v [B, Z, F], t_a [B, Y, C]) → [B, N, D]: permuting x permutes the output; permuting meta-tokens changes
 *      nothing; with a closed gate it is the identity
 *   3. both: each sample by itself; gradient against differences
 * source: Mettle as molt/adapters/mettle.ts infers it
 */
import fc from 'fast-check';
import { fillNode, instantiate, is, type Node, nodes } from '../../dsl/index.ts';
import { lastLcd, lcd, mti } from '../../molt/adapters/mettle.ts';
import { modality } from '../../molt/modality.ts';
import { withSizes } from '../../shapes/index.ts';
import { letters, several, size } from '../arbitraries/sizes.ts';
import { type Engine, meaning } from '../engine.ts';
import { type Equation, equation, feeding, insteadOf } from '../families/about.ts';
import { batchIndependence } from '../families/batch.ts';
import { replacing } from '../families/compiled.ts';
import { gradientMatchesDifferences } from '../families/differences.ts';
import { permutation } from '../families/permutation.ts';
import { type Law, type Mutant, under } from '../law.ts';
import { onNodes, given, type Subject, subjectOf, type Subjects } from '../subject.ts';

const small = fc.constantFrom(1, 2);
const drawn = letters({ B: several, N: size, Z: small, Y: small, H: small, K: small, F: size, C: size, more: fc.constantFrom(0, 1) }).map((s) => ({ ...s, D: s.H * s.K + s.more }));

const lcds: Subjects = drawn.map((s) => withSizes(s, (t) => subjectOf(instantiate(lcd(t.Z, modality(t.D, t.H, t.K, t.N), t.F), 'layer'), [[s.B, s.N, s.D]])));
const lastLcds: Subjects = drawn.map((s) => withSizes(s, (t) => subjectOf(instantiate(lastLcd(t.Z, modality(t.D, t.H, t.K, t.N)), 'layer'), [[s.B, s.N, s.D]])));

/** Every sample is read beside the mean of the batch. */
const together: Mutant<Subject> = feeding('reads what the batch has in common', (xs) => xs.map((x) => nodes.add(x, nodes.broadcast(nodes.reshape(nodes.scale(nodes.sumAxes(x, [0]), 1 / (x.sizes[0] ?? 1)), [1, ...x.sizes.slice(1)]), x.sizes))));

const lcdLaws = (distil: Subjects, engine: Engine): readonly Law[] => [
  permutation(distil, { id: 'tokens', statement: 'permuting the tokens of f together with the columns of W changes nothing', symmetry: { inputs: [[0, 1]], weights: [['mix', 1]] }, engine }),
  ...batchIndependence(distil, [0], engine, [together]),
  gradientMatchesDifferences(distil),
];

type Letters = typeof drawn extends fc.Arbitrary<infer S> ? S : never;
const inject = (s: Letters): Subject['apply'] => withSizes(s, (t) => (...xs) => [onNodes(instantiate(mti(t.D, t.H, t.K, t.F, t.C)))(...xs)]);
const streams = (s: Letters): Subject['inputs'] => [given([s.B, s.N, s.D]), given([s.B, s.Z, s.F]), given([s.B, s.Y, s.C])];
const mtis: Subjects = drawn.map((s) => ({ inputs: streams(s), apply: inject(s) }));
// four channels and more: a layer norm of almost equal channels bends faster than differences can follow
const wideMtis: Subjects = drawn.map((s) => ({ ...s, D: 4 + s.more })).map((s) => ({ inputs: streams(s), apply: inject(s) }));

const gateAt = (value: number) => (apply: Subject['apply']): Subject['apply'] => (...xs: readonly Node[]) => replacing((n) => (is('parameter', n) && n.params.name === 'open' ? fillNode(value, n.sizes) : n))(apply(...xs));
interface Closed extends Equation {
  readonly ajar: Subject['apply'];
  /** what is injected, without the stream that it goes into */
  readonly bare: Subject['apply'];
}
const shut: fc.Arbitrary<Closed> = drawn.map((s) => ({ inputs: streams(s), apply: gateAt(0)(inject(s)), wanted: (...xs) => xs.slice(0, 1), ajar: gateAt(0.01)(inject(s)), bare: (...xs) => gateAt(0)(inject(s))(...xs).map((y, i) => nodes.sub(y, xs[i] ?? y)) }));
const identity = equation<Closed>({
  id: 'closed',
  statement: 'with a closed gate it is the identity',
  tier: 'required',
  mutants: [insteadOf('the gate is ajar', (c) => c.ajar), insteadOf('the stream itself is left out', (c) => c.bare)],
});

const mtiLaws = (engine: Engine): readonly Law[] => [
  permutation(mtis, { id: 'own', statement: 'permuting the tokens of x permutes the output', symmetry: { inputs: [[0, 1]], outputs: [[0, 1]] }, engine }),
  permutation(mtis, { id: 'visual', statement: 'permuting the visual meta-tokens changes nothing', symmetry: { inputs: [[1, 1]] }, engine }),
  permutation(mtis, { id: 'audio', statement: 'permuting the audio meta-tokens changes nothing', symmetry: { inputs: [[2, 1]] }, engine }),
  identity(shut, engine),
  ...batchIndependence(mtis, [0, 1, 2], engine, [together]),
  gradientMatchesDifferences(wideMtis),
];

export const ownMettleLaws = (engine: Engine = meaning): readonly Law[] => [...under('lcd')(lcdLaws(lcds, engine)), ...under('lcd.last')(lcdLaws(lastLcds, engine)), ...under('mti')(mtiLaws(engine))];
