/**
 * Pipeline: units of work through decoding, trunks and store, with a few items under way and no more.
 * idea:  a feeder claims units and asks for their items to be decoded; a runner takes them in their order, runs the trunk, and writes a shard
 *        when its unit is complete. What fails an item (its media, its numbers) is noted; what fails the machine (engine, disk) ends the run.
 *        Units that another process holds are looked at again at the end.
 * laws:  test/molt/extract/pipeline.test.ts: every missing item is run once; at most `ahead` inputs wait; a kill loses the open unit only
 * not:   files, engines or threads: they are ports here.
 */
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Value } from '../../dsl/index.ts';
import { fault, type Fault, faultOf } from '../../shapes/fault.ts';
import type { Claim, Collection, Item } from '../store/index.ts';
import type { Interrupt } from '../train/watch.ts';
import { bounded, type Bounded } from './bounded.ts';
import type { Unit, UnitItem } from './plan.ts';

/** A collection as the pipeline needs it. */
export type Shelf = Pick<Collection, 'missing' | 'claim' | 'write'>;

export interface Ports {
  /** by a unit's collection */
  readonly shelves: readonly Shelf[];
  /** what a trunk takes. errors: those of this item alone; Defect and Interrupted end the run */
  readonly prepare: (collection: number, item: UnitItem) => Promise<Either<Fault, Float32Array>>;
  /** features by tensor. errors: NotFinite fails this item alone, any other one the run */
  readonly run: (collection: number, item: UnitItem, input: Float32Array) => TaskEither<Fault, ReadonlyMap<string, Value>>;
  readonly interrupt: Interrupt;
  /** milliseconds */
  readonly clock: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** so many items have been done or have failed */
  readonly onItem: (items: number) => void;
  /** inputs decoded or being decoded that the runner has not taken yet */
  readonly ahead: number;
}

export interface Failure {
  readonly collection: number;
  readonly input: string;
  readonly why: Fault;
}

/** Where the runner's time went, in milliseconds. */
export interface Times {
  readonly backbone: number;
  /** waiting for inputs */
  readonly waiting: number;
  readonly writing: number;
}

export interface Ran {
  /** newly extracted, by collection and input */
  readonly done: readonly { readonly collection: number; readonly input: string }[];
  readonly failures: readonly Failure[];
  readonly times: Times;
}

interface Task {
  readonly unit: Unit;
  readonly item: UnitItem;
  readonly claim: Claim;
  readonly last: boolean;
  readonly input: Promise<Either<Fault, Float32Array>>;
}

/** Milliseconds between two looks at units that others hold. */
const patience = 500;

/** Faults of an item that are the machine's, or the user's wish. */
const fatal = ({ _tag }: Fault): boolean => _tag === 'Defect' || _tag === 'Interrupted';

const stopped = (done: number, total: number): Fault => fault('Interrupted', 'molt extract', [`${done} of ${total} inputs stored`], 'the whole work', 'the same command goes on from there');

/** Inputs that the store lacks. */
export const lacking = (units: readonly Unit[], shelves: readonly Shelf[]): number =>
  units.reduce((sum, { collection, items }) => sum + (shelves[collection]?.missing(items.map(({ input }) => input)).length ?? 0), 0);

/** Claims units and has their items decoded, in order; ends when every unit is done or held by nobody else. */
const feed = async (units: readonly Unit[], ports: Ports, queue: Bounded<Either<Fault, Task>>): Promise<void> => {
  /** false: the runner takes nothing more */
  const offer = async (unit: Unit, claim: Claim, shelf: Shelf): Promise<boolean> => {
    const missing = new Set(shelf.missing(unit.items.map(({ input }) => input)));
    const items = unit.items.filter(({ input }) => missing.has(input));
    if (items.length === 0) await claim.release();
    for (const [i, item] of items.entries()) {
      const task = (): Task => ({ unit, item, claim, last: i === items.length - 1, input: ports.prepare(unit.collection, item) });
      if (!(await queue.put(() => right(task())))) {
        await claim.release();
        return false;
      }
    }
    return true;
  };
  let waiting = units;
  while (waiting.length > 0) {
    const held: Unit[] = [];
    for (const unit of waiting) {
      if (ports.interrupt.requested) return;
      const shelf = ports.shelves[unit.collection];
      if (shelf === undefined || shelf.missing(unit.items.map(({ input }) => input)).length === 0) continue;
      const claim = await shelf.claim(unit.name)();
      if (isLeft(claim)) return void (await queue.put(() => claim));
      if (claim.right === undefined) held.push(unit);
      else if (!(await offer(unit, claim.right, shelf))) return;
    }
    waiting = held;
    if (held.length > 0) await ports.sleep(patience);
  }
};

const keyOf = ({ collection, name }: Unit): string => `${collection} ${name}`;

/** Takes what was fed, in order; `held`: the claims of what was taken and is not finished. */
const drain = async (total: number, ports: Ports, queue: Bounded<Either<Fault, Task>>, held: Map<string, Claim>): Promise<Either<Fault, Ran>> => {
  const { clock } = ports;
  const times = { backbone: 0, waiting: 0, writing: 0 };
  const failures: Failure[] = [];
  const done: { readonly collection: number; readonly input: string }[] = [];
  const timed = async <A>(what: keyof Times, work: Promise<A>): Promise<A> => {
    const since = clock();
    const a = await work;
    times[what] += clock() - since;
    return a;
  };
  let shard: Item[] = [];
  for (;;) {
    const next = await timed('waiting', queue.take());
    if (next !== undefined && !isLeft(next)) held.set(keyOf(next.right.unit), next.right.claim);
    if (ports.interrupt.requested) return left(stopped(done.length, total));
    if (next === undefined) return right({ done, failures, times });
    if (isLeft(next)) return next;
    const { unit, item, claim, last } = next.right;
    const { collection } = unit;
    const input = await timed('waiting', next.right.input);
    if (ports.interrupt.requested) return left(stopped(done.length, total));
    if (isLeft(input) && fatal(input.left)) return input;
    const tensors = isLeft(input) ? input : await timed('backbone', ports.run(collection, item, input.right)());
    if (!isLeft(tensors)) shard.push({ input: item.input, tensors: tensors.right });
    else if (isLeft(input) || tensors.left._tag === 'NotFinite') failures.push({ collection, input: item.input, why: tensors.left });
    else return tensors;
    if (last && shard.length > 0) {
      const shelf = ports.shelves[collection];
      const written = shelf === undefined ? undefined : await timed('writing', shelf.write(shard)());
      if (written !== undefined && isLeft(written)) return written;
    }
    if (last) {
      done.push(...shard.map((one) => ({ collection, input: one.input })));
      shard = [];
      await claim.release();
      held.delete(keyOf(unit));
    }
    ports.onItem(done.length + shard.length + failures.length);
  }
};

/**
 * Does what is missing of the units.
 * errors: Interrupted (what was written stays, at most one unit's work is lost), those of the engine and of the store
 */
export const runUnits = (units: readonly Unit[], ports: Ports): TaskEither<Fault, Ran> => async () => {
  const queue = bounded<Either<Fault, Task>>(Math.max(1, ports.ahead));
  const held = new Map<string, Claim>();
  const total = lacking(units, ports.shelves);
  const feeding = feed(units, ports, queue)
    .catch(async (thrown: unknown) => void (await queue.put(() => left(faultOf('molt extract', thrown)))))
    .finally(() => queue.end());
  try {
    return await drain(total, ports, queue, held);
  } finally {
    for (const task of queue.close()) if (!isLeft(task)) held.set(keyOf(task.right.unit), task.right.claim);
    await feeding;
    for (const claim of held.values()) await claim.release();
  }
};
