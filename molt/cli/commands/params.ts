/**
 * `molt params`: exact numbers of trainable weights by part, beside what the paper prints; what a batch costs; what a trunk costs.
 * idea:  nothing runs and no weight is made, so the largest models are costed at once.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { bind, Do, map, right, type Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { asPlanned, asWritten, type Cost, countDeclared, type Declared } from '../../../dsl/index.ts';
import { fault, type Fault } from '../../../shapes/fault.ts';
import { type BackboneName, backboneConfigs } from '../../backbones/config.ts';
import { compare, paperVariants, publishedFor, type Comparison, type Published } from '../../variants/paper.ts';
import { readVariant } from '../../variants/read.ts';
import { rivals } from '../../variants/rivals.ts';
import { type System, systemCost, systemOf, trunkSystem, wholeSystem } from '../../variants/system.ts';
import { type PublishedFrozen, publishedFrozen } from '../../variants/trunks.ts';
import { placement, type Variant } from '../../variants/variant.ts';
import { command } from '../command.ts';
import { costJson, costLines } from '../costs.ts';
import { choice, integer, orElse, toggle } from '../flags.ts';
import { batches, memoryJson, memoryOfVariant, memoryPage } from '../memory.ts';
import { comparedRows, paperJson, paperPage } from '../paper.ts';
import { aligned, grouped, millions } from '../table.ts';

/** How much of a name tells its part; 1 for others. */
const depths: { readonly [first: string]: number } = { fdm: 3, lcd: 2, adapters: 2 };
/** The part of a weight's name that is counted together: `fdm.0.uda`, `td`, `tfm`, `adapters.3`. */
const partOf = (name: string): string => {
  const path = name.split('.');
  return path.slice(0, depths[path[0] ?? ''] ?? 1).join('.');
};

export interface Part {
  readonly part: string;
  readonly tensors: number;
  readonly parameters: number;
}

export interface Count {
  readonly name: string;
  readonly parts: readonly Part[];
  /** trainable, without a head */
  readonly trainable: number;
  /** of the task's head, if there is one */
  readonly head: number;
  readonly published: (Published & Comparison) | null;
  /** as published totals count: all of the above and the trunks, with what their checkpoints hold beyond; null for features without named trunks */
  readonly total: (PublishedFrozen & { readonly all: number }) | null;
}

/** The number of trainable weights of a variant by part. */
export const countOf = (variant: Variant, declared: ReadonlyMap<string, Declared>): Count => {
  const groups = new Map<string, Declared[]>();
  for (const [name, one] of declared) groups.set(partOf(name), [...(groups.get(partOf(name)) ?? []), one]);
  const all = [...groups].map(([part, weights]) => ({ part, tensors: weights.filter((d) => d.buffer !== true).length, parameters: countDeclared(weights).trainable }));
  const parts = all.filter(({ part, parameters }) => part !== 'head' && parameters > 0);
  const trainable = parts.reduce((sum, { parameters }) => sum + parameters, 0);
  const published = publishedFor(variant);
  const head = all.find(({ part }) => part === 'head')?.parameters ?? 0;
  const frozen = variant.backbones === undefined ? undefined : publishedFrozen(variant.backbones);
  return {
    name: variant.name,
    parts,
    trainable,
    head,
    published: published === undefined ? null : { ...published, ...compare(trainable, published) },
    total: frozen === undefined ? null : { ...frozen, all: trainable + head + frozen.total },
  };
};

const signed = (n: number, shown: string): string => `${n < 0 ? '−' : '+'}${shown}`;

const comparison = ({ published }: Count): readonly string[] =>
  published === null
    ? []
    : [
        `  paper: ${millions(published.published)} (${published.where}: ${published.share} % of ${published.total} M)`,
        `  ours − paper: ${signed(published.difference, millions(Math.abs(published.difference)))} (${signed(published.difference, Math.abs((100 * published.difference) / published.published).toFixed(2))} %)`,
        `  why: ${published.reason}`,
      ];

const page = (count: Count): readonly string[] => [
  count.name,
  ...aligned(['left', 'right', 'right'], [
    ['  part', 'tensors', 'parameters'],
    ...count.parts.map(({ part, tensors, parameters }) => [`  ${part}`, String(tensors), grouped(parameters)]),
    ['  trainable', String(count.parts.reduce((sum, p) => sum + p.tensors, 0)), grouped(count.trainable)],
    ...(count.head === 0 ? [] : [['  head (apart)', '', grouped(count.head)]]),
  ]),
  ...(count.total === null ? [] : [`  with frozen trunks ${grouped(count.trainable + count.head + count.total.trunks)}, and ${grouped(count.total.all)} with the ${grouped(count.total.unused)} of their checkpoints that nothing uses`]),
  ...comparison(count),
];

interface Costed {
  readonly count: Count;
  /** on stored features; null if it was not asked for */
  readonly cost: Cost | null;
  /** with the trunks in front; null if it was not asked for */
  readonly whole: Cost | null;
}

const asked = <A>(wanted: boolean, of: () => Either<Fault, A>): Either<Fault, A | null> => (wanted ? of() : right(null));

/** Planning what stands inside the trunks takes minutes: those are costed as written. */
const costOfSystem = ({ adapter }: Variant) => (system: System): Cost => systemCost(system, placement[adapter.kind] === 'inside' ? asWritten : asPlanned);

/** Counts of a variant, and its costs where asked for. */
const counted = (batch: number | undefined, whole: boolean) => (variant: Variant): Either<Fault, Costed> =>
  pipe(
    Do,
    bind('system', () => systemOf(variant, batch ?? 1)),
    bind('all', () => asked(whole, () => map(costOfSystem(variant))(wholeSystem(variant, batch ?? 1)))),
    map(({ system, all }) => ({
      // every weight, the head's among them if it has a task
      count: countOf(variant, new Map(system.declared.map((d) => [d.name, d]))),
      cost: batch === undefined ? null : costOfSystem(variant)(system),
      whole: all,
    })),
  );

const isBackbone = (name: string): name is BackboneName => Object.hasOwn(backboneConfigs, name);

const costedPage = ({ count, cost, whole }: Costed): string =>
  [
    ...page(count),
    ...(cost === null ? [] : costLines(cost)),
    ...(whole === null ? [] : ['with its frozen trunks in front', `  parameters ${grouped(whole.parameters.total)}, trainable ${grouped(whole.parameters.trainable)}`, ...costLines(whole)]),
  ].join('\n');

const costedJson = ({ count, cost, whole }: Costed): unknown => ({ ...count, ...(cost === null ? {} : { cost: costJson(cost) }), ...(whole === null ? {} : { whole: costJson(whole) }) });

const variants = (operands: readonly string[], batch: number | undefined, whole: boolean, json: boolean): TE.TaskEither<Fault, string> =>
  pipe(
    operands.length === 0 ? TE.right(paperVariants.map(({ variant }) => variant)) : TE.traverseSeqArray(readVariant)(operands),
    TE.chain(TE.traverseSeqArray((variant) => TE.fromEither(counted(batch, whole)(variant)))),
    TE.map((all) => (json ? JSON.stringify({ schemaVersion: 1, variants: all.map(costedJson) }, null, 2) : all.map(costedPage).join('\n\n'))),
  );

/** A trunk by itself: frozen, and for comparison trained from end to end. */
const trunk = (name: BackboneName, batch: number, json: boolean): string => {
  const [frozen, trained] = [systemCost(trunkSystem(backboneConfigs[name], batch)), systemCost(trunkSystem(backboneConfigs[name], batch, true))];
  if (json) return JSON.stringify({ schemaVersion: 1, backbone: name, frozen: costJson(frozen), trained: costJson(trained) }, null, 2);
  return [
    name, `  parameters ${grouped(trained.parameters.trainable)}${trained.parameters.frozen === 0 ? '' : `, running statistics ${grouped(trained.parameters.frozen)}`}`,
    ...costLines(frozen), 'the same, trained from end to end', ...costLines(trained),
  ].join('\n');
};

const paper = (operands: readonly string[], json: boolean): TE.TaskEither<Fault, string> =>
  operands.length > 0
    ? TE.left(fault('Usage', 'molt params', ['--paper beside variants'], '--paper alone, or variants', 'molt params --help'))
    : pipe(TE.fromEither(comparedRows()), TE.map((all) => (json ? JSON.stringify(paperJson(all), null, 2) : paperPage(all))));

/** Training memory of the named variants, or of one of each kind at full size. */
const memory = (operands: readonly string[], asked: readonly number[], json: boolean): TE.TaskEither<Fault, string> =>
  pipe(
    operands.length === 0 ? TE.fromEither(rivals()) : TE.traverseSeqArray(readVariant)(operands),
    TE.chain(TE.traverseSeqArray((variant) => TE.fromEither(memoryOfVariant(asked)(variant)))),
    TE.map((found) => (json ? JSON.stringify(memoryJson(found), null, 2) : memoryPage(found))),
  );

export const params = command({
  name: 'params',
  summary: 'count the trainable weights of variants, beside the published figures',
  operands: { shown: '[V.json...]', most: Infinity },
  notes: ['Without a file: the variants whose size the paper prints.', 'Costs: multiply-adds, bytes saved for backward per sample, greatest bytes; nothing is run for them.', 'With --memory and no file: one variant of each kind of adapter, Swin-V2-L and HTS-AT, event localisation.'],
  flags: {
    batch: orElse(integer('B', 'also what a batch of B samples costs', 1), undefined),
    whole: toggle('also what it costs with its frozen trunks in front'),
    paper: toggle('instead: the sizes and memory that the paper prints, beside ours'),
    memory: orElse(batches('instead: what a training step keeps and takes at its worst, for these batches'), undefined),
    backbone: orElse(choice(Object.keys(backboneConfigs).filter(isBackbone), 'instead: what a trunk costs'), undefined),
    json: toggle('as JSON'),
  },
  run: ({ flags, operands }, terminal) =>
    pipe(
      flags.memory !== undefined
        ? flags.paper || flags.whole || flags.batch !== undefined || flags.backbone !== undefined
          ? TE.left(fault('Usage', 'molt params', ['--memory beside --paper, --batch, --whole or --backbone'], '--memory alone, or with variants', 'molt params --help'))
          : memory(operands, flags.memory, flags.json)
        : flags.paper
        ? paper(operands, flags.json)
        : flags.backbone === undefined
        ? variants(operands, flags.batch, flags.whole, flags.json)
        : operands.length > 0 || flags.whole
          ? TE.left(fault('Usage', 'molt params', ['--backbone beside variants'], '--backbone alone, or variants', 'molt params --help'))
          : TE.right(trunk(flags.backbone, flags.batch ?? 1, flags.json)),
      TE.map((text) => {
        terminal.out(text);
        return 0;
      }),
    ),
});
