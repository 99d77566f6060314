/**
 * Finding: one thing that is wrong with a store, by collection, shard, item and tensor, in one line.
 */
import { fault, type Fault } from '../../shapes/fault.ts';
import { fewLines } from '../../shapes/few.ts';

/** What can be wrong, and what it means. */
export const findingKinds = {
  damaged: 'a file that is not what was written',
  missing: 'a shard that the index lists and that is not there',
  index: 'an index that does not match the shards',
  unlisted: 'a shard that the index does not list: the run that wrote it was not finished',
  unsealed: 'a collection without an index: the run that wrote it was not finished',
  surplus: 'a file that does not belong to a store',
  leftover: 'a file that a killed process left',
} as const satisfies Readonly<Record<string, string>>;

export type FindingKind = keyof typeof findingKinds;

export interface Finding {
  readonly kind: FindingKind;
  /** key of the collection; '' for what lies outside of one */
  readonly collection: string;
  readonly path: string;
  readonly shard?: string;
  /** hash of the item's input */
  readonly item?: string;
  readonly tensor?: string;
  readonly detail: string;
  /** where the file was moved to */
  readonly aside?: string;
}

/** Is data lost or doubtful? The other kinds are work that was not finished, or files that nobody reads. */
export const isDamage = ({ kind }: Finding): boolean => kind === 'damaged' || kind === 'missing' || kind === 'index';

/** `damaged: DIR/…/NAME.safetensors: item 0f3a…, tensor visual.0: bytes that …` */
export const printFinding = ({ kind, path, item, tensor, detail, aside }: Finding): string => {
  const place = [item === undefined ? [] : [`item ${item}`], tensor === undefined ? [] : [`tensor ${tensor}`]].flat().join(', ');
  return `${kind}: ${path}: ${place === '' ? '' : `${place}: `}${detail}${aside === undefined ? '' : `; moved to ${aside}`}`;
};

/** Findings that a fault shows. */
const mostLines = 12;

/** The damage among findings as one fault; undefined if there is none. */
export const damageFault = (folder: string, findings: readonly Finding[]): Fault | undefined => {
  const damage = findings.filter(isDamage);
  if (damage.length === 0) return undefined;
  return fault('Corrupt', folder, fewLines(damage.map(printFinding), mostLines), 'an undamaged store', '`molt extract --verify --repair --store DIR` moves damaged shards aside; then extract again');
};
