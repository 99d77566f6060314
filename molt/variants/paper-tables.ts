/**
 * Paper tables: what MoLT's Tables 1 to 4 print of sizes and memory, row by row, and the variant of ours that a row stands for.
 * idea:   a row without a variant is one whose settings are not known or not built; it is shown all the same.
 * source: arXiv 2512.00115, Tables 1 to 4; heads of AVQA and AVS as the released code declares them
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { Fault } from '../../shapes/fault.ts';
import { decodeVariant } from './codec.ts';
import type { Variant } from './variant.ts';

export interface PaperRow {
  readonly table: 1 | 2 | 3 | 4;
  readonly method: string;
  /** the second trunk */
  readonly sound: 'shared' | 'HTS-AT';
  /** per cent that is trained */
  readonly share: number;
  /** millions; Table 4 has none */
  readonly total?: number;
  /** GB */
  readonly memory?: number;
  /** MoLT's rows leave the head out of what is trained */
  readonly headCounts: boolean;
  /** the file of the variant */
  readonly file?: unknown;
  /** weights of a head that is not part of the variant */
  readonly head?: number;
}

const trunks = { 'HTS-AT': { visual: 'swinv2-large-w12-192', audio: 'htsat' }, shared: { visual: 'swinv2-large-w12-192', shared: true } } as const;
const file = (name: string, sound: PaperRow['sound'], adapter: object, task: object = { kind: 'none' }, position?: string): unknown =>
  ({ schemaVersion: 1, name, backbones: { ...trunks[sound], ...(position === undefined ? {} : { position }) }, adapter, task });
const ave = (head: string, hidden = 0): object => ({ kind: 'ave', head, hidden });

/** One adapter of each kind at a quarter of the channels. */
const quarter = { kind: 'molt', uda: 1, cda: 1, width: { visual: 384, audio: 192 } };
/** The same at an eighth of a Swin's channels. */
const eighth = { kind: 'molt', uda: 1, cda: 1, width: { visual: 192, audio: 192 } };

/** Weights of AVQA's head at 1536 channels, of those the ones that are used, and the head at LAVisH's 512. */
const [avqaHead, usedAvqaHead, lavishAvqaHead] = [70_415_532, 66_870_444, 12_182_188];

type Row = readonly [method: string, sound: PaperRow['sound'], share: number, total: number, memory: number | undefined, file?: unknown, head?: number];
const rows = (table: 1 | 2 | 3, all: readonly Row[]): readonly PaperRow[] =>
  all.map(([method, sound, share, total, memory, variant, head]) => ({
    table, method, sound, share, total, ...(memory === undefined ? {} : { memory }), headCounts: method !== 'MoLT', ...(variant === undefined ? {} : { file: variant }), ...(head === undefined ? {} : { head }),
  }));

const avqa = rows(1, [
  ['LAVisH', 'shared', 8.4, 249.8, 10.8, file('lavish-avqa-shared', 'shared', { kind: 'lavish', setting: 'lavish-avqa-shared' }), lavishAvqaHead],
  ['MoLT', 'shared', 19.5, 366.2, 1.7],
  ['LAVisH', 'HTS-AT', 28.7, 367.4, undefined],
  ['DG-SCT', 'HTS-AT', 50.0, 520.2, 11.3, file('dg-sct-avqa', 'HTS-AT', { kind: 'dg-sct', setting: 'dg-sct-avqa' }), avqaHead],
  ['AVMoE', 'HTS-AT', 42.7, 456.6, 11.4, file('avmoe-avqa', 'HTS-AT', { kind: 'avmoe', setting: 'avmoe-avqa' }), avqaHead],
  ['Mettle', 'HTS-AT', 29.4, 452.2, 3.1],
  ['MoLT', 'HTS-AT', 25.9, 441.4, 2.0, file('molt-avqa-late', 'HTS-AT', { kind: 'molt' }), usedAvqaHead],
]);

const avs = rows(2, [
  ['LAVisH', 'shared', 14.0, 266.4, 5.9],
  ['Mettle', 'shared', 11.1, 257.2, 2.7],
  ['MoLT', 'shared', 8.3, 313.1, 3.6],
  ['LAVisH', 'HTS-AT', 47.6, 389.7, undefined],
  ['DG-SCT', 'HTS-AT', 61.5, 594.8, 9.0],
  ['AVMoE', 'HTS-AT', 54.4, 501.2, 9.5],
  ['Mettle', 'HTS-AT', 21.6, 291.7, 2.9],
  ['MoLT', 'HTS-AT', 6.3, 339.5, 3.7],
]);

const localisation = rows(3, [
  ['LAVisH', 'shared', 2.7, 238.8, 15.4, file('lavish-ave-shared', 'shared', { kind: 'lavish' }, ave('linear', 512))],
  ['AVMoE', 'shared', 39.4, 374.4, 16.8],
  ['Mettle', 'shared', 37.2, 364.4, 1.8, file('mettle-ave-shared', 'shared', { kind: 'mettle', width: { visual: 192, audio: 192 } }, ave('cmbs'))],
  ['MoLT', 'shared', 3.0, 248.5, 0.6, file('molt-ave-shared', 'shared', eighth, ave('cmbs'))],
  ['LAVisH', 'HTS-AT', 30.6, 374.9, 11.9, file('lavish-ave', 'HTS-AT', { kind: 'lavish' }, ave('cmbs-dg-sct'))],
  ['DG-SCT', 'HTS-AT', 43.6, 461.3, 13.1, file('dg-sct-ave', 'HTS-AT', { kind: 'dg-sct' }, ave('cmbs-dg-sct'))],
  ['AVMoE', 'HTS-AT', 34.9, 404.0, 12.1, file('avmoe-ave-1-1', 'HTS-AT', { kind: 'avmoe', setting: 'avmoe-ave-1+1' }, ave('cmbs'))],
  ['Mettle', 'HTS-AT', 23.0, 338.0, 1.5, file('mettle-ave', 'HTS-AT', { kind: 'mettle', width: { visual: 192, audio: 192 } }, ave('cmbs'))],
  ['MoLT', 'HTS-AT', 6.2, 290.3, 0.7, file('molt-ave-late', 'HTS-AT', quarter, ave('cmbs'))],
]);

/** Table 4 at event localisation; one width for all positions. */
const positions = ([
  ['early+middle+late', 14.7, 1.0], ['early+middle', 9.7, 0.9], ['early+late', 8.0, 0.8], ['middle+late', 13.2, 0.8], ['early', 2.1, 0.7], ['middle', 8.0, 0.7], ['late', 6.3, 0.7],
] as const).map(([position, share, memory]): PaperRow => ({
  table: 4, method: `MoLT ${position}`, sound: 'HTS-AT', share, memory, headCounts: false, file: file(`molt-ave-${position}`, 'HTS-AT', { ...eighth, width: { visual: 96, audio: 96 } }, ave('cmbs'), position),
}));

export const paperRows: readonly PaperRow[] = [...avqa, ...avs, ...localisation, ...positions];

/** The variant of a row. errors: those of `decodeVariant` */
export const rowVariant = ({ file: json, method }: PaperRow): Either<Fault, Variant> => decodeVariant(method, json);
