/**
 * Ports: the laws and the smoke training of `molt check`, loaded when a check asks for them.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { faultOf } from '../../../shapes/fault.ts';
import type { Ports } from '../../check/index.ts';

export const ports: Ports = {
  laws: (variant) => pipe(TE.tryCatch(() => import('./laws.ts'), (thrown) => faultOf('laws', thrown)), TE.chain(({ lawsAbout }) => lawsAbout(variant))),
  smoke: (variant, steps) => pipe(TE.tryCatch(() => import('./smoke.ts'), (thrown) => faultOf('smoke training', thrown)), TE.chain(({ smokeTraining }) => smokeTraining(variant, steps))),
};
