/**
 * Tensor: a typed view of something that has sizes; the shape is in the type.
 * idea:  nominal (a spread or a mapped copy is not a tensor) and invariant. S and T are used by no member, so that a
 *        mismatch is reported on the shapes themselves, one level shallower than through a property.
 * not:   data or operations. `node` is opaque here; the language (dsl/) makes and reads it. `Tensor.view` is a trust
 *        boundary: whoever calls it claims that S and T describe these sizes and this dtype.
 *        Never extend Tensor by an interface: TypeScript compares that structurally, and S is lost.
 */
import type { Dim, Phantom } from './dim.ts';
import type { DType, Element } from './dtype.ts';

/** Sizes of the axes, outermost first. Mutable tuples: `readonly` would only lengthen the messages. */
export type Shape = Dim[];

/** Some tensor, whatever its shape: for reading sizes, and for unwrapping. */
export abstract class AnyTensor {
  protected declare readonly anyTensor: true;
  protected constructor(
    readonly sizes: readonly number[],
    readonly dtype: Element,
    /** opaque to shapes/ */
    readonly node: unknown,
  ) {}
}

/** A tensor of shape S with elements of type T. */
export class Tensor<in out S extends Shape, in out T extends DType = 'f32'> extends AnyTensor {
  protected declare readonly tensor: true;
  private constructor(sizes: readonly number[], dtype: Element, node: unknown, _shape: Phantom<S>, _dtype: Phantom<T>) {
    super(sizes, dtype, node);
  }
  /** Trust boundary: the caller claims that S and T describe these sizes and this dtype. */
  static view<S extends Shape, T extends DType = 'f32'>(sizes: readonly number[], dtype: Element, node: unknown): Tensor<S, T> {
    return new Tensor<S, T>(sizes, dtype, node, undefined, undefined);
  }
}

/** Shape of a tensor type. */
export type ShapeOf<X> = X extends Tensor<infer S, infer _> ? S : never;
/** Element type of a tensor type. */
export type DTypeOf<X> = X extends Tensor<infer _, infer T> ? T : never;
