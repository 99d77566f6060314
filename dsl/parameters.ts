/**
 * Parameters: the weights of a block by name: their sizes, their start, their number.
 */
import type { Block, Declared } from './block.ts';
import type { Value } from './backend.ts';
import { elements } from './expr.ts';
import { type Key, named } from './random.ts';

/** Every weight of a block by dotted path, in declaration order. */
export const declaredOf = <P, F>(b: Block<P, F>): ReadonlyMap<string, Declared> => new Map(b.declared('', true).map((d) => [d.name, d]));

/** Starting weights: each from the child of the key that its name names, so adding a block changes no other weight. */
export const initialise = (declared: ReadonlyMap<string, Declared>, key: Key): ReadonlyMap<string, Value> =>
  new Map([...declared].map(([name, d]) => [name, { sizes: d.sizes, dtype: 'f32', data: d.init(named(key, name), d.sizes) }]));

export interface Count {
  readonly total: number;
  readonly trainable: number;
  readonly frozen: number;
}

/** How many numbers are made from data and kept beside the weights. */
export const countBuffers = (declared: Iterable<Declared>): number => {
  let count = 0;
  for (const d of declared) if (d.buffer === true) count += elements(d.sizes);
  return count;
};

/** Exact numbers of weights; buffers are none. */
export const countDeclared = (declared: Iterable<Declared>): Count => {
  let trainable = 0;
  let fixed = 0;
  for (const d of declared) {
    if (d.buffer === true) continue;
    if (d.trainable) trainable += elements(d.sizes);
    else fixed += elements(d.sizes);
  }
  return { total: trainable + fixed, trainable, frozen: fixed };
};
