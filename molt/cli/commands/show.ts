/**
 * `molt show`: the picture of a variant's graph, by blocks or by primitives; or what planning makes of it.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { chain, left, map, right, type Either } from 'fp-ts/lib/Either.js';
import { explained, type Explained, planned, print } from '../../../dsl/index.ts';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { buildVariant } from '../../variants/build.ts';
import { readVariant } from '../../variants/read.ts';
import { type System, systemOf } from '../../variants/system.ts';
import { isMolt, type Variant } from '../../variants/variant.ts';
import { command } from '../command.ts';
import { explainedJson, explainedLines } from '../costs.ts';
import { choice, integer, orElse, toggle } from '../flags.ts';

const one = (operands: readonly string[]): Either<Fault, string> => {
  const [path] = operands;
  return path === undefined ? left(fault('Usage', 'molt show', ['no variant file'], 'molt show V.json', 'molt show --help')) : right(path);
};

/** Inference, or a training step, before and after planning. */
const explain = ({ outputs, loss, gradients }: System, train: boolean): Explained => {
  const roots = train ? [loss, ...gradients] : outputs;
  const forward = train ? 1 : roots.length;
  const { plan, decisions } = planned(roots, { forward });
  return explained(roots, plan, decisions, forward);
};

interface Asked {
  readonly plan: boolean;
  readonly train: boolean;
  readonly json: boolean;
  readonly batch: number;
  readonly format: 'text' | 'mermaid' | 'graphviz';
  readonly level: 'block' | 'primitive';
}

const page = (variant: Variant, { plan, train, json, batch, format, level }: Asked): Either<Fault, string> =>
  plan
    ? pipe(systemOf(variant, batch), map((system) => {
        const found = explain(system, train);
        if (json) return JSON.stringify({ schemaVersion: 1, variant: variant.name, batch, of: train ? 'training step' : 'inference', plan: explainedJson(found) }, null, 2);
        return [`${variant.name}, ${train ? 'training step' : 'inference'}, batch ${batch}`, ...explainedLines(found)].join('\n');
      }))
    : pipe(isMolt(variant) ? pipe(buildVariant(variant), map((built) => [...built.outputs(batch).outputs.values()])) : pipe(systemOf(variant, batch), map(({ outputs }) => outputs)), map((outputs) => print(outputs, format, level)));

/** What only plans have. */
const sensible = ({ plan, train, json }: Asked): Either<Fault, void> =>
  plan || !(train || json) ? right(undefined) : left(fault('Usage', 'molt show', [train ? '--train without --plan' : '--json without --plan'], '--plan', 'molt show --help'));

export const show = command({
  name: 'show',
  summary: "print the graph of a variant's model",
  operands: { shown: 'V.json', most: 1 },
  notes: ['Mermaid text is drawn by many Markdown viewers, Graphviz text by `dot -Tsvg`.'],
  flags: {
    format: orElse(choice(['text', 'mermaid', 'graphviz'], 'how it is written'), 'text'),
    level: orElse(choice(['block', 'primitive'], 'what a box stands for'), 'block'),
    batch: orElse(integer('B', 'samples of a batch', 1), 1),
    plan: toggle('instead: operations, multiply-adds and bytes before and after planning'),
    train: toggle('with --plan: of a training step'),
    json: toggle('with --plan: as JSON'),
  },
  run: ({ flags, operands }, terminal) =>
    pipe(
      TE.fromEither(chain(() => one(operands))(sensible(flags))),
      TE.chain(readVariant),
      TE.chain((variant) => TE.fromEither(page(variant, flags))),
      TE.map((text) => {
        terminal.out(text);
        return 0;
      }),
    ),
});
