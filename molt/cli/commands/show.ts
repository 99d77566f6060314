/**
 * `molt show`: the picture of a variant's graph, by blocks or by primitives.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { print } from '../../../dsl/index.ts';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { buildVariant } from '../../variants/build.ts';
import { readVariant } from '../../variants/read.ts';
import { command } from '../command.ts';
import { choice, integer, orElse } from '../flags.ts';

const one = (operands: readonly string[]): Either<Fault, string> => {
  const [path] = operands;
  return path === undefined ? left(fault('Usage', 'molt show', ['no variant file'], 'molt show V.json', 'molt show --help')) : right(path);
};

export const show = command({
  name: 'show',
  summary: "print the graph of a variant's model",
  operands: { shown: 'V.json', most: 1 },
  notes: ['Mermaid text is drawn by many Markdown viewers, Graphviz text by `dot -Tsvg`.'],
  flags: {
    format: orElse(choice(['text', 'mermaid', 'graphviz'], 'how it is written'), 'text'),
    level: orElse(choice(['block', 'primitive'], 'what a box stands for'), 'block'),
    batch: orElse(integer('B', 'samples of a batch', 1), 1),
  },
  run: ({ flags, operands }, terminal) =>
    pipe(
      TE.fromEither(one(operands)),
      TE.chain(readVariant),
      TE.chain((variant) => TE.fromEither(buildVariant(variant))),
      TE.map((built) => {
        terminal.out(print([...built.outputs(flags.batch).outputs.values()], flags.format, flags.level));
        return 0;
      }),
    ),
});
