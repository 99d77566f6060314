/**
 * `molt show`: the picture of a graph, a variant's or that of a module's block, by blocks or by primitives; or what planning makes of it.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { chain, left, map, mapLeft, right, type Either } from 'fp-ts/lib/Either.js';
import { closeGraph, explained, type Explained, type Node, planned, print } from '../../../dsl/index.ts';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { address, type Diagnostic, isModuleFile } from '../../check/index.ts';
import { readText } from '../../io/files.ts';
import { buildVariant } from '../../variants/build.ts';
import { readVariant } from '../../variants/read.ts';
import { type System, systemOf } from '../../variants/system.ts';
import { isMolt, type Variant } from '../../variants/variant.ts';
import { portsAt } from '../check/ports.ts';
import { command } from '../command.ts';
import { explainedJson, explainedLines } from '../costs.ts';
import { choice, integer, orElse, toggle } from '../flags.ts';

const one = (operands: readonly string[]): Either<Fault, string> => {
  const [path] = operands;
  return path === undefined ? left(fault('Usage', 'molt show', ['no file'], 'molt show V.json', 'molt show --help')) : right(path);
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

/** What is shown. */
interface Shown {
  readonly name: string;
  readonly outputs: (batch: number) => Either<Fault, readonly Node[]>;
  readonly system: (batch: number) => Either<Fault, System>;
}

const ofVariant = (variant: Variant): Shown => ({
  name: variant.name,
  outputs: (batch) => (isMolt(variant) ? pipe(buildVariant(variant), map((built) => [...built.outputs(batch).outputs.values()])) : pipe(systemOf(variant, batch), map(({ outputs }) => outputs))),
  system: (batch) => systemOf(variant, batch),
});

const asFault = (found: readonly Diagnostic[]): Fault => {
  const [first] = found;
  return first === undefined ? fault('Defect', 'molt show', ['no block'], 'a block') : fault('Decode', address(first), first.given, first.needed, first.try);
};

/** The block of a module, whose module is only loaded where one is asked for. */
const ofModule = (file: string): TE.TaskEither<Fault, Shown> =>
  pipe(
    readText(file),
    TE.chain((text) => pipe(portsAt(process.cwd()).module({ file, text }), TE.mapLeft(asFault))),
    TE.map(({ name, system }) => {
      const built = (batch: number): Either<Fault, System> => pipe(system(batch), mapLeft((refused) => refused.fault));
      return { name, system: built, outputs: (batch) => pipe(built(batch), map(({ outputs }) => outputs)) };
    }),
  );

const read = (file: string): TE.TaskEither<Fault, Shown> => (isModuleFile(file) ? ofModule(file) : pipe(readVariant(file), TE.map(ofVariant)));

/** A block of a module may have none within it. */
const inBlocks = (outputs: readonly Node[]): boolean => closeGraph(outputs).nodes.some(({ path }) => path !== '');

const page = ({ name, outputs: outputsOf, system: systemAt }: Shown, { plan, train, json, batch, format, level }: Asked): Either<Fault, string> =>
  plan
    ? pipe(systemAt(batch), map((system) => {
        const found = explain(system, train);
        if (json) return JSON.stringify({ schemaVersion: 1, variant: name, batch, of: train ? 'training step' : 'inference', plan: explainedJson(found) }, null, 2);
        return [`${name}, ${train ? 'training step' : 'inference'}, batch ${batch}`, ...explainedLines(found)].join('\n');
      }))
    : pipe(outputsOf(batch), map((outputs) => print(outputs, format, inBlocks(outputs) ? level : 'primitive')));

/** What only plans have. */
const sensible = ({ plan, train, json }: Asked): Either<Fault, void> =>
  plan || !(train || json) ? right(undefined) : left(fault('Usage', 'molt show', [train ? '--train without --plan' : '--json without --plan'], '--plan', 'molt show --help'));

export const show = command({
  name: 'show',
  summary: "print the graph of a variant's model, or of a module's block",
  operands: { shown: 'V.json|MODULE.ts', most: 1 },
  notes: ['A module exports a block with its claim, as for `molt check`.', 'Mermaid text is drawn by many Markdown viewers, Graphviz text by `dot -Tsvg`.'],
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
      TE.chain(read),
      TE.chainEitherK((shown) => page(shown, flags)),
      TE.map((text) => {
        terminal.out(text);
        return 0;
      }),
    ),
});
