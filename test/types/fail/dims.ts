/**
 * A dim is one literal size or one literal name; a number known at run time takes a name or a scope.
 */
import { dim, sizes } from '../../../shapes/index.ts';

declare const n: number;
declare const name: string;
declare const either: 3 | 4;
// error: Argument of type 'number' is not assignable to parameter of type '"dim error: not a literal; use dim(name, n) or reify(n, k)"'.
export const open = dim(n);
// error: Type '3' is not assignable to type '"dim error: a union is not one size"'.
export const union = dim(either);
// error: Argument of type 'string' is not assignable to parameter of type '"dim error: the name is not a literal"'.
export const unnamed = dim(name, 3);
// error: Argument of type '2.5' is not assignable to parameter of type '"dim error: a size is an integer, 0 or more"'.
export const half = dim(2.5);
// error: Argument of type '-1' is not assignable to parameter of type '"dim error: a size is an integer, 0 or more"'.
export const negative = dim(-1);
// error: Type 'string' is not assignable to type 'number'.
export const text = sizes({ N: '4' });
