/**
 * Wrong libraries that the comparison must catch: wrong types and wrong functions.
 */
import { type AnyTensor, DimOf, type Tensor } from '../../../shapes/index.ts';
import { addBias, input, split, sum } from '../../../dsl/index.ts';
import type { Mutant } from './compare.ts';
import type { OperationName } from './operations.ts';

const like = (sizes: readonly number[]): AnyTensor => input('mutant', ...sizes.map((n) => DimOf.trusted(n, String(n))));

export const mutants: { readonly [name: string]: { readonly operations: readonly OperationName[]; readonly mutant: Mutant } } = {
  'type of add does not look at its second operand': {
    operations: ['zip', 'map', 'leaf'],
    mutant: { types: { add: '<S extends Shape>(x: Tensor<S>, y: AnyTensor) => Tensor<S>' } },
  },
  'type of matmul does not compare inner dims': {
    operations: ['matmul', 'leaf'],
    mutant: { types: { matmul: '<B extends Shape, M extends Dim, K extends Dim, L extends Dim, N extends Dim>(x: Tensor<[...B, M, K]>, y: Tensor<[...B, L, N]>) => Tensor<[...B, M, N]>' } },
  },
  'type of dot has the input size in the result': {
    operations: ['dot', 'leaf'],
    mutant: { types: { dot: '<B extends Shape, I extends Dim, O extends Dim>(x: Tensor<[...B, I]>, w: Tensor<[NoInfer<I>, O]>) => Tensor<[...B, I]>' } },
  },
  'type of softmax takes matrices only': {
    operations: ['lastAxis', 'leaf'],
    mutant: { types: { softmax: '<M extends Dim, N extends Dim>(x: Tensor<[M, N]>) => Tensor<[M, N]>' } },
  },
  'type of argmax has a wrong bound': {
    operations: ['argmax', 'leaf'],
    mutant: { types: { argmax: '<B extends Shape, C extends Dim>(x: Tensor<[...B, C]>) => Tensor<B, Ix<4>>' } },
  },
  'concat does not compare the other axes': {
    operations: ['concat', 'leaf'],
    mutant: {
      values: {
        concat: (axis: number) => (x: AnyTensor, y: AnyTensor) => {
          const at = axis < 0 ? x.sizes.length + axis : axis;
          return like(x.sizes.map((n, i) => (i === at ? n + (y.sizes.at(axis) ?? 0) : n)));
        },
      },
    },
  },
  'addBias takes any bias': { operations: ['bias', 'leaf'], mutant: { values: { addBias: (x: AnyTensor) => like(x.sizes), mulBias: addBias } } },
  'sum takes the last axis whatever it is told': { operations: ['along', 'leaf'], mutant: { values: { sum: () => sum(-1), sumKeep: () => sum(-1) } } },
  'split gives its parts in the wrong order': {
    operations: ['split', 'leaf'],
    mutant: { values: { split: () => (p: DimOf<2>, q: DimOf<3>) => (x: Tensor<[5]>) => [...split(-1)(p, q)(x)].reverse() } },
  },
};
