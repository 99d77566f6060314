/**
 * Laws of CA, the cross-attention of equation (3): (x [B, Z, D], y [B, Y, C]) → [B, Z, D].
 *   1. equivariant in x: permuting the tokens of x permutes the output
 *   2. invariant in y: permuting the tokens of y changes nothing
 *   3. each sample by itself; gradient against differences
 */
import { type Engine, meaning } from '../engine.ts';
import { batchIndependence } from '../families/batch.ts';
import { gradientMatchesDifferences } from '../families/differences.ts';
import { permutation } from '../families/permutation.ts';
import { type Law, under } from '../law.ts';
import type { Subjects } from '../subject.ts';
import { cas } from './subjects.ts';

export const caLaws = (attend: Subjects, engine: Engine = meaning): readonly Law[] =>
  under('ca')([
    permutation(attend, { id: 'own', statement: 'permuting the tokens of x permutes the output', symmetry: { inputs: [[0, 1]], outputs: [[0, 1]] }, engine }),
    permutation(attend, { id: 'other', statement: 'permuting the tokens of y changes nothing', symmetry: { inputs: [[1, 1]] }, engine }),
    ...batchIndependence(attend, [0, 1], engine),
    gradientMatchesDifferences(attend),
  ]);

export const ownCaLaws = (engine: Engine = meaning): readonly Law[] => caLaws(cas, engine);
