/**
 * Laws of TFM, equations (6) and (7): tokens [B, M, D] → (fused [B, D], weights [B, M]).
 *   1. weights on the simplex
 *   2. hull: the fused token lies in the convex hull of the tokens
 *   3. equal tokens give uniform weights and themselves
 *   4. permuting the tokens permutes the weights and keeps the fused token
 *   5. each sample by itself; gradient against differences
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Block, instantiate, nodes, unwrap } from '../../dsl/index.ts';
import { averageFusion, type Fusion, gateFusion, layerTfm, tfm } from '../../molt/tfm.ts';
import { type Dim, type DimOf, type Mul, type Tensor, timesD, withSizes } from '../../shapes/index.ts';
import { letters, several, size } from '../arbitraries/sizes.ts';
import { close, every } from '../counter.ts';
import { type Engine, meaning, nth, valuesOf } from '../engine.ts';
import { aboutSubjects, answeringWith, nothing } from '../families/about.ts';
import { batchIndependence } from '../families/batch.ts';
import { gradientMatchesDifferences } from '../families/differences.ts';
import { convexHull } from '../families/hull.ts';
import { permutation } from '../families/permutation.ts';
import { onSimplex } from '../families/simplex.ts';
import { type Law, under } from '../law.ts';
import { bindSubject, called, given, inputsOf, type Subject, type Subjects } from '../subject.ts';

/** A fusion as a subject: [fused, weights]. */
export const fusionSubject = <M extends Dim, D extends Dim>(fuse: Fusion<M, D>, [b, m, d]: readonly [number, number, number]): Subject => ({
  inputs: [given([b, m, d])],
  apply: (...xs) => {
    const out = called(fuse)(...xs);
    return [unwrap(out.fused), unwrap(out.weights)];
  },
});

const averageOf = <M extends Dim, D extends Dim>(m: DimOf<M>, _: DimOf<D>): Block<Record<never, never>, Fusion<M, D>> => averageFusion(m);
const gatesOf = <L extends Dim, Z extends Dim, D extends Dim>(l: DimOf<L>, z: DimOf<Z>, _: DimOf<D>): Block<{ gates: Tensor<[L, Z]> }, Fusion<Mul<L, Z>, D>> => gateFusion(l, z);

/** Ours, at drawn sizes: every kind of fusion. */
const drawn = letters({ B: several, L: fc.constantFrom(1, 2), Z: size, D: size }).map((s) =>
  withSizes({ ...s, R: 3 }, (t) => {
    const m = timesD(t.L, t.Z);
    const at = [s.B, s.L * s.Z, s.D] as const;
    return {
      mlp: fusionSubject(instantiate(tfm(m, t.D, t.R), 'tfm'), at),
      layer: fusionSubject(instantiate(layerTfm(t.L, t.Z, t.D, t.R), 'tfm'), at),
      average: fusionSubject(instantiate(averageOf(m, t.D), 'tfm'), at),
      gates: fusionSubject(instantiate(gatesOf(t.L, t.Z, t.D), 'tfm'), at),
    };
  }));

/** The fused token as a point [B, 1, D], the tokens as corners [B, M, D]. */
const amongTokens = (fusions: Subjects): Subjects =>
  fusions.map((s) => ({ ...s, apply: (...xs) => { const fused = nth(s.apply(...xs), 0); return [nodes.reshape(fused, [fused.sizes[0] ?? 1, 1, fused.sizes[1] ?? 1]), nth(xs, 0)]; } }));

const equalTokens = (engine: Engine) =>
  aboutSubjects<Subject, undefined>({
    id: 'equal',
    statement: 'equal tokens give uniform weights and themselves',
    tier: 'required',
    draw: nothing,
    mutants: [
      answeringWith('the sum of the tokens', (_, [x]) => (x === undefined ? _ : nodes.shift(nodes.sumAxes(x, [1]), 0.01))),
      answeringWith('the later the heavier', (w) => nodes.mul(w, nodes.sumLast(nodes.shift(nodes.zerosLike(w), 1.5))), 1),
    ],
    holds: (subject, seed) => {
      const [x] = inputsOf(subject);
      if (x === undefined) return every([]);
      const [b = 1, m = 1, d = 1] = x.sizes;
      const token = nodes.slice(x, [0, 0, 0], [b, 1, d]);
      const [fused, weights] = subject.apply(nodes.broadcast(token, x.sizes));
      const roots = [...(fused === undefined ? [] : [fused]), ...(weights === undefined ? [] : [weights]), nodes.reshape(token, [b, d])];
      return pipe(
        valuesOf(engine, roots, bindSubject(subject, seed)),
        TE.chainEitherK((v) => every([close('fused token', nth(v, 0), nth(v, 2), engine.tolerance), close('weights', nth(v, 1), { ...nth(v, 1), data: new Float64Array(b * m).fill(1 / m) }, engine.tolerance)])),
      );
    },
  });

/** About a fusion of the tokens with one softmax over all of them. */
export const tfmLaws = (fuse: Subjects, engine: Engine = meaning): readonly Law[] =>
  under('tfm')([
    ...onSimplex(fuse, { engine, output: 1 }),
    convexHull(amongTokens(fuse), engine),
    equalTokens(engine)(fuse),
    permutation(fuse, { id: 'tokens', statement: 'permuting the tokens permutes the weights and keeps the fused token', symmetry: { inputs: [[0, 1]], outputs: [[1, 1]] }, engine }),
    ...batchIndependence(fuse, [0], engine),
    gradientMatchesDifferences(fuse),
  ]);

/** About the alternatives of Table 7 and reading A9, which see where a token comes from: each weighs the tokens, sample by sample. */
const otherLaws = (name: string, fuse: Subjects, engine: Engine): readonly Law[] => under(`tfm.${name}`)([convexHull(amongTokens(fuse), engine), ...batchIndependence(fuse, [0], engine)]);

export const ownTfmLaws = (engine: Engine = meaning): readonly Law[] => [
  ...tfmLaws(drawn.map((s) => s.mlp), engine),
  ...otherLaws('layer', drawn.map((s) => s.layer), engine),
  ...otherLaws('average', drawn.map((s) => s.average), engine),
  ...otherLaws('gates', drawn.map((s) => s.gates), engine),
];
