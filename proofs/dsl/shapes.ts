/**
 * Laws of shape rules: what a rule says is what comes out.
 *   1. sizes and element type of the rule = those of the value that the backend returns, and as many numbers
 *   2. a misfit is said, never thrown: any operands give sizes or what was needed
 */
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { closeGraph, elements, type Node, print } from '../../dsl/index.ts';
import { isMisfit, type Misfit, shapeOf, type Typed } from '../../dsl/shapes-of.ts';
import { programs, type Program } from '../arbitraries/graphs.ts';
import { every, must, wellKept } from '../counter.ts';
import { type Engine, meaning, nth, valuesOf } from '../engine.ts';
import { law, type Law } from '../law.ts';
import { bindAll, seeds } from '../subject.ts';

/** The rule of a node, from its primitive, parameters and operands. */
export type Rule = (node: Node) => Typed | Misfit;
const own: Rule = (node) => shapeOf(node.primitive, node.params, node.operands);

const sizes = (engine: Engine) =>
  law<Rule, { readonly program: Program; readonly seed: number }>({
    id: 'shapes.sizes',
    statement: "the rule's sizes and type are those of the value",
    tier: 'required',
    arbitrary: fc.record({ program: programs(), seed: seeds }),
    show: ({ program, seed }) => `${print(program.build())}\nseed ${seed}`,
    holds: (rule) => ({ program, seed }) => {
      const computed = closeGraph(program.build()).nodes.filter((n) => n.operands.length > 0);
      return pipe(
        valuesOf(engine, computed, bindAll(computed, seed)),
        TE.chainEitherK((values) =>
          every(
            computed.map((node, i) => {
              const [typed, value] = [rule(node), nth(values, i)];
              if (isMisfit(typed)) return must(false, () => `${node.primitive} has a value, its rule needs ${typed.needed}`);
              const agrees = typed.dtype === value.dtype && wellKept(value) && typed.sizes.join() === value.sizes.join() && value.data.length === elements(typed.sizes);
              return must(agrees, () => `${node.primitive}: the rule says ${typed.dtype} [${typed.sizes.join(', ')}], the value is ${value.dtype} [${value.sizes.join(', ')}] of ${value.data.length} numbers`);
            }),
          ),
        ),
      );
    },
    mutants: [
      { name: 'drops an axis that is kept', mutate: (rule) => (node) => (node.primitive === 'max' ? drop(rule(node)) : rule(node)) },
      { name: 'sizes of the first operand', mutate: (rule) => (node) => ({ ...rule(node), sizes: node.operands[0]?.sizes ?? [], dtype: node.dtype }) },
      { name: 'f32 always', mutate: (rule) => (node) => ({ ...rule(node), sizes: node.sizes, dtype: 'f32' }) },
    ],
  });

const drop = (typed: Typed | Misfit): Typed | Misfit => (isMisfit(typed) ? typed : { ...typed, sizes: typed.sizes.slice(0, -1) });

const total = law<Rule, { readonly program: Program; readonly other: Program }>({
  id: 'shapes.total',
  statement: 'a rule answers for any operands: a shape, or what was needed',
  tier: 'required',
  arbitrary: fc.record({ program: programs(), other: programs(4) }),
  show: ({ program, other }) => `${print(program.build())}\nwith operands of\n${print(other.build())}`,
  holds: (rule) => ({ program, other }) => {
    const strangers = other.build();
    return every(
      closeGraph(program.build()).nodes.filter((n) => n.operands.length > 0).map((node) => {
        const typed = rule({ ...node, operands: strangers });
        return must(isMisfit(typed) ? typed.needed !== '' : typed.sizes.every((n) => Number.isSafeInteger(n) && n >= 0), () => `${node.primitive} on ${strangers.map((s) => `${s.dtype}[${s.sizes.join(', ')}]`).join(', ')}`);
      }),
    );
  },
  mutants: [
    { name: 'says nothing', mutate: (rule) => (node) => (isMisfit(rule(node)) ? { needed: '' } : rule(node)) },
    { name: 'believes the node', mutate: () => (node) => ({ sizes: node.operands.map((o, i) => (o.sizes[i] ?? 0) - 1), dtype: node.dtype }) },
  ],
});

/** The laws of the shape rules. */
export const shapeLaws = (rule: Rule = own, engine: Engine = meaning): readonly Law[] => [sizes(engine)(rule), total(rule)];
