/**
 * Share: pairwise orders for all terms of a graph at once, where a value that several terms compute is paid for once.
 * idea:  a contraction is known by a key that does not depend on the names of its axes. Terms are ordered one after another,
 *        free to use what the others compute; then each is ordered anew given the rest, until nothing gets cheaper.
 * laws:  proofs/dsl/contract.ts
 * not:   optimal: sharing makes the problem hard; this descends.
 */
import { carried, type Contraction, contractionOrder, members, type Order, pairCost } from './order.ts';
import type { Node } from '../expr.ts';
import { carriedOutput, type Term } from './term.ts';

/** What a subset of a term's factors contracts to. */
export interface Part {
  readonly key: string;
  /** the subset's axes, in the order in which the key names them: equal keys mean equal values, axis by axis */
  readonly axes: readonly number[];
}

/** A term with numbers for its leaves, and the parts of its subsets. */
export interface Task {
  readonly term: Term;
  readonly what: Contraction;
  readonly part: (subset: number) => Part;
}

/** Term to task; `ids` numbers the nodes of the whole graph. */
export const taskOf = (term: Term, ids: ReadonlyMap<Node, number>): Task => {
  const what: Contraction = { inputs: term.factors.map((f) => f.axes), output: carriedOutput(term), size: (axis) => term.sizes[axis] ?? 1 };
  const idOf = (i: number): number => { const factor = term.factors[i]; return factor === undefined ? -1 : (ids.get(factor.node) ?? -1); };
  const byId = term.factors.map((_, i) => i).sort((a, b) => idOf(a) - idOf(b) || (term.factors[a]?.by ?? 1) - (term.factors[b]?.by ?? 1) || a - b);
  const known = new Map<number, Part>();
  const part = (subset: number): Part => {
    const found = known.get(subset);
    if (found !== undefined) return found;
    const names = new Map<number, number>();
    const inside = byId.filter((i) => (subset >> i) & 1);
    const text = inside.map((i) => `${idOf(i)}*${term.factors[i]?.by}(${(term.factors[i]?.axes ?? []).map((axis) => { const name = names.get(axis) ?? names.size; names.set(axis, name); return name; }).join(' ')})`);
    const kept = new Set(carried(what, subset));
    const axes = [...names.keys()].filter((axis) => kept.has(axis));
    const made = { key: `${text.join('·')}→${axes.map((axis) => names.get(axis)).join(' ')}`, axes };
    known.set(subset, made);
    return made;
  };
  return { term, what, part };
};

interface Step {
  readonly key: string;
  readonly cost: number;
}

/** The pairs of an order, innermost first, but nothing below a pair that `known` has. */
const stepsOf = (task: Task, order: Order, known: (key: string) => boolean): readonly Step[] => {
  if (typeof order === 'number') return [];
  const axes = (o: Order): readonly number[] => carried(task.what, members(o));
  const { key } = task.part(members(order));
  const own = { key, cost: pairCost(axes(order[0]), axes(order[1]), axes(order), task.what.size) };
  return known(key) ? [own] : [...stepsOf(task, order[0], known), ...stepsOf(task, order[1], known), own];
};

/** How many tasks count on each pair. */
const ledger = () => {
  const uses = new Map<string, number>();
  return {
    has: (key: string): boolean => uses.has(key),
    add: (steps: readonly Step[]): void => { for (const { key } of steps) uses.set(key, (uses.get(key) ?? 0) + 1); },
    remove: (steps: readonly Step[]): void => {
      for (const { key } of steps) {
        const left = (uses.get(key) ?? 0) - 1;
        if (left > 0) uses.set(key, left);
        else uses.delete(key);
      }
    },
  };
};

/** What a set of orders costs when each distinct pair is computed once. */
const costOf = (tasks: readonly Task[], orders: readonly (Order | undefined)[]): number => {
  const paid = new Set<string>();
  let cost = 0;
  tasks.forEach((task, i) => {
    for (const step of stepsOf(task, orders[i] ?? 0, (key) => paid.has(key))) {
      if (paid.has(step.key)) continue;
      paid.add(step.key);
      cost += step.cost;
    }
  });
  return cost;
};

export interface Ordered {
  readonly orders: readonly Order[];
  /** multiply-adds and bytes moved, in multiply-adds */
  readonly cost: number;
}

/** Rounds of ordering each task anew. */
const rounds = 4;

/** Orders of all tasks: first one after another, then each anew given the rest, for as long as that is cheaper. */
export const orderAll = (tasks: readonly Task[]): Ordered => {
  const pool = ledger();
  const steps: (readonly Step[])[] = tasks.map(() => []);
  let best: Ordered = { orders: tasks.map(() => 0), cost: Number.POSITIVE_INFINITY };
  const orders: Order[] = tasks.map(() => 0);
  for (let round = 0; round < rounds; round += 1) {
    tasks.forEach((task, i) => {
      if (task.what.inputs.length < 2) return;
      pool.remove(steps[i] ?? []);
      const order = contractionOrder(task.what, (subset) => pool.has(task.part(subset).key));
      orders[i] = order;
      steps[i] = stepsOf(task, order, pool.has);
      pool.add(steps[i] ?? []);
    });
    const cost = costOf(tasks, orders);
    if (cost >= best.cost * (1 - 1e-9)) break;
    best = { orders: [...orders], cost };
  }
  return best;
};
