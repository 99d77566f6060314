/**
 * Indices: integers with a bound in their type, what makes them and what they select.
 */
import type { Dim, DimOf, Ix, Shape, Tensor } from '../../shapes/index.ts';
import * as b from '../build.ts';
import { node } from '../node.ts';
import { fault, raise } from '../../shapes/fault.ts';
import { unwrap, wrap } from '../typed.ts';
import { bounded } from './bounds.ts';
import { equalSizes } from './equal-sizes.ts';
import { logSoftmax } from './normalize.ts';

/** shape: table [V, D], ids S of Ix<V> → [...S, D] */
export const embed = <V extends Dim, D extends Dim, S extends Shape>(table: Tensor<[V, D]>, ids: Tensor<S, Ix<NoInfer<V>>>): Tensor<[...S, D]> => {
  const t = unwrap(table);
  if (t.sizes.length !== 2 || t.dtype !== 'f32') return raise(fault('Shape', 'embed', [`table: ${t.dtype}[${t.sizes.join(', ')}]`], 'a table of 2 axes and f32 values: one row per index'));
  return wrap(node('gather', {}, [t, bounded('embed', unwrap(ids), t.sizes[0] ?? 0)]));
};

/** shape: [...B, C] → B of Ix<C>; the first of equal maxima; no gradient */
export const argmax = <B extends Shape, C extends Dim>(x: Tensor<[...B, C]>): Tensor<B, Ix<C>> => wrap(node('argmax', {}, [unwrap(x)]));

/** shape: ids S of Ix<N> → [...S, N]; 1 at the index, 0 elsewhere */
export const oneHot = <N extends Dim>(n: DimOf<N>) => <S extends Shape>(ids: Tensor<S, Ix<N>>): Tensor<[...S, N]> => wrap(node('oneHot', { depth: n.size }, [bounded('oneHot', unwrap(ids), n.size)]));

/** shape: [...B, N] → values [...B, K] and indices [...B, K] of Ix<N>, greatest first; the values carry the gradient */
export const topk = <K extends Dim>(k: DimOf<K>) => <B extends Shape, N extends Dim>(x: Tensor<[...B, N]>): [Tensor<[...B, K]>, Tensor<[...B, K], Ix<N>>] => {
  const n = unwrap(x);
  const ids = node('topk', { k: k.size }, [n]);
  const rank = n.sizes.length;
  const lead = n.sizes.slice(0, -1).map((_, i) => i);
  const hot = node('oneHot', { depth: n.sizes.at(-1) ?? 1 }, [ids]);
  return [wrap(b.einsum([[...lead, rank], [...lead, rank + 1, rank]], [...lead, rank + 1], [n, hot])), wrap(ids)];
};

/** shape: logits [...B, C], target B of Ix<C> → B; −log of the target's probability, in nats */
export const crossEntropy = <B extends Shape, C extends Dim>(logits: Tensor<[...B, C]>, target: Tensor<B, Ix<NoInfer<C>>>): Tensor<B> => {
  const classes = logits.sizes.at(-1) ?? 1;
  const hot = node('oneHot', { depth: classes }, [bounded('crossEntropy', unwrap(target), classes)]);
  equalSizes('crossEntropy', unwrap(logits), hot);
  return wrap(b.neg(b.sumAxes(b.mul(unwrap(logSoftmax(logits)), hot), [logits.sizes.length - 1])));
};
