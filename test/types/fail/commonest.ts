/**
 * The twelve commonest mistakes; test/errors/compile.test.ts keeps the whole of what the compiler says about each.
 */
import { add, after, block, crossEntropy, dot, einsum, fanIn, input, inputIndices, linear, type LinearP, matmul, param, rearrange } from '../../../dsl/index.ts';
import { td } from '../../../molt/td.ts';
import { modality } from '../../../molt/modality.ts';
import { dim, type Dim, type DimOf, refl, type Tensor } from '../../../shapes/index.ts';

const x = input('x', dim('B', 4), dim(36), dim(1536));
const w = input('w', dim(768), dim(1536));
const bias = input('bias', dim(1536));
declare const config: { readonly d: number };

// 1. inner sizes of a product
// error: Type '768' is not assignable to type '1536'.
export const product = dot(x, w);

// 2. adding a bias as if it were a matrix
// error: Source has 1 element(s) but target requires 3.
export const biased = add(x, bias);

// 3. forgetting a transpose, in a polymorphic body
// error: Type 'N' is not assignable to type 'D'.
export const scores = <B extends Dim, N extends Dim, D extends Dim>(f: Tensor<[B, N, D]>) => matmul(f, f);

// 4. an operand of the wrong rank
// error: Source has 2 element(s) but target requires 3.
export const heads = einsum('b n d, d h k -> b h n k')(x, w);

// 5. an output axis that no operand has
// error: Argument of type '"b n d, d e -> b n f"' is not assignable to parameter of type '"einsum error: output axis 'f' is in no operand"'.
export const typo = einsum('b n d, d e -> b n f');

// 6. splitting heads that do not divide the channels
// error: Type '1536' is not assignable to type '1024'.
export const divided = rearrange('b n (h k) -> b h n k', { h: dim(8), k: dim(128) })(x);

// 7. a size known only at run time
// error: Argument of type 'number' is not assignable to parameter of type '"dim error: not a literal; use dim(name, n) or reify(n, k)"'.
export const configured = dim(config.d);

// 8. composing blocks in the wrong order, in a polymorphic body
// error: Type 'R' is not assignable to type 'D'.
export const twice = <D extends Dim, R extends Dim>(d: DimOf<D>, r: DimOf<R>) => block({ up: linear(d, r) }, (p) => (f: Tensor<[D]>) => p.up(p.up(f)));

// 9. the same for whole blocks
// error: Type '3' is not assignable to type '8'.
export const composed = after(linear(dim(8), dim(3)))(linear(dim(8), dim(3)));

// 10. a tree of weights with a wrong weight inside
const tree = block({ hidden: linear(dim(8), dim(3)), scale: param(fanIn(), dim(3)) }, (p) => p.hidden);
declare const weights: { readonly hidden: LinearP<8, 4>; readonly scale: Tensor<[3]> };
// error: Type '4' is not assignable to type '3'.
export const bound = tree.bind(weights);

// 11. heads that do not make up the width
// error: Type '1536' is not assignable to type '1024'.
export const narrow = td(modality(dim(1536), dim(8), dim(128), dim(36)), refl());

// 12. labels of other classes
// error: Type '28' is not assignable to type '29'.
export const loss = crossEntropy(input('logits', dim('B', 4), dim(29)), inputIndices('labels', dim(28), dim('B', 4)));
