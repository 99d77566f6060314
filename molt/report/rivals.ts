/**
 * Rivals: what the record says of published methods side by side: sentences and the table of costs.
 * idea:  nothing is said of a ranking that the numbers of this record do not carry.
 * laws:  test/molt/report/ranking.test.ts
 */
import { bytes, distinct, fixed, grouped, listed, percent, plusMinus, seconds, testAccuracy } from './numbers.ts';
import { ours, type RankedPair, type Ranking, rankingOf } from './ranking.ts';
import type { DemoRecord, MethodRecord, RivalsRecord, TrainingRecord } from './record.ts';

/** A method whose training is recorded. */
interface Trained extends MethodRecord {
  readonly training: TrainingRecord;
}
const trained = ({ methods }: DemoRecord): readonly Trained[] => methods.flatMap((method) => (method.training === undefined ? [] : [{ ...method, training: method.training }]));

const perStep = ({ secondsPerEpoch, training: { steps, epochs } }: Trained): number => (secondsPerEpoch * epochs) / Math.max(1, steps);
const ofRun = ({ secondsPerEpoch, training: { epochs } }: Trained): number => secondsPerEpoch * epochs;

interface Column {
  readonly head: string;
  readonly cell: (method: Trained, record: DemoRecord) => string;
  /** left out where lines are short */
  readonly wide?: true;
}

const publishedOf = ({ rivals }: DemoRecord, { name }: MethodRecord): number => rivals?.published.find(({ method }) => method === name)?.accuracy ?? Number.NaN;

const columns: readonly Column[] = [
  { head: 'method', cell: ({ label }) => label },
  { head: 'test accuracy, %', cell: (method) => plusMinus(testAccuracy(method)) },
  { head: 'published, %', cell: (method, record) => fixed(publishedOf(record, method), 1) },
  { head: 'trainable parameters', cell: ({ trainableParameters }) => grouped(trainableParameters) },
  { head: 'saved per sample', cell: ({ savedBytesPerSample }) => bytes(savedBytesPerSample) },
  { head: 'gradients through trunks', cell: ({ training }) => (training.place === 'inside' ? 'yes' : 'no'), wide: true },
  { head: 'time per step', cell: (method) => seconds(perStep(method)) },
  { head: 'time per epoch', cell: ({ secondsPerEpoch }) => seconds(secondsPerEpoch), wide: true },
  { head: 'training', cell: (method) => seconds(ofRun(method)) },
  { head: 'features, once', cell: ({ training }) => (training.place === 'inside' ? '–' : seconds(training.secondsOfFeatures)) },
  { head: 'rates: adapters, head', cell: ({ training: { rate, headRate } }) => `${rate}, ${headRate}`, wide: true },
];

/** The table of rivals, all of it or what fits a terminal. */
const shown = (wide: boolean): readonly Column[] => columns.filter((column) => wide || column.wide === undefined);

/** Columns after the first lean right. */
export const rivalHead = (wide: boolean): readonly string[] => shown(wide).map(({ head }) => head);

/** One row a method, in the order of the record. */
export const rivalRows = (record: DemoRecord, wide: boolean): readonly (readonly string[])[] => trained(record).map((method) => shown(wide).map(({ cell }) => cell(method, record)));

const pairText = ({ better, worse, here }: RankedPair): string => `${better.label} ${here.points < 0 ? 'below' : 'above'} ${worse.label} (by ${fixed(Math.abs(here.points), 1)})`;

/** What is decided, and which way. */
const decided = ({ pairs }: Ranking) => ({ for: pairs.filter(({ here }) => here.verdict === 'above'), against: pairs.filter(({ here }) => here.verdict === 'below') });

const verdict = (ranking: Ranking, seeds: number): string => {
  if (seeds < 2) return 'With one seed the spreads are unknown, so nothing follows about the ranking.';
  const { for: along, against } = decided(ranking);
  const open = ranking.pairs.length - along.length - against.length;
  const rest = open === 0 ? '' : ` The other ${open === 1 ? 'pair is' : `${open} pairs are`} within the spreads.`;
  if (along.length + against.length === 0) return 'No pair differs by more than the sum of its standard deviations: this run neither confirms the published ranking nor contradicts it.';
  if (against.length === 0) return `By the sum of the standard deviations ${listed(along.map(pairText))} ${along.length === 1 ? 'is' : 'are'} decided, as published.${open === 0 ? ' Ours agrees with the published ranking.' : `${rest} Where this run decides, it agrees with the published ranking.`}`;
  const agreeing = along.length === 0 ? 'None of the decided pairs is as published' : `As published ${along.length === 1 ? 'is' : 'are'} ${listed(along.map(pairText))}`;
  return `${agreeing}; against the published order ${against.length === 1 ? 'is' : 'are'} ${listed(against.map(pairText))}.${rest} Ours does not agree with the published ranking.`;
};

/** What is published, what came out here, and whether the two agree. */
export const rankingReading = ({ methods, seeds }: DemoRecord, { published, source }: RivalsRecord): string => {
  const ranking = rankingOf(methods, published);
  const { placed, pairs, along, tau, chance } = ranking;
  if (pairs.length === 0) return 'Fewer than two of the published methods were run, so no ranking is compared.';
  const said = placed.map((one) => `${one.method.label} ${fixed(one.published, 1)}`);
  const here = ours(ranking).map((method) => `${method.label} ${percent(testAccuracy(method).mean)}`);
  const apart = (placed[0]?.published ?? 0) - (placed.at(-1)?.published ?? 0);
  return [
    `Published (${source}), best first: ${said.join(', ')} %; the whole range is ${fixed(apart, 1)} points, and no spreads are given. Here: ${here.join(', ')} %.`,
    `Of ${pairs.length} pairs ${along} ${along === 1 ? 'is' : 'are'} in the published order: Kendall’s τ is ${fixed(tau, 2)}, and ${percent(chance)} % of all orders of ${placed.length} methods are at least as far from 0.`,
    verdict(ranking, seeds.length),
  ].join(' ');
};

const times = (low: number, high: number, digits: number): string => (fixed(low, digits) === fixed(high, digits) ? `${fixed(low, digits)} times` : `${fixed(low, digits)} to ${fixed(high, digits)} times`);

/** What adapters inside the trunks cost, measured against the method of the report. */
export const costReading = (record: DemoRecord): string => {
  const all = trained(record);
  const focus = all.find(({ name }) => name === record.focus);
  const within = all.filter(({ training }) => training.place === 'inside');
  if (focus === undefined || within.length === 0) return '';
  const over = (of: (method: Trained) => number): readonly number[] => within.map((method) => of(method) / of(focus));
  const [time, saved] = [over(perStep), over(({ savedBytesPerSample }) => savedBytesPerSample)];
  const whole = focus.training.secondsOfFeatures + ofRun(focus);
  const runs = within.map(ofRun);
  return [
    `Gradients pass through the trunks for ${listed(within.map(({ label }) => label))}: a step takes ${times(Math.min(...time), Math.max(...time), 0)} as long as one of ${focus.label} and keeps ${times(Math.min(...saved), Math.max(...saved), 0)} as many bytes.`,
    `With the features that it reads made for it alone, ${focus.label} trains in ${seconds(whole)} (${seconds(focus.training.secondsOfFeatures)} of it features, which further seeds, epochs and methods use again), the others in ${seconds(Math.min(...runs))} to ${seconds(Math.max(...runs))}.`,
  ].join(' ');
};

/** How the methods were trained. */
export const settingReading = (record: DemoRecord, { rule }: RivalsRecord): string => {
  const lengths = distinct(trained(record).map(({ training: { steps, epochs } }) => `${steps} steps in ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`));
  return `${rule} ${listed(lengths)} over ${record.data.clips.train} clips. Seconds are those of one worker.`;
};
