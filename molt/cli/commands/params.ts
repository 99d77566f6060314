/**
 * `molt params`: exact numbers of trainable weights by part, beside what the paper prints.
 * not:   memory, or the backbones' weights: they are frozen.
 */
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';
import { countDeclared, type Declared } from '../../../dsl/index.ts';
import type { Fault } from '../../../shapes/fault.ts';
import { buildVariant } from '../../variants/build.ts';
import { compare, paperVariants, publishedFor, type Comparison, type Published } from '../../variants/paper.ts';
import { readVariant } from '../../variants/read.ts';
import type { Variant } from '../../variants/variant.ts';
import { command } from '../command.ts';
import { toggle } from '../flags.ts';
import { aligned, grouped, millions } from '../table.ts';

/** The part of a weight's name that is counted together: `fdm.0.uda`, `td`, `tfm`. */
const partOf = (name: string): string => {
  const path = name.split('.');
  return path[0] === 'fdm' ? path.slice(0, 3).join('.') : (path[0] ?? name);
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
}

/** The number of trainable weights of a variant by part. */
export const countOf = (variant: Variant, declared: ReadonlyMap<string, Declared>): Count => {
  const groups = new Map<string, Declared[]>();
  for (const [name, one] of declared) groups.set(partOf(name), [...(groups.get(partOf(name)) ?? []), one]);
  const all = [...groups].map(([part, weights]) => ({ part, tensors: weights.length, parameters: countDeclared(weights).trainable }));
  const parts = all.filter(({ part }) => part !== 'head');
  const trainable = parts.reduce((sum, { parameters }) => sum + parameters, 0);
  const published = publishedFor(variant);
  return {
    name: variant.name,
    parts,
    trainable,
    head: all.find(({ part }) => part === 'head')?.parameters ?? 0,
    published: published === undefined ? null : { ...published, ...compare(trainable, published) },
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

const page = (count: Count): string =>
  [
    count.name,
    ...aligned(['left', 'right', 'right'], [
      ['  part', 'tensors', 'parameters'],
      ...count.parts.map(({ part, tensors, parameters }) => [`  ${part}`, String(tensors), grouped(parameters)]),
      ['  trainable', String(count.parts.reduce((sum, p) => sum + p.tensors, 0)), grouped(count.trainable)],
      ...(count.head === 0 ? [] : [['  head (apart)', '', grouped(count.head)]]),
    ]),
    ...comparison(count),
  ].join('\n');

const counted = (variant: Variant): TE.TaskEither<Fault, Count> => pipe(TE.fromEither(buildVariant(variant)), TE.map((built) => countOf(variant, built.declared)));

export const params = command({
  name: 'params',
  summary: 'count the trainable weights of variants, beside the published figures',
  operands: { shown: '[V.json...]', most: Infinity },
  notes: ['Without a file: the variants whose size the paper prints.'],
  flags: { json: toggle('as JSON') },
  run: ({ flags, operands }, terminal) =>
    pipe(
      operands.length === 0 ? TE.right(paperVariants.map(({ variant }) => variant)) : TE.traverseSeqArray(readVariant)(operands),
      TE.chain(TE.traverseSeqArray(counted)),
      TE.map((counts) => {
        terminal.out(flags.json ? JSON.stringify({ schemaVersion: 1, variants: counts }, null, 2) : counts.map(page).join('\n\n'));
        return 0;
      }),
    ),
});
