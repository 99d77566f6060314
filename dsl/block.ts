/**
 * Block: a record of parameters and sub-blocks, and a pure function of them.
 * idea:  F may be any generic function, which is what keeps a block polymorphic in batch and tokens. The record gives the
 *        parameter tree its names, so names are unique by construction and safetensors keys are dotted paths.
 * laws:  proofs/dsl/block.ts: identity and associativity of composition, naturality of residual and parallel
 * not:   where weights live: a block is bound to tensors, which may be parameters, constants or inputs.
 * This file is a trust boundary: it maps over records whose value types depend on the key, which TypeScript can't follow.
 */
import { MoltError } from '../shapes/fault.ts';
import { AnyTensor, type AnyDimOf, type Dim, type DimOf, type DimsOf, type Shape, type Tensor, Vec, tabulate } from '../shapes/index.ts';
import type { Sizes } from './expr.ts';
import type { Init } from './init.ts';
import { labelled, parameter } from './node.ts';
import { rewrap, unwrap, wrap } from './typed.ts';

/** One declared weight: sizes and how it starts. S is its shape. */
export class Param<in out S extends Shape> {
  protected declare readonly param: true;
  private constructor(readonly sizes: Sizes, readonly init: Init, _shape: ((s: S) => S) | undefined) {}
  static of<S extends Shape>(sizes: Sizes, init: Init): Param<S> {
    return new Param<S>(sizes, init, undefined);
  }
}

/** Declares a weight of the given sizes: `param(fanIn(), d, h, k)`. */
export const param = <const Ds extends readonly AnyDimOf[]>(init: Init, ...ds: Ds): Param<DimsOf<Ds>> => Param.of(ds.map((d) => d.size), init);

/** One weight of a block, by its full name. */
export interface Declared {
  readonly name: string;
  readonly sizes: Sizes;
  readonly init: Init;
  readonly trainable: boolean;
  /** made from data, as the statistics of a batch norm are: a number that is kept, and no weight that is counted */
  readonly buffer?: true;
}

/** Which weights are trained: all, none, or some by their full names. */
export type Trains = boolean | ((name: string) => boolean);
const trains = (which: Trains, name: string): boolean => (typeof which === 'boolean' ? which : which(name));

/** P: the tree of tensors it needs. F: the function it is, once it has them. */
export interface Block<in out P, out F> {
  readonly kind: 'block';
  /** the function, given its tensors; `path` labels the nodes it makes */
  readonly bind: (params: P, path?: string) => F;
  /** the tree of tensors as parameter leaves named under the path */
  readonly leaves: (path: string, trainable: Trains) => P;
  /** every weight, named under the path */
  readonly declared: (path: string, trainable: Trains) => readonly Declared[];
}

interface AnyBlock {
  readonly kind: 'block';
  readonly bind: (params: never, path?: string) => unknown;
  readonly leaves: (path: string, trainable: Trains) => unknown;
  readonly declared: (path: string, trainable: Trains) => readonly Declared[];
}
interface AnyParam {
  readonly sizes: Sizes;
  readonly init: Init;
}
export type Decls = { readonly [name: string]: AnyParam | AnyBlock };
export type BoundOf<X> = X extends Param<infer S> ? Tensor<S> : X extends Block<infer _, infer F> ? F : never;
export type ParamsOf<X> = X extends Param<infer S> ? Tensor<S> : X extends Block<infer P, infer _> ? P : never;

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
const isBlock = (x: AnyParam | AnyBlock): x is AnyBlock => 'kind' in x;

const isRecord = (x: unknown): x is object => typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype;

/** What a bound block returns, with its nodes labelled and its faults located. */
const label = <F>(path: string, value: F): F => {
  if (value instanceof AnyTensor) return rewrap(value, labelled(unwrap(value), path));
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, label(path, item)])) as F;
  if (value instanceof Vec) return Vec.trusted(value.items.map((item, i) => label(join(path, String(i)), item))) as F;
  if (typeof value === 'function')
    return ((...args: readonly unknown[]): unknown => {
      try {
        return label(path, Reflect.apply(value, undefined, args));
      } catch (thrown) {
        if (path !== '' && thrown instanceof MoltError && !thrown.fault.where.includes(' at ')) throw new MoltError({ ...thrown.fault, where: `${thrown.fault.where} at ${path}` }, { cause: thrown });
        throw thrown;
      }
    }) as F;
  return value;
};

/**
 * A block from named weights and sub-blocks and a pure function of them. In the body weights are tensors, and sub-blocks
 * are the functions they are.
 * @example
 * import { addBias, type Arrow, block, dot, fanIn, param, zeros } from 'molt/dsl';
 * import { dim } from 'molt/shapes';
 * const affine = block({ weight: param(fanIn(), dim(8), dim(3)), bias: param(zeros, dim(3)) }, (p): Arrow<[8], [3]> => (x) => addBias(dot(x, p.weight), p.bias));
 */
export const block = <S extends Decls, F>(decls: S, body: (p: { [K in keyof S]: BoundOf<S[K]> }) => F): Block<{ [K in keyof S]: ParamsOf<S[K]> }, F> => {
  type P = { [K in keyof S]: ParamsOf<S[K]> };
  const entries = Object.entries(decls);
  return {
    kind: 'block',
    bind: (params, path = '') => {
      const given = params as { readonly [name: string]: unknown };
      const bound = Object.fromEntries(entries.map(([name, decl]) => [name, isBlock(decl) ? label(join(path, name), decl.bind(given[name] as never, join(path, name))) : given[name]]));
      return body(bound as { [K in keyof S]: BoundOf<S[K]> });
    },
    leaves: (path, trainable) =>
      Object.fromEntries(entries.map(([name, decl]) => [name, isBlock(decl) ? decl.leaves(join(path, name), trainable) : wrap(parameter(join(path, name), decl.sizes, trains(trainable, join(path, name))))])) as P,
    declared: (path, trainable) =>
      entries.flatMap(([name, decl]) => (isBlock(decl) ? decl.declared(join(path, name), trainable) : [{ name: join(path, name), sizes: decl.sizes, init: decl.init, trainable: trains(trainable, join(path, name)) }])),
  };
};

/** l copies of a block with weights of their own, named 0 … l−1. */
export const copies = <L extends Dim>(l: DimOf<L>) => <P, F>(b: Block<P, F>): Block<Vec<L, P>, Vec<L, F>> => each(tabulate(l, () => b));

/** A vector of blocks of one type, named by position. */
export const each = <L extends Dim, P, F>(blocks: Vec<L, Block<P, F>>): Block<Vec<L, P>, Vec<L, F>> => ({
  kind: 'block',
  bind: (params, path = '') => Vec.trusted(blocks.items.flatMap((b, i) => params.items.slice(i, i + 1).map((p) => label(join(path, String(i)), b.bind(p, join(path, String(i))))))),
  leaves: (path, trainable) => Vec.trusted(blocks.items.map((b, i) => b.leaves(join(path, String(i)), trainable))),
  declared: (path, trainable) => blocks.items.flatMap((b, i) => b.declared(join(path, String(i)), trainable)),
});

/** Two blocks under one path; their names must differ. */
export const beside = <P, F, Q, G>(a: Block<P, F>, b: Block<Q, G>): Block<readonly [P, Q], readonly [F, G]> => ({
  kind: 'block',
  bind: ([p, q], path) => [a.bind(p, path), b.bind(q, path)],
  leaves: (path, trainable) => [a.leaves(path, trainable), b.leaves(path, trainable)],
  declared: (path, trainable) => [...a.declared(path, trainable), ...b.declared(path, trainable)],
});

/** A tree of weights that training does not touch; in the type, so that nobody trains it by accident. */
export interface Frozen<in out P> {
  readonly frozen: P;
}

/** The same function with weights that get no gradient and save nothing for one. */
export const frozen = <P, F>(b: Block<P, F>): Block<Frozen<P>, F> => ({
  kind: 'block',
  bind: (params, path) => b.bind(params.frozen, path),
  leaves: (path) => ({ frozen: b.leaves(path, false) }),
  declared: (path) => b.declared(path, false),
});

/** The same function of numbers that are made from data: frozen, and not counted as weights. */
export const buffers = <P, F>(b: Block<P, F>): Block<Frozen<P>, F> => ({ ...frozen(b), declared: (path) => b.declared(path, false).map((d): Declared => ({ ...d, buffer: true })) });

/** The same function of which only the chosen weights are trained, by their full names; those that are frozen inside stay so. */
export const trainedOnly = (chosen: (name: string) => boolean) => <P, F>(b: Block<P, F>): Block<P, F> => {
  const both = (which: Trains): Trains => (name) => trains(which, name) && chosen(name);
  return { ...b, leaves: (path, which) => b.leaves(path, both(which)), declared: (path, which) => b.declared(path, both(which)) };
};

/** A block of one weight that has the block's own name: `mix: weight(param(…), (w) => …)` is the key `mix`. */
export const weight = <S extends Shape, F>(declared: Param<S>, body: (w: Tensor<S>) => F): Block<Tensor<S>, F> => ({
  kind: 'block',
  bind: (w, path = '') => label(path, body(w)),
  leaves: (path, trainable) => wrap(parameter(path, declared.sizes, trains(trainable, path))),
  declared: (path, trainable) => [{ name: path, sizes: declared.sizes, init: declared.init, trainable: trains(trainable, path) }],
});

/** The same weights, another function of them. laws: mapBlock(g ∘ f) = mapBlock(g) ∘ mapBlock(f) */
export const mapBlock = <F, G>(f: (bound: F) => G) => <P>(b: Block<P, F>): Block<P, G> => ({ ...b, bind: (params, path) => f(b.bind(params, path)) });

/** A block without weights. */
export const pure = <F>(f: F): Block<Record<never, never>, F> => block({}, () => f);

/** A block whose tree of weights is not in its type, for choices made at run time. */
export type SomeBlock<F> = Block<Opaque, F>;
/** A tree that only the block that made it can open. */
export interface Opaque {
  readonly opaque: unknown;
}
export const opaque = <P, F>(b: Block<P, F>): SomeBlock<F> => ({
  kind: 'block',
  bind: (params, path) => b.bind(params.opaque as P, path),
  leaves: (path, trainable) => ({ opaque: b.leaves(path, trainable) }),
  declared: b.declared,
});

/** The function of a block over parameter leaves named by their paths: how a model enters a graph. */
export const instantiate = <P, F>(b: Block<P, F>, path = ''): F => label(path, b.bind(b.leaves(path, true), path));
