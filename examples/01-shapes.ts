/**
 * Shapes: literal, named and generic sizes in types; patterns; what the compiler refuses.
 */
import assert from 'node:assert/strict';
import { type Dim, dim, type DimOf, reify, type Tensor } from '../shapes/index.ts';
import { add, addOver, einsum, input, rearrange, reduce } from '../dsl/index.ts';

// Literal and named sizes: the type says ['B', 36, 1536].
const frames: Tensor<['B', 36, 1536]> = input('frames', dim('B', 4), dim(36), dim(1536));

// A pattern is parsed in the type: 1536 = 8 · 192 is checked there.
const heads: Tensor<['B', 8, 36, 192]> = rearrange('b n (h k) -> b h n k', { h: dim(8), k: dim(192) })(frames);
assert.deepEqual(heads.sizes, [4, 8, 36, 192]);

// Generic sizes: checked once, for every D and E.
const affine = <B extends Dim, D extends Dim, E extends Dim>(x: Tensor<[B, D]>, w: Tensor<[D, E]>, b: Tensor<[E]>): Tensor<[B, E]> =>
  addOver('b e, e')(einsum('b d, d e -> b e')(x, w), b);

// @ts-expect-error the weight is the wrong way round: Type 'E' is not assignable to type 'D'
export const transposed = <B extends Dim, D extends Dim, E extends Dim>(x: Tensor<[B, D]>, w: Tensor<[E, D]>): Tensor<[B, E]> => einsum('b d, d e -> b e')(x, w);

// Sizes known only at run time become fresh types that cannot be mixed up.
const pooled = reduce('mean', 'b n d -> b d')(frames);
const logits = reify(29, <C extends Dim>(classes: DimOf<C>) => affine(pooled, input('w', dim(1536), classes), input('b', classes)).sizes);
assert.deepEqual(logits, [4, 29]);

// @ts-expect-error 36 tokens and 8 tokens do not add
assert.throws(() => add(frames, input('latent', dim('B', 4), dim(8), dim(1536))), /two tensors of the same sizes|same shape/);
