/**
 * Laws of the router, equation (4): (f_v [B, N, D], f_a [B, M, C]) → [B, E].
 *   1. on the simplex: weights ≥ 0 that sum to 1
 *   2. permuting the tokens of either modality changes nothing
 *   3. each sample by itself; gradient against differences
 */
import { type Engine, meaning } from '../engine.ts';
import { batchIndependence } from '../families/batch.ts';
import { gradientMatchesDifferences } from '../families/differences.ts';
import { permutation } from '../families/permutation.ts';
import { onSimplex } from '../families/simplex.ts';
import { type Law, under } from '../law.ts';
import type { Subjects } from '../subject.ts';
import { routers } from './subjects.ts';

export const routerLaws = (route: Subjects, engine: Engine = meaning): readonly Law[] =>
  under('router')([
    ...onSimplex(route, { engine }),
    permutation(route, { id: 'visual', statement: 'permuting the tokens of f_v changes nothing', symmetry: { inputs: [[0, 1]] }, engine }),
    permutation(route, { id: 'audio', statement: 'permuting the tokens of f_a changes nothing', symmetry: { inputs: [[1, 1]] }, engine }),
    ...batchIndependence(route, [0, 1], engine),
    gradientMatchesDifferences(route),
  ]);

export const ownRouterLaws = (engine: Engine = meaning): readonly Law[] => routerLaws(routers, engine);
