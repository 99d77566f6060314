/**
 * Claims about blocks of your own, for `npx molt prove examples/prove.ts`: attention weights, and a wrong version of them that the
 * laws catch: its softmax runs over the queries instead of the tokens. Both have the right shape and the right gradient.
 *
 * In a project of your own, import from 'molt/dsl', 'molt/proofs' and 'molt/shapes'.
 */
import { block, einsum, fanIn, param, rearrange, softmax } from '../dsl/index.ts';
import { claim } from '../proofs/index.ts';
import { type Dim, dim, type Tensor } from '../shapes/index.ts';

const weights = { query: param(fanIn(), dim(3), dim(2)) };

/** How much each of two learned queries attends to each token. shape: [B, N, 3] → [B, 2, N] */
export const attention = block(weights, (p) => <B extends Dim, N extends Dim>(x: Tensor<[B, N, 3]>): Tensor<[B, 2, N]> => softmax(einsum('b n d, d q -> b q n')(x, p.query)));

/** The same, but each token divides itself among the queries. */
export const wrongAttention = block(weights, (p) => <B extends Dim, N extends Dim>(x: Tensor<[B, N, 3]>): Tensor<[B, 2, N]> => rearrange('b n q -> b q n')(softmax(einsum('b n d, d q -> b n q')(x, p.query))));

const spec = { inputs: ['b n 3'], outputs: ['b 2 n'], claims: [{ law: 'simplex' }, { law: 'equivariant', axis: 'n' }] } as const;

export const good = claim(attention, spec);
/** `molt prove` says FAILED here: that is what it is for. */
export const wrong = claim(wrongAttention, spec);
