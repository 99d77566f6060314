/**
 * Paper tables: what MoLT's Tables 1 to 4 print of sizes and memory, row by row, and the variant of ours that a row stands for.
 * idea:   each row has a variant with its head; what the released scripts count besides is listed weight by weight, and a note says where and
 *         why ours is another number. A row without a variant is shown all the same.
 * source: arXiv 2512.00115, Tables 1 to 4; heads and settings as the released code declares them. Inferred: the variants of Mettle, of MoLT, and of
 *         LAVisH with HTS-AT in Tables 1 and 2, for which nothing was released.
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
  /** what the published count holds besides the variant, its head and its trunks */
  readonly besides?: readonly Besides[];
  /** why ours is another number, or what it agrees with */
  readonly note?: string;
}

/** Weights that a released script counts besides. */
export interface Besides {
  readonly what: string;
  /** more in all */
  readonly total: number;
  /** more that are trained */
  readonly trained: number;
}

const trunks = { 'HTS-AT': { visual: 'swinv2-large-w12-192', audio: 'htsat' }, shared: { visual: 'swinv2-large-w12-192', shared: true } } as const;
const file = (name: string, sound: PaperRow['sound'], adapter: object, task: object = { kind: 'none' }, position?: string): unknown =>
  ({ schemaVersion: 1, name, backbones: { ...trunks[sound], ...(position === undefined ? {} : { position }) }, adapter, task });
const ave = (head: string, hidden = 0): object => ({ kind: 'ave', head, hidden });

/** One adapter of each kind at a quarter of the channels. */
const quarter = { kind: 'molt', uda: 1, cda: 1, width: { visual: 384, audio: 192 } };
/** The same at an eighth of a Swin's channels. */
const eighth = { kind: 'molt', uda: 1, cda: 1, width: { visual: 192, audio: 192 } };

interface Told {
  readonly file?: unknown;
  readonly besides?: readonly Besides[];
  readonly note?: string;
}
type Row = readonly [method: string, sound: PaperRow['sound'], share: number, total: number, memory: number | undefined, told?: Told];
const rows = (table: 1 | 2 | 3, all: readonly Row[]): readonly PaperRow[] =>
  all.map(([method, sound, share, total, memory, told = {}]) => ({ table, method, sound, share, total, ...(memory === undefined ? {} : { memory }), headCounts: method !== 'MoLT', ...told }));

const answering = (head: string): object => ({ kind: 'avqa', head });
const unpublished = 'neither its widths nor its heads are published';

const avqa = rows(1, [
  ['LAVisH', 'shared', 8.4, 249.8, 10.8, {
    file: file('lavish-avqa-shared', 'shared', { kind: 'lavish', setting: 'lavish-avqa-shared' }, answering('lavish')),
    besides: [{ what: "the norms of Swin, which the script trains", total: 0, trained: 81_024 }], note: 'to the last digit: 249,790,001, 8.45 % with the norms',
  }],
  ['MoLT', 'shared', 19.5, 366.2, 1.7, {
    file: file('molt-avqa-shared', 'shared', { kind: 'molt' }, answering('used')), note: 'the reading of the HTS-AT row at both streams of 1536 channels; the printed 71.4 M needs heads of about 472 channels together, or weights shared by both streams and more',
  }],
  ['LAVisH', 'HTS-AT', 28.7, 367.4, undefined, {
    file: file('lavish-avqa', 'HTS-AT', { kind: 'lavish', setting: 'lavish-avqa-shared' }, answering('lavish')), note: 'no script of this pair was released; the setting of the shared one. The printed share leaves 262.0 M frozen, 1.9 M more than both trunks have',
  }],
  ['DG-SCT', 'HTS-AT', 50.0, 520.2, 11.3, {
    file: file('dg-sct-avqa', 'HTS-AT', { kind: 'dg-sct', setting: 'dg-sct-avqa' }, answering('released')), note: "the script's 2 latent tokens; 128 of them would give the printed 520.2 M and 50.0 %",
  }],
  ['AVMoE', 'HTS-AT', 42.7, 456.6, 11.4, {
    file: file('avmoe-avqa', 'HTS-AT', { kind: 'avmoe', setting: 'avmoe-avqa' }, answering('released')), note: 'the released setting, 1 + 2 experts; no released setting gives the printed number',
  }],
  ['Mettle', 'HTS-AT', 29.4, 452.2, 3.1, {
    file: file('mettle-avqa', 'HTS-AT', { kind: 'mettle', width: { visual: 192, audio: 192 } }, answering('used')), note: `${unpublished}; the printed share leaves 319.3 M, which is neither the trunks nor the trunks with a head`,
  }],
  ['MoLT', 'HTS-AT', 25.9, 441.4, 2.0, { file: file('molt-avqa-late', 'HTS-AT', { kind: 'molt' }, answering('used')), note: 'within what 25.9 % of 441.4 M stands for, with the head that is used' }],
]);

const masks = (head: string): object => ({ kind: 'avs', setting: 's4', head });
/** What the S4 scripts of DG-SCT and AVMoE count besides: a trunk and layers that nothing reads, and HTS-AT as trained. */
const scripted: readonly Besides[] = [
  { what: 'PVT-v2-b5, which nothing reads', total: 81_443_008, trained: 81_443_008 },
  { what: 'dilated convolutions and maps before them, which nothing reads', total: 9_441_280 + 1_094_656, trained: 9_441_280 + 1_094_656 },
  { what: 'HTS-AT with its heads, left trainable', total: 0, trained: 31_325_143 },
];

const avs = rows(2, [
  ['LAVisH', 'shared', 14.0, 266.4, 5.9, {
    file: file('lavish-avs-shared', 'shared', { kind: 'lavish', setting: 'lavish-avs-shared' }, masks('lavish')), note: 'the released setting; the printed number is 0.5 M less, in all and 0.9 M in what is trained',
  }],
  ['Mettle', 'shared', 11.1, 257.2, 2.7, { file: file('mettle-s4-shared', 'shared', { kind: 'mettle', width: { visual: 192, audio: 192 } }, masks('lavish')), note: `${unpublished}; its 28.5 M leave room for LAVisH's decoder alone` }],
  ['MoLT', 'shared', 8.3, 313.1, 3.6, {
    file: file('molt-s4-shared', 'shared', { ...quarter, tokens: 4, width: { visual: 384, audio: 384 } }, masks('dg-sct')), note: 'the printed total leaves 58.2 to 58.5 M for the head: the decoder with four injections of tokens has 58.5 M. Number of adapters and widths are not published',
  }],
  ['LAVisH', 'HTS-AT', 47.6, 389.7, undefined, {
    file: file('lavish-s4', 'HTS-AT', { kind: 'lavish', setting: 'lavish-avs-shared' }, masks('lavish')), note: 'no script of this pair was released; the printed share leaves 204.2 M frozen, less than Swin alone with the head that published totals count',
  }],
  ['DG-SCT', 'HTS-AT', 61.5, 594.8, 9.0, {
    file: file('dg-sct-s4', 'HTS-AT', { kind: 'dg-sct', setting: 'dg-sct-s4' }, masks('dg-sct')),
    besides: [...scripted, { what: 'a layer norm and a temporal gate in each adapter, which nothing reads', total: 79_488, trained: 79_488 }], note: 'with what the script counts besides: 594.77 M, 61.54 %',
  }],
  ['AVMoE', 'HTS-AT', 54.4, 501.2, 9.5, {
    file: file('avmoe-s4', 'HTS-AT', { kind: 'avmoe', setting: 'avmoe-s4' }, masks('dg-sct')), note: 'the released setting without what its script counts besides (91.98 M that nothing reads); no released setting gives the printed number',
  }],
  ['Mettle', 'HTS-AT', 21.6, 291.7, 2.9, {
    file: file('mettle-s4', 'HTS-AT', { kind: 'mettle', width: { visual: 192, audio: 192 } }, masks('lavish')), besides: scripted.slice(-1), note: `${unpublished}; its frozen part is Swin alone, so HTS-AT counts as trained`,
  }],
  ['MoLT', 'HTS-AT', 6.3, 339.5, 3.7, {
    file: file('molt-s4', 'HTS-AT', { ...quarter, tokens: 4 }, masks('dg-sct')), note: 'the printed total leaves 57.8 to 58.2 M for the head: the decoder with four injections of tokens has 57.6 M. Number of adapters and widths are not published',
  }],
]);

const localisation = rows(3, [
  ['LAVisH', 'shared', 2.7, 238.8, 15.4, { file: file('lavish-ave-shared', 'shared', { kind: 'lavish' }, ave('linear', 512)), note: 'to the last digit: 238,808,610; 10.0 M are trained, which is 4.2 %, not the 2.7 % that the tables quote' }],
  ['AVMoE', 'shared', 39.4, 374.4, 16.8, { note: 'no script of one Swin was released; the printed share leaves 226.9 M frozen, less than that Swin' }],
  ['Mettle', 'shared', 37.2, 364.4, 1.8, { file: file('mettle-ave-shared', 'shared', { kind: 'mettle', width: { visual: 192, audio: 192 } }, ave('cmbs')), note: `${unpublished}: LCD of 192 channels` }],
  ['MoLT', 'shared', 3.0, 248.5, 0.6, { file: file('molt-ave-shared', 'shared', eighth, ave('cmbs')), note: 'widths are not published: an eighth of the channels' }],
  ['LAVisH', 'HTS-AT', 30.6, 374.9, 11.9, { file: file('lavish-ave', 'HTS-AT', { kind: 'lavish' }, ave('cmbs-dg-sct')), note: 'to the last digit: 374,864,003' }],
  ['DG-SCT', 'HTS-AT', 43.6, 461.3, 13.1, { file: file('dg-sct-ave', 'HTS-AT', { kind: 'dg-sct' }, ave('cmbs-dg-sct')), note: 'to the last digit: 461,258,339' }],
  ['AVMoE', 'HTS-AT', 34.9, 404.0, 12.1, { file: file('avmoe-ave-1-1', 'HTS-AT', { kind: 'avmoe', setting: 'avmoe-ave-1+1' }, ave('cmbs')), note: '1 + 1 experts at every pair, 124,089,687 trained; no released setting gives the printed number' }],
  ['Mettle', 'HTS-AT', 23.0, 338.0, 1.5, { file: file('mettle-ave', 'HTS-AT', { kind: 'mettle', width: { visual: 192, audio: 192 } }, ave('cmbs')), note: `${unpublished}: LCD of 192 channels` }],
  ['MoLT', 'HTS-AT', 6.2, 290.3, 0.7, { file: file('molt-ave-late', 'HTS-AT', quarter, ave('cmbs')), note: 'within what 6.2 % of 290.3 M stands for: one adapter of each kind at a quarter of the channels' }],
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
