/**
 * What the numbers say, in sentences: every claim of the report is computed here from the record, and says so where there is none.
 * idea:  a difference of means counts if it exceeds the sum of the two standard deviations over seeds; otherwise the report says that
 *        this run does not show it.
 * laws:  test/molt/report/reading.test.ts — no sentence claims a difference inside the spreads.
 */
import { deviation, mean } from '../statistics.ts';
import { compare, type Comparison } from './compare.ts';
import { distinct, fixed, listed, percent, plusMinus, testAccuracy } from './numbers.ts';
import type { BackboneRecord, ConfusionRecord, CosineMapRecord, DemoRecord, FusionRecord, RouterRecord } from './record.ts';

const difference = (points: number): string => `${fixed(Math.abs(points), 1)} points ${points < 0 ? 'below' : 'above'}`;

const inSeeds = ({ better, seeds }: Comparison): string => (seeds < 2 ? '' : ` It is ahead in ${better} of ${seeds} seeds.`);

/** The first sentences of the report: does the method beat the control? */
export const headline = (record: DemoRecord): string => {
  const ours = record.methods.find(({ name }) => name === record.focus);
  const theirs = record.methods.find(({ name }) => name === record.control);
  if (ours === undefined || theirs === undefined) return 'The method and its control were not both run, so nothing is compared.';
  const c = compare(ours, theirs);
  const start = `${ours.label} names ${plusMinus(testAccuracy(ours))} % of the test segments correctly, ${theirs.label} ${plusMinus(testAccuracy(theirs))} %`;
  if (!Number.isFinite(c.spreads)) return `${start}. That is ${difference(c.points)}; with one seed the spread is unknown, so nothing follows from it.`;
  const measured = `the sum of their standard deviations over seeds (${fixed(c.spreads, 1)})`;
  if (c.verdict === 'undecided') return `${start}: ${difference(c.points)}, not more than ${measured}. This run does not show a difference.${inSeeds(c)}`;
  return `${start}: ${difference(c.points)}, more than ${measured}.${c.verdict === 'below' ? ' The control is the better one here.' : ''}${inSeeds(c)}`;
};

/** The other methods against the one of the report, a sentence each kind of outcome; first what costs nothing. */
export const others = (record: DemoRecord): string => {
  const ours = record.methods.find(({ name }) => name === record.focus);
  if (ours === undefined) return '';
  const rest = record.methods.filter(({ name }) => name !== record.focus && name !== record.control).map((method) => ({ label: method.label, ...compare(ours, method) }));
  const written = (verdict: Comparison['verdict']): string =>
    listed(rest.filter((one) => one.verdict === verdict).map(({ label, points }) => (verdict === 'undecided' ? `${label} (${ours.label} is ${difference(points)})` : `${label} (by ${fixed(Math.abs(points), 1)} points)`)));
  const always = record.data.backgroundShare.test;
  const { mean: reached } = testAccuracy(ours);
  return [
    reached > always ? `Always answering “${record.classNames[record.classNames.length - 1] ?? ''}” would give ${percent(always)} %.` : `Always answering “${record.classNames[record.classNames.length - 1] ?? ''}” gives ${percent(always)} %: ${ours.label} does no better than that.`,
    written('above') === '' ? '' : `By the same measure ${ours.label} is better than ${written('above')}.`,
    written('below') === '' ? '' : `By the same measure ${ours.label} is worse than ${written('below')}.`,
    written('undecided') === '' ? '' : `Against ${written('undecided')} this run shows no difference.`,
  ].filter((sentence) => sentence !== '').join(' ');
};

/** How far the seeds' spread can be trusted. */
export const caution = ({ intervals, focus, control, methods, seeds }: DemoRecord): string => {
  const spread = `The spread over ${seeds.length === 1 ? 'one seed' : `${seeds.length} seeds`} tells of initialisation and order only.`;
  const of = (name: string) => ({ label: methods.find((one) => one.name === name)?.label ?? name, interval: intervals?.methods.find(({ method }) => method === name) });
  const [ours, theirs] = [of(focus), of(control)];
  if (intervals === undefined || ours.interval === undefined) return `${spread} How much the choice of test clips matters is not measured here.`;
  const start = `${spread} Drawing the ${intervals.over} again gives ${Math.round(100 * intervals.level)} % intervals (pale bars) from ${percent(ours.interval.low)} to ${percent(ours.interval.high)} % for ${ours.label}`;
  if (theirs.interval === undefined) return `${start}.`;
  const apart = ours.interval.low > theirs.interval.high || ours.interval.high < theirs.interval.low;
  return `${start} and from ${percent(theirs.interval.low)} to ${percent(theirs.interval.high)} % for ${theirs.label}: they ${apart ? 'do not overlap' : 'overlap'}.`;
};

/** Where the curves end, and whether they still move. */
export const curvesReading = (record: DemoRecord): string => {
  const ours = record.methods.find(({ name }) => name === record.focus);
  const curves = ours?.runs.map(({ curve }) => curve).filter((curve) => curve.length > 1) ?? [];
  if (ours === undefined || curves.length === 0) return 'No curve was recorded for the method of this report.';
  const first = mean(curves.map((curve) => curve[0]?.trainLoss ?? Number.NaN));
  const last = mean(curves.map((curve) => curve[curve.length - 1]?.trainLoss ?? Number.NaN));
  const best = mean(curves.map((curve) => Math.max(...curve.map(({ valAccuracy }) => valAccuracy))));
  const end = mean(curves.map((curve) => curve[curve.length - 1]?.valAccuracy ?? Number.NaN));
  const fallen = 100 * (best - end);
  return `The training loss of ${ours.label} goes from ${fixed(first, 2)} to ${fixed(last, 2)}. Its validation accuracy ends at ${percent(end)} %, ${fallen < 0.5 ? 'at its best value' : `${fixed(fallen, 1)} points below the best epoch of each seed`}.`;
};

/** Recall by class and what is mistaken for what. */
export const confusionReading = ({ classes, matrix }: ConfusionRecord): string => {
  const totals = matrix.map((row) => row.reduce((a, b) => a + b, 0));
  const recalls = classes.flatMap((name, i) => ((totals[i] ?? 0) === 0 ? [] : [{ name, recall: (matrix[i]?.[i] ?? 0) / (totals[i] ?? 1) }])).toSorted((a, b) => b.recall - a.recall);
  const [best, worst] = [recalls[0], recalls[recalls.length - 1]];
  if (best === undefined || worst === undefined) return 'The test split is empty.';
  const slips = classes
    .flatMap((truth, i) => classes.map((taken, j) => ({ truth, taken, share: i === j || (totals[i] ?? 0) === 0 ? 0 : (matrix[i]?.[j] ?? 0) / (totals[i] ?? 1) })))
    .filter(({ share }) => share > 0)
    .toSorted((a, b) => b.share - a.share)
    .slice(0, 3);
  const said = slips.length === 0 ? 'Nothing is confused.' : `Most often ${listed(slips.map(({ truth, taken, share }) => `${truth} is taken for ${taken} (${percent(share)} %)`))}.`;
  return `The mean over classes of the share found is ${percent(mean(recalls.map(({ recall }) => recall)))} %; the best class is ${best.name} (${percent(best.recall)} %), the worst ${worst.name} (${percent(worst.recall)} %). ${said}`;
};

/** Does the router choose, or does it average? */
export const routerReading = (rows: readonly RouterRecord[]): string => {
  const layers = distinct(rows.map(({ layer }) => layer));
  const sentences = layers.map((layer) => {
    const here = rows.filter((row) => row.layer === layer);
    const top = here.reduce((a, b) => (b.mean > a.mean ? b : a));
    return `“${top.expert}” counts most at ${layer} (${fixed(top.mean, 2)}, an equal share is ${fixed(1 / here.length, 2)})`;
  });
  const spread = mean(rows.map(({ std }) => std));
  const apart = mean(rows.map((row) => Math.abs(row.mean - 1 / rows.filter(({ layer }) => layer === row.layer).length)));
  const moves = spread < 0.02 ? 'The weights hardly change from sample to sample' : `From sample to sample a weight changes by ${fixed(spread, 2)} on average (one standard deviation)`;
  return `On average over the test split, ${listed(sentences)}. ${moves}${apart < 0.02 ? ', and they are close to equal: here the router does little more than average' : ''}.`;
};

/** Uniform or not, with TOR and without. */
export const fusionReading = (rows: readonly FusionRecord[]): string => {
  const of = (label: FusionRecord['label']) => {
    const groups = distinct(rows.filter((row) => row.label === label).map(({ modality }) => modality)).map((modality) => rows.filter((row) => row.label === label && row.modality === modality).map(({ weight }) => weight));
    return mean(groups.map((weights) => deviation(weights) / mean(weights)));
  };
  const [withTor, without] = [of('with TOR'), of('without TOR')];
  const start = Number.isFinite(withTor) ? `With TOR the mean weights of the tokens vary by ${percent(withTor)} % of an equal share` : 'The weights with TOR were not recorded';
  if (!Number.isFinite(withTor) || !Number.isFinite(without)) return `${start}.`;
  const seen = withTor > 1.2 * without ? 'the direction is the same here' : without > 1.2 * withTor ? 'that is not what is seen here' : 'here the two hardly differ';
  return `${start}, without it by ${percent(without)} %. The paper reports near-uniform weights without TOR and differing ones with it; ${seen}.`;
};

/** Mean size of the cosines off the diagonal. */
export const offDiagonal = ({ size, values }: CosineMapRecord): number => mean(values.filter((_, i) => Math.floor(i / size) !== i % size).map(Math.abs));

/** Are tokens less alike with TOR? */
export const cosineReading = (maps: readonly CosineMapRecord[]): string => {
  const pairs = distinct(maps.map(({ modality }) => modality)).flatMap((modality) => {
    const on = maps.find((map) => map.modality === modality && map.label === 'with TOR');
    const off = maps.find((map) => map.modality === modality && map.label === 'without TOR');
    return on === undefined || off === undefined ? [] : [{ modality, on: offDiagonal(on), off: offDiagonal(off) }];
  });
  if (pairs.length === 0) return 'Only one of the two trainings was recorded, so nothing is compared.';
  const lower = pairs.filter(({ on, off }) => on < off - 0.02); // less is no visible difference
  const said = listed(pairs.map(({ modality, on, off }) => `${fixed(on, 2)} with TOR and ${fixed(off, 2)} without for the ${modality} tokens`));
  const end = lower.length === pairs.length ? 'TOR makes the tokens less alike, as the paper shows' : lower.length === 0 ? 'TOR does not make the tokens less alike here' : `only the ${lower[0]?.modality ?? ''} tokens become less alike`;
  return `The mean size of the cosine of two different tokens is ${said}: ${end}.`;
};

/** Does the rule for choosing the late layers hold for these backbones? */
export const depthReading = (modality: string, { cosine }: BackboneRecord): string => {
  const late = cosine.filter(({ adapted }) => adapted).map((one) => one.cosine);
  const early = cosine.filter(({ adapted }) => !adapted).map((one) => one.cosine);
  if (late.length === 0 || early.length === 0) return `The ${modality} backbone has ${cosine.length} blocks.`;
  const change = mean(late) - mean(early);
  const found = Math.abs(change) < 0.02 ? 'early and late blocks change their tokens alike here' : change > 0 ? 'the late blocks change their tokens less, as the paper finds for the large ones' : 'here the late blocks do not change their tokens less, unlike in the paper';
  return `In the ${modality} backbone the adapted blocks keep a cosine of ${fixed(mean(late), 2)}, the blocks before them ${fixed(mean(early), 2)}: ${found}.`;
};
