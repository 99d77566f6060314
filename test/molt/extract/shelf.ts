/**
 * A collection in memory, and a pipeline of fakes around it: decoding takes turns of the event loop, features are what the input says.
 */
import { left, right } from 'fp-ts/lib/Either.js';
import type { Value } from '../../../dsl/index.ts';
import type { Ports, Shelf } from '../../../molt/extract/pipeline.ts';
import type { Unit, UnitItem } from '../../../molt/extract/plan.ts';
import { fault } from '../../../shapes/fault.ts';

export interface Memory {
  /** inputs of each shard, in the order in which they were written */
  readonly shards: string[][];
  /** works that somebody holds */
  readonly claims: Set<string>;
}

export const shelfOn = (memory: Memory): Shelf => {
  const has = (input: string): boolean => memory.shards.some((shard) => shard.includes(input));
  return {
    missing: (inputs) => inputs.filter((input) => !has(input)),
    claim: (work) => async () => {
      if (memory.claims.has(work)) return right(undefined);
      memory.claims.add(work);
      return right({ work, release: async () => void memory.claims.delete(work) });
    },
    write: (items) => async () => {
      memory.shards.push(items.map(({ input }) => input));
      return right({ name: String(memory.shards.length), bytes: 1, fresh: true });
    },
  };
};

export const unit = (collection: number, ...inputs: readonly string[]): Unit =>
  ({ collection, name: inputs.join(' '), items: inputs.map((input, index): UnitItem => ({ index, id: input, input, source: { kind: 'video', paths: [input] } })) });

const features: ReadonlyMap<string, Value> = new Map();

/** What the fakes counted. */
export interface Counts {
  readonly prepared: string[];
  readonly ran: string[];
  readonly waiting: { most: number };
  readonly slept: { times: number };
}

/** Inputs that begin with `bad` fail by their media, with `nan` by their numbers; `engine` breaks the run. */
export const portsOn = (memories: readonly Memory[], more: Partial<Ports> = {}): { readonly ports: Ports; readonly counts: Counts } => {
  const counts: Counts = { prepared: [], ran: [], waiting: { most: 0 }, slept: { times: 0 } };
  const ports: Ports = {
    shelves: memories.map(shelfOn),
    prepare: async (_, { input }) => {
      counts.prepared.push(input);
      counts.waiting.most = Math.max(counts.waiting.most, counts.prepared.length - counts.ran.length);
      await new Promise((resolve) => { setTimeout(resolve, input.length % 3); });
      return input.startsWith('bad') ? left(fault('Corrupt', input, ['damaged'], 'a whole file')) : right(Float32Array.of(input.length));
    },
    run: (_, { input }) => async () => {
      counts.ran.push(input);
      if (input.startsWith('nan')) return left(fault('NotFinite', input, ['NaN'], 'numbers'));
      return input === 'engine' ? left(fault('Unsupported', 'engine', ['broken'], 'one that works')) : right(features);
    },
    interrupt: { requested: false },
    clock: () => 0,
    sleep: async () => { counts.slept.times += 1; },
    onItem: () => {},
    ahead: 2,
    ...more,
  };
  return { ports, counts };
};

export const memory = (): Memory => ({ shards: [], claims: new Set() });
