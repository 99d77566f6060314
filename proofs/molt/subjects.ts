/**
 * Subjects: MoLT's blocks at drawn sizes, for the laws about them.
 * idea:  every letter is drawn from the tiny pool, both widths of TD and both readings of W among them, so that a law is about
 *        the block and not about one size.
 */
import fc from 'fast-check';
import { fanIn, instantiate, nodes, param, unwrap } from '../../dsl/index.ts';
import { ca } from '../../molt/ca.ts';
import { cdaSide } from '../../molt/cda.ts';
import { pooledMix, tokenMix } from '../../molt/mix.ts';
import { modality, type Modality, parts } from '../../molt/modality.ts';
import { router } from '../../molt/router.ts';
import { distilHeads } from '../../molt/td.ts';
import { tor } from '../../molt/tor.ts';
import { uda } from '../../molt/uda.ts';
import { someTd } from '../../molt/variants/layer.ts';
import { type Dim, type DimOf, withSizes } from '../../shapes/index.ts';
import { letters, several, size } from '../arbitraries/sizes.ts';
import { called, given, onNodes, type Subject, type Subjects, subjectOf } from '../subject.ts';
import { nth } from '../engine.ts';

const small = fc.constantFrom(1, 2);
/** D − H·K: 0 is full width, more asks for an output projection */
const extra = fc.constantFrom(0, 1);
const streams = letters({ B: several, Z: size, N: size, M: size, H: small, K: small, G: small, dv: extra, da: extra });

/** D = H·K + dv channels, C = H·G + da. */
const withChannels = streams.map((s) => ({ ...s, D: s.H * s.K + s.dv, C: s.H * s.G + s.da }));

/** TD: (z [Z, D], f [B, N, D]) → [B, Z, D] */
export const tds: Subjects = withChannels.map((s) =>
  withSizes(s, (t) => subjectOf(instantiate(someTd(modality(t.D, t.H, t.K, t.N)), 'td'), [[s.Z, s.D], [s.B, s.N, s.D]])));

/** TD up to its heads, and the rows of f W_V: (z, f) → [B, H, Z, K] and [B, H, N, K] */
export const tdHeads: Subjects = withChannels.map((s) =>
  withSizes(s, (t): Subject => {
    const p = instantiate(parts({ query: param(fanIn(), t.D, t.H, t.K), key: param(fanIn(), t.D, t.H, t.K), value: param(fanIn(), t.D, t.H, t.K) }), 'td');
    return {
      inputs: [given([s.Z, s.D]), given([s.B, s.N, s.D])],
      apply: (...xs) => [
        nodes.permute(unwrap(called(distilHeads(p))(...xs)), [0, 2, 1, 3]),
        nodes.einsum([[0, 1, 2], [2, 3, 4]], [0, 3, 1, 4], [nth(xs, 1), unwrap(p.value)]),
      ],
    };
  }));

/** UDA with W [Z, N]: f [B, N, D] → [B, Z, D]; the weight is called `uda.mix` */
export const udas: Subjects = withChannels.map((s) =>
  withSizes(s, (t) => subjectOf(instantiate(uda(t.Z, t.D, someTd(modality(t.D, t.H, t.K, t.N)), tokenMix(t.Z, t.N)), 'uda'), [[s.B, s.N, s.D]])));

/** UDA with W [D, D] on the pooled channels. */
export const pooledUdas: Subjects = withChannels.map((s) =>
  withSizes(s, (t) => subjectOf(instantiate(uda(t.Z, t.D, someTd(modality(t.D, t.H, t.K, t.N)), pooledMix(t.Z, t.D)), 'uda'), [[s.B, s.N, s.D]])));

/** CA: (x [B, Z, D], y [B, M, C]) → [B, Z, D] */
export const cas: Subjects = withChannels.map((s) => withSizes(s, (t) => subjectOf(instantiate(ca(modality(t.D, t.H, t.K, t.N), t.C), 'ca'), [[s.B, s.Z, s.D], [s.B, s.M, s.C]])));

/** Router of E = G + 1 experts: (f_v [B, N, D], f_a [B, M, C]) → [B, E] */
export const routers: Subjects = withChannels.map((s) =>
  withSizes({ ...s, E: s.G + 1, R: 3 }, (t) => subjectOf(instantiate(router(t.D, t.C, t.R, t.E), 'router'), [[s.B, s.N, s.D], [s.B, s.M, s.C]])));

/** TOR: tokens [B, M, D] → [B]; few channels, so that tokens are parallel, and many, so that they may be orthogonal */
export const tors: Subjects = letters({ B: size, M: fc.constantFrom(1, 2, 3, 4), D: fc.constantFrom(1, 2, 4) }).map((s) => withSizes(s, (t) => ({ inputs: [given([s.B, s.M, s.D])], apply: (...xs) => [onNodes(tor(t.M))(...xs)] })));

/** One side of a cross-modal adapter. */
export const side = <D extends Dim, H extends Dim, K extends Dim, N extends Dim, C extends Dim, Z extends Dim>(z: DimOf<Z>, m: Modality<D, H, K, N>, other: DimOf<C>) => cdaSide(z, m.d, someTd(m), ca(m, other), tokenMix(z, m.n));

/** Sizes of both streams, for blocks that take both. */
export const bothStreams = withChannels;
