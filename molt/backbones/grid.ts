/**
 * Grid: a square of tokens whose sizes are known at run time only, and the door between it and exact types.
 * idea:  inside a block every axis has its own dim; between stages, whose sizes come from a configuration, a tensor is
 *        `[B, 'side', 'side', 'channels']`, and `openGrid` checks the numbers when a block takes it.
 * not:   unchecked. This file is a trust boundary: `openGrid` claims that the dims describe the sizes that it has compared.
 */
import { type Dim, type DimOf, type Tensor } from '../../shapes/index.ts';
import { fault, raise } from '../../shapes/fault.ts';
import { type Block, mapBlock, nodes, opaque, type SomeBlock, unwrap, wrap } from '../../dsl/index.ts';

/** B squares of tokens, of sizes that the types do not know. */
export type Grid<B extends Dim> = Tensor<[B, 'side', 'side', 'channels']>;
/** B sequences of tokens, row by row, of sizes that the types do not know. */
export type Tokens<B extends Dim> = Tensor<[B, 'tokens', 'channels']>;

/** Keeps the batch; may change the sizes of the grid. */
export interface GridMap {
  <B extends Dim>(x: Grid<B>): Grid<B>;
}
/** The same between exact sizes. */
export interface SquareMap<in out G extends Dim, in out C extends Dim, in out H extends Dim = G, in out D extends Dim = C> {
  <B extends Dim>(x: Tensor<[B, G, G, C]>): Tensor<[B, H, H, D]>;
}

/** The grid under exact dims. @throws MoltError (Shape) if its sizes are others */
export const openGrid = <G extends Dim, D extends Dim>(side: DimOf<G>, channels: DimOf<D>) => <B extends Dim>(x: Grid<B>): Tensor<[B, G, G, D]> => {
  const [, rows, columns, depth] = x.sizes;
  return rows === side.size && columns === side.size && depth === channels.size
    ? wrap(unwrap(x))
    : raise(fault('Shape', 'grid of tokens', [`sizes [${x.sizes.join(', ')}]`], `a grid of ${side.size} × ${side.size} tokens with ${channels.size} channels`));
};
export const closeGrid = <B extends Dim, G extends Dim, D extends Dim>(x: Tensor<[B, G, G, D]>): Grid<B> => wrap(unwrap(x));

/** shape: [B, G, G, D] → [B, G·G, D] */
export const flatten = <B extends Dim>(x: Grid<B>): Tokens<B> => {
  const [b = 0, rows = 0, columns = 0, channels = 0] = x.sizes;
  return wrap(nodes.reshape(unwrap(x), [b, rows * columns, channels]));
};

/** G·G tokens as a picture. @throws MoltError (Shape) if there are more or fewer */
export const squareOf = <G extends Dim>(side: DimOf<G>) => <B extends Dim, N extends Dim, D extends Dim>(x: Tensor<[B, N, D]>): Tensor<[B, G, G, D]> => {
  const [b = 0, , channels = 0] = x.sizes;
  return wrap(nodes.reshape(unwrap(x), [b, side.size, side.size, channels]));
};

/** Tokens back on the grid they came from. @throws MoltError (Shape) if there are more or fewer */
export const onGridOf = <B extends Dim>(grid: Grid<B>, tokens: Tokens<B>): Grid<B> => wrap(nodes.reshape(unwrap(tokens), [...grid.sizes]));

/** The tokens under exact dims. @throws MoltError (Shape) if their sizes are others */
export const openTokens = <N extends Dim, D extends Dim>(tokens: DimOf<N>, channels: DimOf<D>) => <B extends Dim>(x: Tokens<B>): Tensor<[B, N, D]> =>
  x.sizes[1] === tokens.size && x.sizes[2] === channels.size
    ? wrap(unwrap(x))
    : raise(fault('Shape', 'tokens', [`sizes [${x.sizes.join(', ')}]`], `${tokens.size} tokens with ${channels.size} channels`));
export const closeTokens = <B extends Dim, N extends Dim, D extends Dim>(x: Tensor<[B, N, D]>): Tokens<B> => wrap(unwrap(x));
/** The same tokens under an exact batch. @throws MoltError (Shape) if there are more or fewer */
export const openBatch = <B extends Dim>(b: DimOf<B>) => <A extends Dim>(x: Tokens<A>): Tokens<B> =>
  x.sizes[0] === b.size ? wrap(unwrap(x)) : raise(fault('Shape', 'tokens', [`sizes [${x.sizes.join(', ')}]`], `tokens of ${b.size} segments`));
/** One number for each token, of a number of tokens that the types do not know. */
export type Row<B extends Dim> = Tensor<[B, 'tokens']>;
export const closeRow = <B extends Dim, N extends Dim>(x: Tensor<[B, N]>): Row<B> => wrap(unwrap(x));

/** A block of exact sizes as one that checks sizes at run time; the same names. */
export const onGrid = <P, G extends Dim, C extends Dim, H extends Dim, D extends Dim>(side: DimOf<G>, channels: DimOf<C>, inner: Block<P, SquareMap<G, C, H, D>>): SomeBlock<GridMap> =>
  opaque({
    ...inner,
    bind: (params: P, path?: string): GridMap => {
      const f = inner.bind(params, path);
      const open = openGrid(side, channels);
      return (x) => closeGrid(f(open(x)));
    },
  });

/** A block of a trunk as its two residual parts: `second(first(x))`. Adapters may stand after each. */
export interface Halves {
  readonly first: GridMap;
  readonly second: GridMap;
}
/** The same between exact sizes. */
export interface SquareHalves<in out G extends Dim, in out D extends Dim> {
  readonly first: SquareMap<G, D>;
  readonly second: SquareMap<G, D>;
}

/** Both parts of a block of exact sizes, checking sizes at run time; the same names. */
export const halvesOnGrid = <P, G extends Dim, D extends Dim>(side: DimOf<G>, channels: DimOf<D>, inner: Block<P, SquareHalves<G, D>>): SomeBlock<Halves> => {
  const open = openGrid(side, channels);
  return opaque(mapBlock(({ first, second }: SquareHalves<G, D>): Halves => ({ first: (x) => closeGrid(first(open(x))), second: (x) => closeGrid(second(open(x))) }))(inner));
};

/** The picture under exact dims. @throws MoltError (Shape) if it is not that large */
export const openPicture = <S extends Dim>(side: DimOf<S>) => <B extends Dim, I extends Dim, R extends Dim, C extends Dim>(x: Tensor<[B, R, C, I]>): Tensor<[B, S, S, I]> => {
  const [, rows, columns] = x.sizes;
  return rows === side.size && columns === side.size
    ? wrap(unwrap(x))
    : raise(fault('Shape', 'picture', [`sizes [${x.sizes.join(', ')}]`], `${side.size} × ${side.size} pixels`, 'resize the picture first'));
};

/** Vectors of channels that the types do not know, under exact dims. @throws MoltError (Shape) if their sizes are others */
export const openVectors = <B extends Dim, D extends Dim>(b: DimOf<B>, channels: DimOf<D>) => <A extends Dim>(x: Tensor<[A, 'channels']>): Tensor<[B, D]> =>
  x.sizes[0] === b.size && x.sizes[1] === channels.size
    ? wrap(unwrap(x))
    : raise(fault('Shape', 'vectors', [`sizes [${x.sizes.join(', ')}]`], `${b.size} vectors of ${channels.size} channels`));
