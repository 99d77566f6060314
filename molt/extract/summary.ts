/**
 * Summary: what a run did: how much, how fast, where the time went, and what failed for which reason.
 * idea:  an item counts once: it failed if anything of it failed, was there if nothing had to be done, and is done otherwise.
 * laws:  test/molt/extract/outcome.test.ts
 */
import type { Fault } from '../../shapes/fault.ts';
import { fewLines } from '../../shapes/few.ts';
import type { ModalityName } from '../modality.ts';

export interface FailedItem {
  readonly id: string;
  readonly modality: ModalityName;
  readonly why: Fault;
}

export interface Summary {
  readonly store: string;
  /** path of the run's record */
  readonly record: string;
  readonly collections: readonly { readonly modality: ModalityName; readonly backbone: string; readonly key: string; readonly bytes: number }[];
  readonly items: { readonly done: number; readonly there: number; readonly failed: number };
  readonly failures: readonly FailedItem[];
  readonly seconds: number;
  /** of the whole time: shares from 0 to 1 */
  readonly shares: { readonly backbone: number; readonly waiting: number; readonly writing: number; readonly hashing: number };
  readonly decoders: { readonly workers: number; /** of all together */ readonly seconds: number };
}

/** How many failures of one reason are named. */
const named = 8;

const reason = ({ given, needed }: Fault): string => `${given.join('; ')} (needed ${needed})`;

/** Failures in the order of the manifest, those of one reason together. */
const failureLines = (failures: readonly FailedItem[]): readonly string[] => {
  const groups = new Map<string, FailedItem[]>();
  for (const failure of failures) {
    const text = `${failure.modality}: ${reason(failure.why)}`;
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [failure]);
    else group.push(failure);
  }
  return [...groups].flatMap(([text, group]) => {
    const ids = group.map(({ id, why }) => `${id}${why.where === '' ? '' : ` (${why.where})`}`);
    return [`  ${text}`, ...fewLines(ids, named).map((line) => `    ${line}`)];
  });
};

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

const rest = ({ backbone, waiting, writing, hashing }: Summary['shares']): number => Math.max(0, 1 - backbone - waiting - writing - hashing);

/** Items newly done in a second. */
export const rate = ({ items, seconds }: Summary): number => (seconds > 0 ? items.done / seconds : 0);

export const summaryLines = (summary: Summary): readonly string[] => {
  const { store, record, items, failures, seconds, shares, decoders } = summary;
  const work = items.done === 0 ? [] : [
    `time: backbone ${percent(shares.backbone)}, waiting for decoders ${percent(shares.waiting)}, writing ${percent(shares.writing)}, hashing ${percent(shares.hashing)}, loading and compiling ${percent(rest(shares))}; ` +
    `${decoders.workers} ${decoders.workers === 1 ? 'decoder' : 'decoders'} at work for ${decoders.seconds.toFixed(1)} s`,
  ];
  return [
    `${store}: ${items.done} done, ${items.there} already there, ${items.failed} failed, in ${seconds.toFixed(1)} s${items.done === 0 ? '' : ` (${rate(summary).toPrecision(3)} items/s)`}`,
    ...work,
    `record: ${record}`,
    ...(failures.length === 0 ? [] : ['failed:', ...failureLines(failures), 'these are tried again by the next run of the same command']),
  ];
};

/** The same for programs. */
export const summaryJson = (summary: Summary): string => {
  const { failures, ...rest } = summary;
  return JSON.stringify({ schemaVersion: 1, ...rest, itemsPerSecond: rate(summary), failures: failures.map(({ id, modality, why }) => ({ id, modality, fault: why })) });
};
