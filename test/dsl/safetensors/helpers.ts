/**
 * Helpers of the tests around safetensors: unwrapping and values in one line.
 */
import { isLeft, isRight, type Either } from 'fp-ts/lib/Either.js';
import type { Value } from '../../../dsl/backend.ts';
import { type Fault, printFault } from '../../../shapes/fault.ts';

export const good = <A>(either: Either<Fault, A>): A => {
  if (isLeft(either)) throw new Error(printFault(either.left));
  return either.right;
};

export const bad = <A>(either: Either<Fault, A>): Fault => {
  if (isRight(either)) throw new Error('a fault was expected');
  return either.left;
};

export const f32 = (sizes: readonly number[], ...numbers: readonly number[]): Value => ({ sizes, dtype: 'f32', data: Float32Array.from(numbers) });
export const i32 = (sizes: readonly number[], ...numbers: readonly number[]): Value => ({ sizes, dtype: 'i32', data: Int32Array.from(numbers) });
export const bool = (sizes: readonly number[], ...numbers: readonly number[]): Value => ({ sizes, dtype: 'bool', data: Uint8Array.from(numbers) });

export const golden = (name: string): URL => new URL(`../../golden/safetensors/${name}`, import.meta.url);
