/**
 * Seeded random numbers for composition.
 * idea:    mulberry32: 32 bits of state, one stream per clip, so that a clip depends on its own seed and on nothing else.
 * laws:    test/molt/data/compose — equal seeds give equal streams; streams of neighbouring indices differ.
 * source:  mulberry32 (T. Ettinger, public domain); the finaliser of MurmurHash3 (A. Appleby, public domain) for seeds.
 */
import { fault, raise } from '../../../shapes/fault.ts';

export interface Random {
  /** uniform in [low, high) */
  readonly uniform: (low?: number, high?: number) => number;
  /** integer in [low, high) */
  readonly integer: (low: number, high: number) => number;
  readonly chance: (probability: number) => boolean;
  /** standard normal */
  readonly normal: () => number;
  /** one element of a list that is not empty */
  readonly pick: <A>(list: readonly A[]) => A;
  readonly shuffle: <A>(list: readonly A[]) => readonly A[];
}

/** A stream of random numbers. The stream is the one mutable thing of composition and is never shared between clips. */
export const random = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low));
  const pick = <A>(list: readonly A[]): A => {
    const at = integer(0, list.length);
    for (const element of list.slice(at, at + 1)) return element;
    return raise(fault('Defect', 'random pick', ['an empty list'], 'at least one element'));
  };
  return {
    uniform: (low = 0, high = 1) => low + (high - low) * next(),
    integer,
    chance: (probability) => next() < probability,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick,
    shuffle: (list) => {
      const keyed = list.map((element) => ({ element, key: next() }));
      return keyed.sort((a, b) => a.key - b.key).map(({ element }) => element);
    },
  };
};

/** One seed from several numbers, well mixed: neighbours give unrelated seeds. */
export const seedOf = (...parts: readonly number[]): number =>
  parts.reduce((hash, part) => {
    let h = Math.imul(hash ^ (part | 0), 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    return (h ^ (h >>> 16)) + 0x9e3779b9;
  }, 0x2545f491) >>> 0;
