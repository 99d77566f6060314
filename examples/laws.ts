/**
 * Laws on a block of your own: a pooling block, the laws it should obey, and a wrong one that they catch.
 *
 * Two learned queries each take a weighted mean of N tokens: [B, N, D] → [B, Q, D]. The wrong block differs by one word of
 * a pattern: its softmax runs over the queries instead of the tokens. It has the right shape, its gradient is right, it does
 * not care about the order of tokens nor about its neighbours in the batch; but its results are no means of the tokens.
 *
 * In a project of your own, import from 'molt/dsl', 'molt/proofs' and 'molt/shapes'.
 */
import fc from 'fast-check';
import { block, einsum, fanIn, instantiate, type Node, param, softmax } from '../dsl/index.ts';
import { batchIndependence, checkLaws, convexHull, given, gradientMatchesDifferences, type Law, onNodes, permutationInvariance, printReport, type Report, type Subject, type Subjects } from '../proofs/index.ts';
import { type Dim, dim, type Tensor } from '../shapes/index.ts';

const [D, Q] = [dim(3), dim(2)];
const weights = { query: param(fanIn(), D, Q) };

/** softmax(queries · tokens) over the tokens, then the weighted mean */
export const pool = block(weights, (p) => <B extends Dim, N extends Dim>(x: Tensor<[B, N, 3]>): Tensor<[B, 2, 3]> =>
  einsum('b q n, b n d -> b q d')(softmax(einsum('b n d, d q -> b q n')(x, p.query)), x));

/** the same, but the softmax runs along the wrong axis */
export const wrongPool = block(weights, (p) => <B extends Dim, N extends Dim>(x: Tensor<[B, N, 3]>): Tensor<[B, 2, 3]> =>
  einsum('b n q, b n d -> b q d')(softmax(einsum('b n d, d q -> b n q')(x, p.query)), x));

/** What the laws need to know: the inputs, at drawn sizes of batch and tokens, and how outputs are made. */
const sizes = fc.record({ b: fc.constantFrom(2, 3), n: fc.constantFrom(1, 2, 3) });
const pooled = (f: (x: Node) => Node): Subjects => sizes.map(({ b, n }): Subject => ({ inputs: [given([b, n, D.size])], apply: (...xs) => xs.map(f) }));
/** The results as points, and the tokens as the corners that they should lie between. */
const amongTokens = (f: (x: Node) => Node): Subjects => pooled(f).map((s) => ({ ...s, apply: (...xs) => [...s.apply(...xs), ...xs] }));

/** The laws of a pooling block. */
export const poolingLaws = (f: (x: Node) => Node): readonly Law[] => [
  convexHull(amongTokens(f)),
  permutationInvariance(pooled(f), 0, 1),
  ...batchIndependence(pooled(f)),
  gradientMatchesDifferences(pooled(f)),
];

/** A report for each law; the same seed gives the same reports. */
export const reportsOf = (which: typeof pool): Promise<readonly Report[]> => checkLaws(poolingLaws(onNodes(instantiate(which))), { seed: 1, runs: 100 })();

/** What a terminal would show. */
export const shown = async (which: typeof pool): Promise<string> => (await reportsOf(which)).map(printReport).join('\n');
