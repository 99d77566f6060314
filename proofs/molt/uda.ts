/**
 * Laws of UDA, equation (1): f [B, N, D] → [B, Z, D], TD(z, f) + W f.
 *   1. permuting the tokens of f together with the columns of W changes nothing
 *   2. with W on the pooled channels: permuting the tokens of f alone changes nothing
 *   3. each sample by itself; gradient against differences
 */
import { type Engine, meaning } from '../engine.ts';
import { batchIndependence } from '../families/batch.ts';
import { gradientMatchesDifferences } from '../families/differences.ts';
import { permutation } from '../families/permutation.ts';
import { type Law, under } from '../law.ts';
import type { Subjects } from '../subject.ts';
import { pooledUdas, udas } from './subjects.ts';

/** About an adapter whose weight W is named `…mix` and has the tokens on axis 1. */
export const udaLaws = (adapt: Subjects, engine: Engine = meaning): readonly Law[] =>
  under('uda')([
    permutation(adapt, {
      id: 'tokens',
      statement: 'permuting the tokens of f together with the columns of W changes nothing',
      symmetry: { inputs: [[0, 1]], weights: [['mix', 1]] },
      engine,
    }),
    ...batchIndependence(adapt, [0], engine),
    gradientMatchesDifferences(adapt),
  ]);

/** About an adapter whose W sees only the mean token (reading A1, 'pooled-channel'). */
export const pooledUdaLaws = (adapt: Subjects, engine: Engine = meaning): readonly Law[] =>
  under('uda.pooled')([
    permutation(adapt, { id: 'tokens', statement: 'permuting the tokens of f changes nothing', symmetry: { inputs: [[0, 1]] }, engine }),
    ...batchIndependence(adapt, [0], engine),
    gradientMatchesDifferences(adapt),
  ]);

export const ownUdaLaws = (engine: Engine = meaning): readonly Law[] => [...udaLaws(udas, engine), ...pooledUdaLaws(pooledUdas, engine)];
