/**
 * Ports: laws, smoke trainings and modules for `molt check`, each loaded when a check asks for it.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { faultOf } from '../../../shapes/fault.ts';
import { diagnostic, type Ports } from '../../check/index.ts';

/** Names of modules are seen from `cwd`. */
export const portsAt = (cwd: string): Ports => ({
  laws: (variant) => pipe(TE.tryCatch(() => import('./laws.ts'), (thrown) => faultOf('laws', thrown)), TE.chain(({ lawsAbout }) => lawsAbout(variant))),
  smoke: (variant, steps) => pipe(TE.tryCatch(() => import('./smoke.ts'), (thrown) => faultOf('smoke training', thrown)), TE.chain(({ smokeTraining }) => smokeTraining(variant, steps))),
  module: (source) => pipe(
    TE.tryCatch(() => import('./module.ts'), (thrown) => [diagnostic('MOLT901', { file: source.file, path: '', line: 1, column: 1, endLine: 1, endColumn: 1 }, faultOf('modules', thrown).given, 'no exception')]),
    TE.chain(({ moduleIn }) => moduleIn(cwd, source)),
  ),
});
