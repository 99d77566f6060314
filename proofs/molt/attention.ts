/**
 * Laws of attention over heads: (q, k, v) → softmax(q kᵀ / √K) v.
 *   1. hull: the output of each head lies in the convex hull of the rows of v
 *   2. permuting keys and values together changes nothing
 *   3. permuting queries permutes the output
 *   4. gradient against differences
 * source: Vaswani et al. 2017, arXiv:1706.03762, equation 1
 */
import { nodes } from '../../dsl/index.ts';
import { attention, latentAttention } from '../../molt/attention.ts';
import { letters, several, size } from '../arbitraries/sizes.ts';
import { type Engine, meaning, nth } from '../engine.ts';
import { gradientMatchesDifferences } from '../families/differences.ts';
import { convexHull } from '../families/hull.ts';
import { permutation } from '../families/permutation.ts';
import { type Law, under } from '../law.ts';
import { given, onNodes, type Subjects } from '../subject.ts';

const drawn = letters({ B: several, Z: size, N: size, H: size, K: size });

/** Queries of each sample [B, Z, H, K]; keys and values [B, N, H, K]. */
const perSample: Subjects = drawn.map((s) => ({ inputs: [given([s.B, s.Z, s.H, s.K]), given([s.B, s.N, s.H, s.K]), given([s.B, s.N, s.H, s.K])], apply: (...xs) => [onNodes(attention)(...xs)] }));
/** Queries that all samples share [Z, H, K]. */
const latent: Subjects = drawn.map((s) => ({ inputs: [given([s.Z, s.H, s.K]), given([s.B, s.N, s.H, s.K]), given([s.B, s.N, s.H, s.K])], apply: (...xs) => [onNodes(latentAttention)(...xs)] }));

/** About an attention (q, k, v) → [B, Z, H, K], with the queries on axis `queries` of q. */
export const attentionLaws = (attend: Subjects, queries: number, engine: Engine = meaning): readonly Law[] => [
  // head by head: points [B, H, Z, K], corners [B, H, N, K]
  convexHull(attend.map((s) => ({ ...s, apply: (...xs) => [...s.apply(...xs), nth(xs, 2)].map((x) => nodes.permute(x, [0, 2, 1, 3])) })), engine),
  permutation(attend, { id: 'keys', statement: 'permuting keys and values together changes nothing', symmetry: { inputs: [[1, 1], [2, 1]] }, engine }),
  permutation(attend, { id: 'queries', statement: 'permuting queries permutes the output', symmetry: { inputs: [[0, queries]], outputs: [[0, 1]] }, engine }),
  gradientMatchesDifferences(attend),
];

export const ownAttentionLaws = (engine: Engine = meaning): readonly Law[] => [...under('attention')(attentionLaws(perSample, 1, engine)), ...under('attention.latent')(attentionLaws(latent, 0, engine))];
