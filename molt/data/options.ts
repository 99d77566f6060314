/**
 * Counts that a caller chooses, checked once at the door.
 */
import * as E from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/fault.ts';

/**
 * Nothing, if every count is a whole number from `least` on.
 * errors:  Usage, naming each count that is not.
 */
export const checkCounts = (where: string, counts: { readonly [name: string]: number }, least: number): E.Either<Fault, void> => {
  const wrong = Object.entries(counts).filter(([, count]) => !Number.isSafeInteger(count) || count < least);
  return wrong.length === 0 ? E.right(undefined) : E.left(fault('Usage', where, wrong.map(([name, count]) => `${name}: ${count}`), `whole numbers from ${least} on`));
};
