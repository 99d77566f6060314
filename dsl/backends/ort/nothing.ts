/**
 * Nothing: the program of a plan without outputs. ONNX Runtime refuses a graph without values.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Program } from '../../backend.ts';

export const nothing: Program = {
  run: () => TE.right([]),
  measure: () => TE.right({ values: [], measured: { peakBytes: 0, leaked: 0 } }),
  dispose: () => undefined,
};
