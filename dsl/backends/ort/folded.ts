/**
 * Folded: a plan whose weights stay as a smaller plan over what follows from them.
 * idea:  what depends on weights alone is computed once, when a program is made, by the engine itself: a small model of its own, run and
 *        let go. A reshape of a weight or a piece of its rows is the same memory seen otherwise, so cutting [3·D, D] into three costs nothing.
 *        The engine's own folding would keep what it folded beside what it folded it from.
 * laws:  test/dsl/backends/ort-folded.test.ts: folded = unfolded; pieces are views
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../../shapes/fault.ts';
import type { Program, Value } from '../../backend.ts';
import { type Data, elements, is, type Node } from '../../expr.ts';
import { onOperands } from '../../graph.ts';
import { foldedNodes, readByRun } from '../../residents.ts';
import { type Plan, schedule } from '../../schedule.ts';
import { checkLeaf } from '../bindings.ts';

export interface Folded {
  readonly plan: Plan;
  /** of the plan's parameters, by name */
  readonly resident: ReadonlyMap<string, Value>;
}

/** What a plan without inputs gives for these parameters: compiled, run once, let go. */
export type Once = (plan: Plan, parameters: ReadonlyMap<string, Value>) => TE.TaskEither<Fault, readonly Value[]>;

/** That of a compiler. */
export const once = (compile: (plan: Plan, resident: ReadonlyMap<string, Value>) => TE.TaskEither<Fault, Program>): Once => (plan, parameters) =>
  pipe(
    compile(plan, new Map()),
    TE.chain((program) => pipe(program.run({ inputs: new Map(), parameters }), TE.map((values) => { program.dispose(); return values; }), TE.mapLeft((why) => { program.dispose(); return why; }))),
  );

type Values = ReadonlyMap<string, Value>;

const cut = (data: Data, from: number, length: number): Data => data.subarray(from, from + length);

/** Numbers in a row: whole along every axis behind the first that is cut, and one thick before it. */
const piece = (node: Node<'slice'>, of: Value): Value | undefined => {
  const { begin, size } = node.params;
  const first = size.findIndex((n) => n !== 1);
  if (size.some((n, i) => i > first && first >= 0 && n !== of.sizes[i])) return undefined;
  const from = begin.reduce((at, b, i) => at * (of.sizes[i] ?? 1) + b, 0);
  return { ...of, sizes: node.sizes, data: cut(of.data, from, elements(node.sizes)) };
};

/** Folded nodes that are a weight, or memory of one seen otherwise. */
const views = (plan: Plan, folded: ReadonlySet<Node>, resident: Values): ReadonlyMap<Node, Value> => {
  const found = new Map<Node, Value>();
  for (const node of plan.steps) {
    if (!folded.has(node)) continue;
    const [operand] = node.operands;
    const of = operand === undefined ? undefined : found.get(operand);
    const value = is('parameter', node) ? resident.get(node.params.name) : of === undefined ? undefined : is('reshape', node) ? { ...of, sizes: node.sizes } : is('slice', node) ? piece(node, of) : undefined;
    if (value !== undefined) found.set(node, value);
  }
  return found;
};

/** Every resident parameter of the plan fits. */
const checked = (plan: Plan, resident: Values): E.Either<Fault, void> => {
  for (const node of plan.steps) {
    const value = is('parameter', node) ? resident.get(node.params.name) : undefined;
    if (value === undefined || !is('parameter', node)) continue;
    const fits = checkLeaf(node, value);
    if (E.isLeft(fits)) return fits;
  }
  return E.right(undefined);
};

/** Names that no parameter of the plan has. */
const freshNames = (plan: Plan): ((i: number) => string) => {
  const taken = new Set(plan.steps.flatMap((node) => (is('parameter', node) ? [node.params.name] : [])));
  const prefix = (text: string): string => ([...taken].some((name) => name.startsWith(text)) ? prefix(`${text}'`) : text);
  const own = prefix('folded ');
  return (i) => `${own}${i}`;
};

/** The plan over leaves in the place of nodes. */
const over = (plan: Plan, leaves: ReadonlyMap<Node, Node>): Plan => {
  const written = new Map<Node, Node>();
  for (const node of plan.steps) written.set(node, leaves.get(node) ?? onOperands(node, node.operands.map((o) => written.get(o) ?? o)));
  return schedule(plan.outputs.map((node) => written.get(node) ?? node));
};

/**
 * The plan with all that follows from resident parameters computed.
 * errors: Decode, Shape (a resident parameter that does not fit), and those of the engine
 */
export const folded = (once: Once) => (plan: Plan, resident: Values): TE.TaskEither<Fault, Folded> =>
  pipe(
    TE.fromEither(checked(plan, resident)),
    TE.chain(() => {
      const nodes = foldedNodes(plan, new Set(resident.keys()));
      const kept = [...readByRun(plan, nodes)].filter((node) => nodes.has(node) && !is('parameter', node));
      if (kept.length === 0) return TE.right({ plan, resident });
      const seen = views(plan, nodes, resident);
      const computed = kept.filter((node) => !seen.has(node));
      const name = freshNames(plan);
      const leaves = new Map(kept.map((node, i): [Node, Node<'parameter'>] => [node, Object.freeze({ primitive: 'parameter', params: { name: name(i), trainable: false }, operands: [], sizes: node.sizes, dtype: node.dtype, path: node.path })]));
      return pipe(
        computed.length === 0 ? TE.right([]) : once(schedule(computed), resident),
        TE.map((values): Folded => {
          const made = new Map([...seen, ...computed.flatMap((node, i) => { const value = values[i]; return value === undefined ? [] : [[node, value] as const]; })]);
          const small = over(plan, leaves);
          const held = [...leaves].flatMap(([node, leaf]) => { const value = made.get(node); return value === undefined ? [] : [[leaf.params.name, value] as const]; });
          return { plan: small, resident: new Map([...resident, ...held]) };
        }),
      );
    }),
  );
