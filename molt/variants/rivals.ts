/**
 * Rivals: one variant of each kind of adapter at full size, at event localisation: what is compared when nothing is named.
 * idea:   the rows of the paper's Table 3 with HTS-AT, and beside them the controls and AVMoE's other mixture.
 * source: arXiv 2512.00115, Table 3; the controls are ours
 */
import { type Either, isLeft, right } from 'fp-ts/lib/Either.js';
import type { Fault } from '../../shapes/fault.ts';
import { decodeVariant } from './codec.ts';
import { paperRows } from './paper-tables.ts';
import type { Variant } from './variant.ts';

const file = (name: string, adapter: object): unknown => ({
  schemaVersion: 1, name, backbones: { visual: 'swinv2-large-w12-192', audio: 'htsat' }, adapter, task: { kind: 'ave', head: 'cmbs' },
});

const files: readonly unknown[] = [
  file('none', { kind: 'none' }),
  ...['MoLT', 'Mettle', 'LAVisH', 'DG-SCT', 'AVMoE'].flatMap((method) => paperRows.filter((row) => row.table === 3 && row.sound === 'HTS-AT' && row.method === method).flatMap((row) => (row.file === undefined ? [] : [row.file]))),
  file('avmoe-ave-2-2', { kind: 'avmoe', setting: 'avmoe-ave-2+2' }),
  file('norm-only', { kind: 'norm-only' }),
];

/** none, MoLT, Mettle, LAVisH, DG-SCT, AVMoE with 1+1 and with 2+2 experts, norm-only. errors: those of `decodeVariant` */
export const rivals = (): Either<Fault, readonly Variant[]> => {
  const all = files.map((json) => decodeVariant('a rival', json));
  return all.find(isLeft) ?? right(all.flatMap((one) => (isLeft(one) ? [] : [one.right])));
};
