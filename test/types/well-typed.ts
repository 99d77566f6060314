/**
 * Programs that must compile, with the types that they must have; each `@ts-expect-error` says what would be a mistake.
 * idea:  `same<A>()<B>()` compiles only if A and B are one type, so a result that is too wide or too narrow is an error here.
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { flow, pipe } from 'fp-ts/lib/function.js';
import {
  add, addBias, addOver, after, argmax, type Arrow, type Block, block, concat, copies, crossEntropy, dot, einsum, embed, fanIn, firstDim, type Frozen, frozen, gelu, input, inputIndices, inputMask, instantiate, layerNorm, linear, type LinearP,
  matmul, oneHot, param, rearrange, reduce, repeat, residual, softmax, softmaxOver, split, stack, sum, sumKeep, take, topk, tower, unstack, where,
} from '../../dsl/index.ts';
import { applied } from '../../molt/backbones/applied.ts';
import { type BackboneConfig, backboneConfigs } from '../../molt/backbones/config.ts';
import { type StageIndex, type StageShape, stageTap } from '../../molt/backbones/stage-shape.ts';
import type { Taps } from '../../molt/backbones/taps.ts';
import type { Distil } from '../../molt/td.ts';
import { type Add, appendV, dim, type Dim, type DimOf, type Fault, type Is, type Ix, mapV, type Mul, plusD, refl, reify, type Shape, sizes, type Tensor, timesD, vec, type Vec, withSizes, zipV } from '../../shapes/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A>() => <B>(..._equal: Same<A, B> extends true ? [] : ['these types differ', A, B]): void => undefined;

const x = input('x', dim('B', 4), dim(36), dim(1536));
same<typeof x>()<Tensor<['B', 36, 1536]>>();
// @ts-expect-error a named size is not a literal
same<typeof x>()<Tensor<[4, 36, 1536]>>();

export const contractions = () => {
  same<ReturnType<typeof scores>>()<Tensor<['B', 36, 36]>>();
  const scores = () => einsum('... n d, ... m d -> ... n m')(x, x);
  const heads = einsum('b n d, d h k -> b h n k')(x, input('w', dim(1536), dim(8), dim(192)));
  same<typeof heads>()<Tensor<['B', 8, 36, 192]>>();
  const trace = einsum('n n ->')(input('m', dim(5), dim(5)));
  same<typeof trace>()<Tensor<[]>>();
  const three = einsum('b h, b z, b d -> b z d')(input('p', dim(2), dim(3)), input('q', dim(2), dim(4)), input('r', dim(2), dim(5)));
  same<typeof three>()<Tensor<[2, 4, 5]>>();
  // @ts-expect-error the trace of a matrix that is not square
  return einsum('n n ->')(input('m', dim(5), dim(6)));
};

export const layouts = () => {
  const split8 = rearrange('b n (h k) -> b h n k', { h: dim(8), k: dim(192) })(x);
  same<typeof split8>()<Tensor<['B', 8, 36, 192]>>();
  const merged = rearrange('b h n k -> b n (h k)')(split8);
  same<typeof merged>()<Tensor<['B', 36, 1536]>>();
  const flat = rearrange('b n d -> (b n) d')(x);
  same<typeof flat>()<Tensor<[Mul<'B', 36>, 1536]>>();
  const pooled = reduce('mean', 'b n d -> b 1 d')(x);
  same<typeof pooled>()<Tensor<['B', 1, 1536]>>();
  const back = repeat('b 1 d -> b n d', { n: dim(36) })(pooled);
  same<typeof back>()<typeof x>();
  const mask = rearrange('b n -> n b')(inputMask('m', dim(2), dim(3)));
  same<typeof mask>()<Tensor<[3, 2], 'bool'>>();
  // @ts-expect-error the groups hold 1024 channels, not 1536
  return rearrange('b n (h k) -> b h n k', { h: dim(8), k: dim(128) })(x);
};

export const axes = () => {
  const joined = concat(-2)(x, input('y', dim('B', 4), dim(4), dim(1536)));
  same<typeof joined>()<Tensor<['B', 40, 1536]>>();
  const [first, second] = split(-2)(dim(36), dim(4))(joined);
  same<typeof first>()<typeof x>();
  same<typeof second>()<Tensor<['B', 4, 1536]>>();
  same<ReturnType<typeof cut>>()<Tensor<['B', 36, 8]>>();
  const cut = () => take(-1)(0, dim(8))(x);
  const summed = sum(-2)(x);
  same<typeof summed>()<Tensor<['B', 1536]>>();
  const kept = sumKeep(-2)(x);
  same<typeof kept>()<Tensor<['B', 1, 1536]>>();
  const layers = stack(vec(x, x, x));
  same<typeof layers>()<Tensor<[3, 'B', 36, 1536]>>();
  const overLayers = softmaxOver('l b n d', 'l')(layers);
  same<typeof overLayers>()<typeof layers>();
  const list = unstack(layers);
  same<typeof list>()<Vec<3, Tensor<['B', 36, 1536]>>>();
  // @ts-expect-error three layers are not two
  const two: Vec<2, Tensor<['B', 36, 1536]>> = list;
  return two;
};

export const vectors = () => {
  const pairs = zipV(vec(1, 2), vec('a', 'b'));
  same<typeof pairs>()<Vec<2, [number, string]>>();
  const longer = appendV(vec(1, 2), vec(3));
  same<typeof longer>()<Vec<3, number>>();
  const doubled = mapV((n: number) => String(n))(longer);
  same<typeof doubled>()<Vec<3, string>>();
  // @ts-expect-error two items and three
  return zipV(vec(1, 2), longer);
};

export const indices = () => {
  const ids = inputIndices('ids', dim(30), dim('B', 4), dim(7));
  const words = embed(input('table', dim(30), dim(8)), ids);
  same<typeof words>()<Tensor<['B', 7, 8]>>();
  const logits = dot(words, input('w', dim(8), dim(29)));
  const guess = argmax(logits);
  same<typeof guess>()<Tensor<['B', 7], Ix<29>>>();
  const hot = oneHot(dim(29))(guess);
  same<typeof hot>()<Tensor<['B', 7, 29]>>();
  const loss = crossEntropy(logits, guess);
  same<typeof loss>()<Tensor<['B', 7]>>();
  const [values, places] = topk(dim(3))(logits);
  same<typeof values>()<Tensor<['B', 7, 3]>>();
  same<typeof places>()<Tensor<['B', 7, 3], Ix<29>>>();
  // @ts-expect-error the ids are words, not classes
  return crossEntropy(logits, ids);
};

/** In polymorphic bodies sizes are letters, and results need no annotation. */
export const attention = <B extends Dim, N extends Dim, M extends Dim, D extends Dim>(q: Tensor<[B, N, D]>, k: Tensor<[B, M, D]>, v: Tensor<[B, M, D]>, mask: Tensor<[B, N, M], 'bool'>, low: Tensor<[B, N, M]>) => {
  const out = einsum('b n m, b m d -> b n d')(softmax(where(mask, einsum('b n d, b m d -> b n m')(q, k), low)), v);
  same<typeof out>()<Tensor<[B, N, D]>>();
  const merged = concat(-2)(q, k);
  same<typeof merged>()<Tensor<[B, Add<N, M>, D]>>();
  const flat = rearrange('b n d -> b (n d)')(q);
  same<typeof flat>()<Tensor<[B, Mul<N, D>]>>();
  const grown = repeat('n d -> b n d', { b: firstDim(q) })(reduce('sum', 'b n d -> n d')(q));
  same<typeof grown>()<Tensor<[B, N, D]>>();
  // @ts-expect-error a mask of queries by keys does not fit keys by queries
  where(rearrange('b n m -> b m n')(mask), low, low);
  return out;
};
export const anyRank = <R extends Shape, D extends Dim>(y: Tensor<[...R, D]>, w: Tensor<[D, D]>, bias: Tensor<[D]>) => {
  const z = addBias(dot(y, w), bias);
  same<typeof z>()<Tensor<[...R, D]>>();
  const pooled = reduce('mean', '... d -> ...')(z);
  same<typeof pooled>()<Tensor<R>>();
  same<ReturnType<typeof summed>>()<Tensor<R>>();
  const summed = () => sum(-1)(z);
  return addOver('... d, d')(z, bias);
};

export const runTimeSizes = (n: number): number => {
  const named = sizes({ N: n, Z: 8 });
  same<(typeof named)['N']>()<DimOf<'N'>>();
  same<(typeof named)['Z']>()<DimOf<8>>();
  const both = withSizes({ d: n, h: 4 }, (d) => {
    const weight = input('w', d.d, timesD(d.h, d.h), plusD(d.d, d.d));
    return weight.sizes.length;
  });
  return reify(n, (m) => add(input('a', m), input('b', m)).sizes.length) + both;
};
export const headed: Is<Mul<8, 192>, 1536> = refl();
// @ts-expect-error 8 · 128 is 1024
export const narrow: Is<Mul<8, 128>, 1536> = refl();

export const blocks = () => {
  const mlp = <D extends Dim, R extends Dim>(d: DimOf<D>, r: DimOf<R>) => block({ norm: layerNorm(d), up: linear(d, r), down: linear(r, d) }, (p) => residual(flow(p.norm, p.up, gelu, p.down)));
  const model = mlp(dim(8), dim(32));
  const run = instantiate(model);
  // the block is polymorphic in what comes before the channels
  same<ReturnType<typeof once>>()<Tensor<['B', 36, 8]>>();
  const once = () => run(input('x', dim('B', 4), dim(36), dim(8)));
  same<ReturnType<typeof bare>>()<Tensor<[8]>>();
  const bare = () => run(input('x', dim(8)));
  const linears = after(linear(dim(8), dim(3)))(linear(dim(3), dim(5)));
  same<typeof linears>()<Block<{ first: LinearP<8, 3>; second: LinearP<3, 5> }, Arrow<[8], [5]>>>();
  const ice = frozen(linear(dim(8), dim(3)));
  same<typeof ice>()<Block<Frozen<LinearP<8, 3>>, Arrow<[8], [3]>>>();
  const three = copies(dim(3))(linear(dim(8), dim(8)));
  same<typeof three>()<Block<Vec<3, LinearP<8, 8>>, Vec<3, Arrow<[8], [8]>>>>();
  const deep = instantiate(tower(dim(3))(linear(dim(8), dim(8))))(x8());
  same<typeof deep>()<Tensor<['B', 8]>>();
  // @ts-expect-error 8 channels in, not 9
  return run(input('x', dim(9)));
};
const x8 = () => input('x', dim('B', 4), dim(8));

/** Equation (1), as it type-checks: W mixes tokens. The literal reading is fail/eq1-literal.ts. */
export const equation1 = <P, D extends Dim, N extends Dim, Z extends Dim>(z: DimOf<Z>, d: DimOf<D>, n: DimOf<N>, td: Block<P, Distil<D>>) =>
  block({ z: param(fanIn(), z, d), w: param(fanIn(), z, n), td }, (p) => <B extends Dim>(f: Tensor<[B, N, D]>): Tensor<[B, Z, D]> => add(p.td(p.z, f), einsum('z n, b n d -> b z d')(p.w, f)));

export const pointFree = <B extends Dim, N extends Dim>(q: Tensor<[B, N, 8]>) => pipe(q, reduce('mean', 'b n d -> b d'), (y) => matmul(y, input('w', dim(8), dim(3))), softmax);

/** Stage shapes follow from the configuration. */
export const stageShapes = () => {
  type Configs = typeof backboneConfigs;
  same<StageShape<Configs['swinv2-large-w12-192'], 0>>()<[2304, 192]>();
  same<StageShape<Configs['swinv2-large-w12-192'], 1>>()<[576, 384]>();
  same<StageShape<Configs['swinv2-large-w12-192'], 2>>()<[144, 768]>();
  same<StageShape<Configs['swinv2-large-w12-192'], 3>>()<[36, 1536]>();
  type Fourth<C extends BackboneConfig> = 3 extends StageIndex<C> ? StageShape<C, 3 & StageIndex<C>> : 'none';
  same<{ [N in keyof Configs]: Fourth<Configs[N]> }>()<{
    readonly 'swinv2-tiny-w8-256': [64, 768]; readonly 'swinv2-tiny-w16-256': [64, 768]; readonly 'swinv2-small-w8-256': [64, 768]; readonly 'swinv2-small-w16-256': [64, 768];
    readonly 'swinv2-base-w8-256': [64, 1024]; readonly 'swinv2-base-w16-256': [64, 1024]; readonly 'swinv2-base-w12-192': [36, 1024]; readonly 'swinv2-base-w12to16-192to256': [64, 1024]; readonly 'swinv2-base-w12to24-192to384': [144, 1024];
    readonly 'swinv2-large-w12-192': [36, 1536]; readonly 'swinv2-large-w12to16-192to256': [64, 1536]; readonly 'swinv2-large-w12to24-192to384': [144, 1536]; readonly htsat: [64, 768]; readonly 'swinv2-tiny64': 'none'; readonly 'htsat-tiny64': 'none'; readonly 'swinv2-mini64': [4, 64]; readonly 'htsat-mini64': [4, 64];
  }>();
  same<StageShape<Configs['htsat-tiny64'], 2>>()<[16, 96]>();
  same<StageShape<BackboneConfig, number>>()<['tokens', 'channels']>();
  same<StageShape<{ kind: 'swinv2'; image: 210; patch: 7; channels: 8; depths: [1, 1]; heads: [1, 1]; window: 3 }, 1>>()<['tokens', 16]>();
  same<StageIndex<Configs['swinv2-tiny64']>>()<0 | 1 | 2>();
  const taps: (config: BackboneConfig) => Taps<'B'> = (config) => applied(config, { batch: 4 }, false).taps;
  const late = () => stageTap(backboneConfigs.htsat, 3, 1)(taps(backboneConfigs.htsat));
  same<ReturnType<typeof late>>()<Either<Fault, Tensor<['B', 64, 768]>>>();
  // @ts-expect-error a trunk of four stages has no stage 4
  return stageTap(backboneConfigs.htsat, 4, 0);
};
