/**
 * Merging: between stages four neighbouring tokens become one with twice the channels.
 * idea:   the neighbours stand in the order (row 0, column 0), (1, 0), (0, 1), (1, 1), so the column is the outer axis.
 * source: Liu et al. 2021 (norm, then reduce), Liu et al. 2022 (reduce, then norm); order of the released code
 */
import { dim, type Dim, type DimOf, type Mul, timesD } from '../../shapes/index.ts';
import { type Block, block, layerNorm, type NormP, rearrange } from '../../dsl/index.ts';
import type { SquareMap } from './grid.ts';
import { matrix, type MatrixP } from './layers.ts';

type Four<C extends Dim> = Mul<2, Mul<2, C>>;
/** 4·C */
const four = <C extends Dim>(c: DimOf<C>): DimOf<Four<C>> => timesD(dim(2), timesD(dim(2), c));

/** shape: [B, 2·G, 2·G, C] → [B, G, G, 4·C] */
const neighbours = <G extends Dim>(g: DimOf<G>) => rearrange('b (r i) (c j) d -> b r c (j i d)', { r: g, i: dim(2), c: g, j: dim(2) });

/** Swin-V2. shape: [B, 2·G, 2·G, C] → [B, G, G, O] */
export const reduceThenNorm = <G extends Dim, C extends Dim, O extends Dim>(
  g: DimOf<G>, c: DimOf<C>, o: DimOf<O>,
): Block<{ reduction: MatrixP<Four<C>, O>; norm: NormP<O> }, SquareMap<Mul<G, 2>, C, G, O>> =>
  block({ reduction: matrix(four(c), o), norm: layerNorm(o) }, (p) => (x) => p.norm(p.reduction(neighbours(g)(x))));

/** Swin-V1 and HTS-AT. shape: [B, 2·G, 2·G, C] → [B, G, G, O] */
export const normThenReduce = <G extends Dim, C extends Dim, O extends Dim>(
  g: DimOf<G>, c: DimOf<C>, o: DimOf<O>,
): Block<{ norm: NormP<Four<C>>; reduction: MatrixP<Four<C>, O> }, SquareMap<Mul<G, 2>, C, G, O>> =>
  block({ norm: layerNorm(four(c)), reduction: matrix(four(c), o) }, (p) => (x) => p.reduction(p.norm(neighbours(g)(x))));
