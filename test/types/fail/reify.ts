/**
 * A reified size is unknown outside its callback, and two of them are two sizes.
 */
import { add, input } from '../../../dsl/index.ts';
import { dim, reify, type Dim, type DimOf, type Tensor, withSizes } from '../../../shapes/index.ts';

// error: Type 'string' is not assignable to type '4'.
// error: Type 'string' is not assignable to type 'N'.
export const escaped: Tensor<[4]> = reify(4, <N extends Dim>(n: DimOf<N>) => input('x', n));
// error: Type 'string' is not assignable to type '4'.
export const assumed = reify(4, (n: DimOf<4>) => input('x', n));
// error: Type 'M' is not assignable to type 'N'.
export const mixed = reify(4, <N extends Dim>(n: DimOf<N>) => reify(4, <M extends Dim>(m: DimOf<M>) => add(input('x', n), input('y', m)).sizes));
// error: Type '`${S}.b`' is not assignable to type '`${S}.a`'.
export const keys = withSizes({ a: 4, b: 4 }, (d) => add(input('x', d.a), input('y', d.b)).sizes);
// error: Type '`${T}.a`' is not assignable to type '`${S}.a`'.
export const scopes = withSizes({ a: 4 }, <S extends string>(d: { readonly a: DimOf<`${S}.a`> }) => withSizes({ a: 4 }, <T extends string>(e: { readonly a: DimOf<`${T}.a`> }) => add(input('x', d.a), input('y', e.a)).sizes));
// error: Type '4' is not assignable to type '`${S}.a`'.
export const literal = withSizes({ a: 4 }, (d) => add(input('x', d.a), input('y', dim(4))).sizes);
