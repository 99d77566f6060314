/**
 * DType: what the elements of a tensor are, in the type; and how they are stored, at run time.
 * idea:  `Ix<N>` are integers below N, so that labels of 28 classes do not meet logits of 29; stored as i32.
 */
import type { Dim } from './dim.ts';

/** Some index type, whatever its bound. */
export interface IndexKind {
  readonly index: true;
}
/** Integers from 0 to N - 1. */
export interface Ix<in out N extends Dim> extends IndexKind {
  readonly below: N;
}
/** Element type of a tensor as the type checker sees it. */
export type DType = 'f32' | 'i32' | 'bool' | IndexKind;
/** Element type at run time. */
export type Element = 'f32' | 'i32' | 'bool';
/** How elements of type T are stored. */
export type ElementOf<T extends DType> = T extends Element ? T : 'i32';
