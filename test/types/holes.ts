/**
 * What the types are known not to see. Each line compiles and should not; one that stops compiling may be deleted.
 * idea:  shapes are compared by name only between tensors. TypeScript compares an interface that extends a tensor, and an
 *        intersection with one, member by member, and no member holds the shape (shapes/tensor.ts says why).
 */
import { take } from '../../dsl/index.ts';
import { dim, type Tensor } from '../../shapes/index.ts';

interface Extended extends Tensor<[8]> {
  readonly extra: string;
}
declare const extended: Extended;
export const throughInterface: Tensor<[9]> = extended;
declare const intersection: Tensor<[8]> & { readonly extra: string };
export const throughIntersection: Tensor<[9]> = intersection;
// one name for two sizes: refused at run time, where they meet
export const twoSizes = [dim('B', 2), dim('B', 3)];
// the bounds of a slice: refused at run time
export const outside = (x: Tensor<[8]>) => take(-1)(7, dim(3))(x);
