/**
 * Paper: the sizes and memory that MoLT's Tables 1 to 4 print, beside ours, and how MoLT's step compares with LAVisH's.
 * idea:   memory is predicted for one clip (ten segments, five for segmentation), as written: bytes alive at the worst step, and bytes with all
 *         weights and the optimiser's moments. What stands beside the trunks reads stored features, so its step holds no trunk.
 */
import { type Either, isLeft, map, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { countDeclared, type Declared } from '../../dsl/index.ts';
import type { Fault } from '../../shapes/fault.ts';
import { bytes, percent } from '../report/numbers.ts';
import { memoryOf, samplesOf, type StepMemory } from '../variants/memory.ts';
import { type PaperRow, paperRows, rowVariant } from '../variants/paper-tables.ts';
import { type System, systemOf } from '../variants/system.ts';
import { publishedFrozen } from '../variants/trunks.ts';
import type { Variant } from '../variants/variant.ts';
import { arithmetic } from './memory.ts';
import { aligned, grouped } from './table.ts';

/** What we find for a row. */
export interface Ours {
  readonly trained: number;
  readonly head: number;
  /** with head and trunks, and with what the trunks' checkpoints hold beyond, as published totals count */
  readonly total: number;
  /** per cent, with or without the head as the row has it */
  readonly share: number;
  /** of one clip */
  readonly step: StepMemory;
}

const headWeights = (declared: readonly Declared[]): number => countDeclared(declared.filter(({ name }) => name.startsWith('head.'))).trainable;

const oursOf = (row: PaperRow, variant: Variant, system: System): Ours => {
  const head = headWeights(system.declared);
  const trained = countDeclared(system.declared).trainable - head;
  const { besides = [] } = row;
  const total = trained + head + (variant.backbones === undefined ? 0 : publishedFrozen(variant.backbones).total) + besides.reduce((sum, more) => sum + more.total, 0);
  const share = (100 * (trained + (row.headCounts ? head : 0) + besides.reduce((sum, more) => sum + more.trained, 0))) / total;
  return { trained, head, total, share, step: memoryOf(1, system) };
};

export interface Compared {
  readonly row: PaperRow;
  readonly ours: Ours | null;
}

const compared = (row: PaperRow): Either<Fault, Compared> => {
  if (row.file === undefined) return right({ row, ours: null });
  const variant = rowVariant(row);
  if (isLeft(variant)) return variant;
  return pipe(systemOf(variant.right, samplesOf(variant.right.task, 1)), map((system) => ({ row, ours: oursOf(row, variant.right, system) })));
};

/** Every row of the four tables. errors: none for the rows that are there */
export const comparedRows = (): Either<Fault, readonly Compared[]> => {
  const all = paperRows.map(compared);
  const wrong = all.find(isLeft);
  return wrong ?? right(all.flatMap((one) => (isLeft(one) ? [] : [one.right])));
};

const inMillions = (n: number): string => (n / 1e6).toFixed(1);
const tableNames: { readonly [T in PaperRow['table']]: string } = { 1: 'Table 1, AVQA', 2: 'Table 2, AVS', 3: 'Table 3, AVE', 4: 'Table 4, AVE by position' };

const line = ({ row, ours }: Compared): readonly string[] => [
  `  ${row.method}`, row.sound, row.share.toFixed(1), row.total?.toFixed(1) ?? '–', row.memory?.toFixed(1) ?? '–',
  ...(ours === null ? ['–', '–', '–', '–'] : [ours.share.toFixed(1), inMillions(ours.total), grouped(ours.trained), grouped(ours.head)]),
  ...(ours === null ? ['–', '–', '–', '–'] : [
    bytes(ours.step.saved.total), `${percent(ours.step.share)} %`, bytes(ours.step.peak), bytes(ours.step.resident),
  ]),
];

const titles = ['', 'sound', 'paper %', 'M', 'GB', 'ours %', 'M', 'trained', 'head', 'saved', 'passing', 'peak', 'all'] as const;
const sides = ['left', 'left', ...titles.slice(2).map(() => 'right' as const)] as const;

/** What stands under a table: why a row is another number, and what its published count holds besides. */
const noted = ({ row: { method, sound, note, besides = [] } }: Compared): readonly string[] => [
  ...(note === undefined ? [] : [`  ${method}, ${sound}: ${note}.`]),
  ...besides.map(({ what, total, trained }) => `    counted besides: ${what}: ${total === 0 ? `${grouped(trained)} trained` : grouped(total)}`),
];

const rowsOf = (all: readonly Compared[], table: PaperRow['table']): readonly Compared[] => all.filter(({ row }) => row.table === table);

/** MoLT's step beside LAVisH's for one clip of event localisation: what the ratio is made of. */
export const ratioLines = (all: readonly Compared[]): readonly string[] => {
  const step = (method: string): StepMemory | null => rowsOf(all, 3).find(({ row }) => row.method === method && row.sound === 'HTS-AT')?.ours?.step ?? null;
  const [lavish, molt] = [step('LAVisH'), step('MoLT')];
  if (lavish === null || molt === null) return [];
  return [
    'One training step on one clip of ten segments, Swin-V2-L and HTS-AT, as written (molt params --memory 1-8 has every adapter and batch)',
    ...arithmetic(lavish, molt, undefined),
    '  LAVisH back-propagates through both trunks, so its step holds them; MoLT reads stored features.',
  ];
};

export const paperPage = (all: readonly Compared[]): string =>
  [
    ...([1, 2, 3, 4] as const).flatMap((table) => [tableNames[table], ...aligned(sides, [titles, ...rowsOf(all, table).map(line)]), ...rowsOf(all, table).flatMap(noted), '']),
    ...ratioLines(all), '',
    'paper: share that is trained, total in millions, training memory. ours: the same two, weights that are trained without the head, weights of the head;',
    'bytes of a step on one clip: saved for backward, the share kept only to pass gradients through frozen blocks, greatest, and with all weights and moments.',
    'MoLT leaves the head out of its share, the others do not. Totals count the unused heads of the trunks\' checkpoints. Mettle\'s widths are not published.',
  ].join('\n');

export const paperJson = (all: readonly Compared[]): unknown => ({
  schemaVersion: 1,
  rows: all.map(({ row: { file: _, ...row }, ours }) => ({ ...row, ours })),
});
