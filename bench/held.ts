/**
 * Held: the value of what may have failed; in a bench a failure ends the side, and the harness reports its sentence.
 */
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { type Fault, raise } from '../shapes/fault.ts';

/** @throws MoltError */
export const held = <A>(value: Either<Fault, A>): A => (isLeft(value) ? raise(value.left) : value.right);
