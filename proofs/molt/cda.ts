/**
 * Laws of CDA, equation (3): (f_v [B, N, D], f_a [B, M, C]) → ([B, Z, D], [B, Z, C]).
 *   1. swapping the modalities swaps the outputs
 *   2. permuting the tokens of a modality together with the columns of its W changes nothing
 *   3. each sample by itself; gradient against differences
 */
import type fc from 'fast-check';
import { instantiate, nodes, unwrap } from '../../dsl/index.ts';
import { cdaOf } from '../../molt/cda.ts';
import { modality } from '../../molt/modality.ts';
import { withSizes } from '../../shapes/index.ts';
import { type Engine, meaning, nth } from '../engine.ts';
import { type Equation, equation, insteadOf } from '../families/about.ts';
import { batchIndependence } from '../families/batch.ts';
import { gradientMatchesDifferences } from '../families/differences.ts';
import { permutation } from '../families/permutation.ts';
import { type Law, under } from '../law.ts';
import { called, given, onNodes, type Subject } from '../subject.ts';
import { bothStreams, side } from './subjects.ts';

/** A cross-modal adapter both ways round: `wanted` is the one made with the modalities exchanged, its outputs put back. */
export interface Crossed extends Equation {
  /** wrong ones: the audio side does not look at the other; both sides look only at themselves' mixes */
  readonly deaf: Subject['apply'];
  readonly uncrossed: Subject['apply'];
}

/** Ours: the weights `v.mix` and `a.mix` are the W of equation (3). */
export const cdas: fc.Arbitrary<Crossed> = bothStreams.map((s) =>
  withSizes(s, (t): Crossed => {
    const v = instantiate(side(t.Z, modality(t.D, t.H, t.K, t.N), t.C), 'v');
    const a = instantiate(side(t.Z, modality(t.C, t.H, t.G, t.M), t.D), 'a');
    const run = (deaf: boolean): Subject['apply'] => (...xs) => {
      const out = called(cdaOf(v, deaf ? { ...a, ca: (x) => x } : a))(...xs);
      return [unwrap(out.visual), unwrap(out.audio)];
    };
    return {
      inputs: [given([s.B, s.N, s.D]), given([s.B, s.M, s.C])],
      apply: run(false),
      deaf: run(true),
      uncrossed: (...xs) => [
        nodes.add(onNodes(v.td)(unwrap(v.tokens), nth(xs, 0)), onNodes(v.mix)(nth(xs, 0))),
        nodes.add(onNodes(a.td)(unwrap(a.tokens), nth(xs, 1)), onNodes(a.mix)(nth(xs, 1))),
      ],
      wanted: (...xs) => {
        const out = called(cdaOf(a, v))(nth(xs, 1), nth(xs, 0));
        return [unwrap(out.audio), unwrap(out.visual)];
      },
    };
  }));

const swap = equation<Crossed>({
  id: 'swap',
  statement: 'swapping the modalities swaps the outputs',
  tier: 'required',
  mutants: [
    insteadOf('the audio side does not look at the visual one', (c) => c.deaf),
    insteadOf('neither side looks at the other', (c) => c.uncrossed),
    insteadOf('the visual side counts double', (c) => (...xs) => c.apply(...xs).map((y, i) => (i === 0 ? nodes.scale(y, 2) : y))),
  ],
});

export const cdaLaws = (crossed: fc.Arbitrary<Crossed>, engine: Engine = meaning): readonly Law[] =>
  under('cda')([
    swap(crossed, engine),
    permutation(crossed, { id: 'visual', statement: 'permuting the tokens of f_v together with the columns of W_v changes nothing', symmetry: { inputs: [[0, 1]], weights: [['v.mix', 1]] }, engine }),
    permutation(crossed, { id: 'audio', statement: 'permuting the tokens of f_a together with the columns of W_a changes nothing', symmetry: { inputs: [[1, 1]], weights: [['a.mix', 1]] }, engine }),
    ...batchIndependence(crossed, [0, 1], engine),
    gradientMatchesDifferences(crossed),
  ]);

export const ownCdaLaws = (engine: Engine = meaning): readonly Law[] => cdaLaws(cdas, engine);
