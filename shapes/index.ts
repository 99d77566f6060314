/**
 * Shapes: what a shape is, in the type and at run time, side by side. The public surface of `molt/shapes`.
 * not:   the machinery of patterns (substitute.ts, and the parts of pattern.ts that are not named here).
 */
export * from './axis.ts';
export * from './broadcast.ts';
export { AnyDimOf, dim, type Dim, DimOf, dimsOf, type DimsOf, type Prod, reify, sizes, type SizesByName, type Sum, type Symbolic, withSizes } from './dim.ts';
export * from './dtype.ts';
export * from './einsum.ts';
export * from './evidence.ts';
export * from './fault.ts';
export * from './layout.ts';
export { type Add, type AddN, type Mul, type MulN, plusD, timesD } from './nat.ts';
export * from './over.ts';
export { type RuntimeTerm, type RuntimeTerms, type Term, terms, type Terms } from './pattern.ts';
export * from './rearrange.ts';
export type { Sizes } from './substitute.ts';
export * from './tensor.ts';
export * from './vec.ts';
