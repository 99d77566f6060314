/**
 * Laws of TD, equation (2), and of anything that distils tokens: (z [Z, D], f [B, N, D]) → [B, Z, D].
 *   1. permuting the N tokens of f changes nothing
 *   2. permuting z permutes the output
 *   3. hull: the output of each head lies in the convex hull of the rows of f W_V
 *   4. each sample by itself; gradient against differences
 */
import { type Engine, meaning } from '../engine.ts';
import { batchIndependence } from '../families/batch.ts';
import { gradientMatchesDifferences } from '../families/differences.ts';
import { convexHull } from '../families/hull.ts';
import { permutation } from '../families/permutation.ts';
import { type Law, under } from '../law.ts';
import type { Subjects } from '../subject.ts';
import { tdHeads, tds } from './subjects.ts';

/** About a distillation as a whole. */
export const tdLaws = (distil: Subjects, engine: Engine = meaning): readonly Law[] =>
  under('td')([
    permutation(distil, { id: 'tokens', statement: 'permuting the tokens of f changes nothing', symmetry: { inputs: [[1, 1]] }, engine }),
    permutation(distil, { id: 'latents', statement: 'permuting z permutes the output', symmetry: { inputs: [[0, 0]], outputs: [[0, 1]] }, engine }),
    ...batchIndependence(distil, [1], engine),
    gradientMatchesDifferences(distil),
  ]);

/** About its heads: (z, f) → what the heads give [B, H, Z, K], and the rows of f W_V [B, H, N, K]. */
export const tdHeadLaws = (heads: Subjects, engine: Engine = meaning): readonly Law[] => under('td')([convexHull(heads, engine)]);

export const ownTdLaws = (engine: Engine = meaning): readonly Law[] => [...tdLaws(tds, engine), ...tdHeadLaws(tdHeads, engine)];
