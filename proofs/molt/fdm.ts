/**
 * Laws of FDM, equation (5): a mixture of U uni-modal and J cross-modal adapters, weighed by a router.
 *   1. with a one-hot router it equals that expert, uni-modal 0 … U−1 first, then cross-modal 0 … J−1
 *   2. hull: each token lies in the convex hull of the experts' tokens
 *   3. each sample by itself
 */
import fc from 'fast-check';
import { constantNode, copies, instantiate, nodes, unwrap, wrap } from '../../dsl/index.ts';
import { cda } from '../../molt/cda.ts';
import { fdmOf } from '../../molt/fdm.ts';
import { tokenMix } from '../../molt/mix.ts';
import { bothBlocks, modality } from '../../molt/modality.ts';
import { router } from '../../molt/router.ts';
import { uda } from '../../molt/uda.ts';
import { someTd } from '../../molt/variants/layer.ts';
import { plusD, withSizes } from '../../shapes/index.ts';
import { type Engine, meaning, nth } from '../engine.ts';
import { type Equation, equation, insteadOf } from '../families/about.ts';
import { batchIndependence } from '../families/batch.ts';
import { convexHull } from '../families/hull.ts';
import { type Law, under } from '../law.ts';
import { called, given, onNodes, type Subject, type Subjects } from '../subject.ts';
import { bothStreams, side } from './subjects.ts';

/** A mixture with a router that picks one expert; `wanted` is that expert. */
export interface Routed extends Equation {
  /** wrong ones: the weights in reverse order; every expert counted */
  readonly reversed: Subject['apply'];
  readonly summed: Subject['apply'];
}

interface Mixture {
  readonly oneHot: Routed;
  /** with a learned router: [z̃_v, z̃_a] */
  readonly routed: Subject;
  /** z̃_v as points [B, Z, 1, D], the experts' tokens as corners [B, Z, E, D] */
  readonly corners: Subject;
}

const experts = fc.constantFrom([1, 0], [0, 1], [1, 1], [2, 1], [1, 2]);

/** Ours, at drawn sizes. */
const mixtures: fc.Arbitrary<Mixture> = fc.tuple(bothStreams, experts, fc.nat()).map(([s, [U = 0, J = 0], drawn]) =>
  withSizes({ ...s, U, J, R: 2 }, (t): Mixture => {
    const count = U + J;
    const chosen = drawn % count;
    const [v, a] = [modality(t.D, t.H, t.K, t.N), modality(t.C, t.H, t.G, t.M)];
    const own = instantiate(copies(t.U)(bothBlocks(uda(t.Z, t.D, someTd(v), tokenMix(t.Z, t.N)), uda(t.Z, t.C, someTd(a), tokenMix(t.Z, t.M)))), 'uda');
    const crossed = instantiate(copies(t.J)(cda(side(t.Z, v, t.C), side(t.Z, a, t.D))), 'cda');
    const learned = instantiate(router(t.D, t.C, t.R, plusD(t.U, t.J)), 'router');
    const fixed = (weight: (e: number) => number): typeof learned => (fv) =>
      wrap(nodes.broadcast(constantNode(Float32Array.from({ length: count }, (_, e) => weight(e)), [1, count]), [fv.sizes[0] ?? 1, count]));
    const run = (route: typeof learned): Subject['apply'] => (...xs) => {
      const out = called(fdmOf(own, crossed, route))(...xs);
      return [unwrap(out.visual), unwrap(out.audio)];
    };
    const expert = (e: number): Subject['apply'] => (...xs) => {
      if (e < U) {
        const one = nth(own.items, e);
        return [onNodes(one.visual)(nth(xs, 0)), onNodes(one.audio)(nth(xs, 1))];
      }
      const out = called(nth(crossed.items, e - U))(...xs);
      return [unwrap(out.visual), unwrap(out.audio)];
    };
    const inputs = [given([s.B, s.N, s.D]), given([s.B, s.M, s.C])];
    const all = Array.from({ length: count }, (_, e) => expert(e));
    return {
      oneHot: { inputs, apply: run(fixed((e) => (e === chosen ? 1 : 0))), wanted: expert(chosen), reversed: run(fixed((e) => (count - 1 - e === chosen ? 1 : 0))), summed: run(fixed(() => 1)) },
      routed: { inputs, apply: run(learned) },
      corners: {
        inputs,
        apply: (...xs) => [nodes.reshape(nth(run(learned)(...xs), 0), [s.B, s.Z, 1, s.D]), nodes.concat(2, all.map((f) => nodes.reshape(nth(f(...xs), 0), [s.B, s.Z, 1, s.D])))],
      },
    };
  }));

const oneHot = equation<Routed>({
  id: 'oneHot',
  statement: 'with a one-hot router the mixture equals that expert',
  tier: 'required',
  mutants: [insteadOf('the experts in reverse order', (r) => r.reversed), insteadOf('every expert counts', (r) => r.summed)],
});

/** About a mixture: under a one-hot router, under its own, and beside its experts. */
export const fdmLaws = (subjects: { readonly oneHot: fc.Arbitrary<Routed>; readonly routed: Subjects; readonly corners: Subjects }, engine: Engine = meaning): readonly Law[] =>
  under('fdm')([oneHot(subjects.oneHot, engine), convexHull(subjects.corners, engine), ...batchIndependence(subjects.routed, [0, 1], engine)]);

export const ownFdmLaws = (engine: Engine = meaning): readonly Law[] => fdmLaws({ oneHot: mixtures.map((m) => m.oneHot), routed: mixtures.map((m) => m.routed), corners: mixtures.map((m) => m.corners) }, engine);
