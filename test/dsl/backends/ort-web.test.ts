/** ONNX Runtime's WebAssembly engine, against the reference; and that nothing is left behind. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { Backend, Bindings, Program, Value } from '../../../dsl/backend.ts';
import { ortWeb } from '../../../dsl/backends/ort/web/index.ts';
import { agreementLaws } from '../../../proofs/dsl/agrees.ts';
import { testLaws } from '../../proofs/sound.ts';

const right = <A>(e: E.Either<unknown, A>): A => {
  if (E.isLeft(e)) throw new Error(JSON.stringify(e.left));
  return e.right;
};
describe.each([1, 2])('%s threads', async (threads) => {
  const backend = right(await ortWeb({ threads })());
  testLaws(agreementLaws(backend), 60);
});
