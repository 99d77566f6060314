/**
 * Operations on sizes that do not fit.
 */
import { pipe } from 'fp-ts/lib/function.js';
import { add, addBias, addOver, concat, dot, einsum, input, matmul, rearrange, reduce, repeat, softmaxOver, split, stack, sum, take } from '../../../dsl/index.ts';
import { appendV, dim, vec, zipV } from '../../../shapes/index.ts';

const x = input('x', dim('B', 4), dim(36), dim(1536));
const w = input('w', dim(768), dim(1536));
const bias = input('bias', dim(1536));
// error: Type '768' is not assignable to type '1536'.
export const product = dot(x, w);
// error: Source has 1 element(s) but target requires 3.
export const biased = add(x, bias);
// error: Type '1536' is not assignable to type '36'.
export const wrongBias = addBias(input('y', dim('B', 4), dim(36)), bias);
// error: Type '36' is not assignable to type '1536'.
export const scores = matmul(x, x);
// error: Type '768' is not assignable to type '1536'.
export const projected = einsum('b n d, d e -> b n e')(x, w);
// error: Source has 2 element(s) but target requires 3.
export const heads = einsum('b n d, d h k -> b h n k')(x, w);
// error: Argument of type '"b n d, d e -> b n f"' is not assignable to parameter of type '"einsum error: output axis 'f' is in no operand"'.
export const unknown = einsum('b n d, d e -> b n f');
// error: Argument of type '"b n d, d e"' is not assignable to parameter of type '"pattern error: no '->'"'.
export const arrowless = einsum('b n d, d e');
// error: Argument of type '"b n (h k) -> b h n k"' is not assignable to parameter of type '"rearrange error: give the size of axis 'h'"'.
export const unsized = rearrange('b n (h k) -> b h n k');
// error: Type '1536' is not assignable to type '1024'.
export const divided = rearrange('b n (h k) -> b h n k', { h: dim(8), k: dim(128) })(x);
// error: Argument of type '"b n -> b n r"' is not assignable to parameter of type '"repeat error: new axis 'r' needs a size"'.
export const repeated = repeat('b n -> b n r');
// error: Argument of type '"b n d -> b q"' is not assignable to parameter of type '"reduce error: output axis 'q' is not in the input"'.
export const reduced = reduce('mean', 'b n d -> b q');
// error: Argument of type '"b n d, q"' is not assignable to parameter of type '"broadcast error: axis 'q' is not in the first operand"'.
export const stretched = addOver('b n d, q');
// error: Type '36' is not assignable to type '1536'.
export const crossed = addOver('b n d, d')(x, input('y', dim(36)));
// error: Argument of type '"q"' is not assignable to parameter of type '"d"'.
export const soft = softmaxOver('... d', 'q');
// error: Type '35' is not assignable to type '36'.
export const joined = concat(-1)(x, input('y', dim('B', 4), dim(35), dim(8)));
// error: Type '36' is not assignable to type '35'.
export const parts = split(-2)(dim(8), dim(27))(x);
// error: Source has 1 element(s) but target requires 2.
export const cut = take(-2)(0, dim(3))(bias);
// error: Argument of type '1' is not assignable to parameter of type 'Axis'.
export const axis = sum(1);
// error: Argument of type 'string' is not assignable to parameter of type 'Vec<Dim, Tensor<Shape, DType>>'.
// error: Type '36' is not assignable to type '1536'.
export const stacked = stack(vec(bias, input('y', dim(36))));
// error: Type '3' is not assignable to type '2'.
export const zipped = zipV(vec(1, 2), vec(1, 2, 3));
// error: Type 'string' is not assignable to type 'number'.
export const appended = appendV(vec(1, 2), vec('a'));
// error: Type '768' is not assignable to type '1536'.
export const piped = pipe(x, reduce('mean', 'b n d -> b d'), (y) => dot(y, w));
