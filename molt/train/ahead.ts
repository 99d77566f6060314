/**
 * Ahead: batches of which the next one is made while the engine works on this one.
 * idea:  a turn after a batch was delivered the following one is begun; what is delivered stays untouched until the next one is asked for.
 * laws:  test/molt/train/source.test.ts: the same batches in the same order; nothing is begun beyond an epoch; a fault is told when its batch is asked for
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { Fault } from '../../shapes/fault.ts';
import type { Value } from '../../dsl/index.ts';
import type { Batches } from './source.ts';

type Made = Promise<Either<Fault, ReadonlyMap<string, Value>>>;

/** The batches, one ahead. Theirs must stay untouched while the next one is made. */
export const oneAhead = (batches: Batches): Batches => {
  let next: { readonly epoch: number; readonly step: number; readonly made: Made } | undefined;
  let closed = false;
  const begun = (epoch: number, step: number): Made =>
    new Promise((resolve, reject) => { setTimeout(() => { if (!closed) batches.batch(epoch, step)().then(resolve, reject); }, 0); });
  return {
    steps: batches.steps,
    batch: (epoch, step) => async () => {
      const waiting = next;
      next = undefined;
      const made = await (waiting?.epoch === epoch && waiting.step === step ? waiting.made : waiting === undefined ? batches.batch(epoch, step)() : waiting.made.then(() => batches.batch(epoch, step)()));
      if (step + 1 < batches.steps) {
        next = { epoch, step: step + 1, made: begun(epoch, step + 1) };
        next.made.catch(() => undefined); // told when it is asked for
      }
      return made;
    },
    close: async () => {
      closed = true;
      await batches.close();
    },
  };
};
