/**
 * For typed call sites: where types rule the fault out, meeting it is a defect and is raised.
 */
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { type Fault, raise } from '../../shapes/fault.ts';

export const orRaise = <A>(result: Either<Fault, A>): A => (isLeft(result) ? raise(result.left) : result.right);
