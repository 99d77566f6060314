/**
 * A variant as a module, for `npx molt check examples/variant.ts`: a block with what it claims, the sizes at which it is costed, and limits.
 * `npx molt prove` takes the same file.
 *
 * In a project of your own, import from 'molt/dsl', 'molt/molt', 'molt/proofs' and 'molt/shapes'.
 */
import { block, einsum, fanIn, param, softmax } from '../dsl/index.ts';
import type { Budgets } from '../molt/index.ts';
import { claim } from '../proofs/index.ts';
import { type Dim, dim, type Tensor } from '../shapes/index.ts';

/** Eight learned queries, each a weighted mean of N tokens. shape: [B, N, 64] → [B, 8, 64] */
export const pool = block({ query: param(fanIn(), dim(64), dim(8)) }, (p) => <B extends Dim, N extends Dim>(x: Tensor<[B, N, 64]>): Tensor<[B, 8, 64]> =>
  einsum('b q n, b n d -> b q d')(softmax(einsum('b n d, d q -> b q n')(x, p.query)), x));

export const name = 'pooling by eight queries';
export const budgets: Budgets = { trainableParameters: 600, savedBytesPerSample: 100_000, multiplyAdds: 300_000 };
export default claim(pool, { inputs: ['b n 64'], outputs: ['b 8 64'], claims: [{ law: 'invariant', axis: 'n' }, { law: 'hull' }], at: { n: 196 } });
