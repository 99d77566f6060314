/**
 * Costs as they are printed and as JSON: one page for whatever is costed, and one for what planning made of it.
 * not:   counting (`dsl/cost`).
 */
import type { Cost, Explained, Tally } from '../../dsl/index.ts';
import { bytes } from '../report/numbers.ts';
import { aligned, grouped } from './table.ts';

/** 2519496456 → `2.519 G` */
export const giga = (n: number): string => (n >= 1e9 ? `${(n / 1e9).toFixed(3)} G` : n >= 1e6 ? `${(n / 1e6).toFixed(3)} M` : grouped(n));

const passes = ['inference', 'forward', 'backward'] as const;

/** What a system costs, as lines below its name. */
export const costLines = ({ batch, multiplyAdds: { printed, planned }, saved, state, peak, resident }: Cost): readonly string[] => {
  const shown = peak.training === null ? passes.slice(0, 1) : passes;
  const perSample = (n: number): string => bytes(n / batch);
  return [
    ...aligned(['left', 'right', 'right', 'right'], [
      [`  multiply-adds, batch ${batch}`, ...shown],
      ['    as written', ...shown.map((p) => giga(printed[p]))],
      ['    planned', ...shown.map((p) => giga(planned[p]))],
    ]),
    ...(peak.training === null ? [] : [`  saved for backward, per sample: ${perSample(saved.total - saved.constant)} = trained ${perSample(saved.trained)} + frozen ${perSample(saved.frozen)} + features ${perSample(saved.features)}${saved.constant === 0 ? '' : `; ${bytes(saved.constant)} once, made of frozen weights`}`]),
    `  weights ${bytes(state.weights)}${peak.training === null ? '' : `, gradients ${bytes(state.gradients)}, optimiser ${bytes(state.optimiser)}`}`,
    `  peak of the plan: inference ${bytes(peak.inference)}${peak.training === null ? '' : `, training step ${bytes(peak.training)}`}`,
    `  with all weights in memory: inference ${bytes(resident.inference)}${resident.training === null ? '' : `, training with its optimiser ${bytes(resident.training)}`}`,
  ];
};

/** With the bytes that are saved per sample, without what is the same whatever the batch. */
export const costJson = (cost: Cost): unknown => {
  const { batch, saved: { total, constant, features, frozen, trained } } = cost;
  return { ...cost, savedPerSample: { total: (total - constant) / batch, features: features / batch, frozen: frozen / batch, trained: trained / batch } };
};

/** `÷ 2.45`, or nothing where nothing changed, was or is left */
const ratio = (before: number, after: number): string => (before === 0 || after === 0 || before === after ? '' : before > after ? `÷ ${(before / after).toFixed(2)}` : `× ${(after / before).toFixed(2)}`);

const steps = ({ operations }: Tally): number => [...operations.values()].reduce((a, b) => a + b, 0);

/** Before and after planning, as lines below a title. */
export const explainedLines = ({ before, after, fired, regions, fusedGroups, recomputed }: Explained): readonly string[] => {
  const row = (name: string, of: (t: Tally) => number, write: (n: number) => string): readonly string[] => [`  ${name}`, write(of(before)), write(of(after)), ratio(of(before), of(after))];
  const primitives = [...new Set([...before.operations.keys(), ...after.operations.keys()])].toSorted();
  return [
    ...aligned(['left', 'right', 'right', 'left'], [
      ['', 'as written', 'planned'],
      row('multiply-adds', (t) => t.multiplyAdds, giga),
      row('bytes moved', (t) => t.bytesMoved, bytes),
      row('saved for backward', (t) => t.savedBytes, bytes),
      row('peak', (t) => t.peakBytes, bytes),
      row('operations', steps, grouped),
      ...primitives.map((p) => row(`  ${p}`, (t) => t.operations.get(p) ?? 0, grouped)),
    ]),
    `  contractions merged from several einsums: ${regions}`,
    `  groups of alike work run as one: ${fusedGroups}`,
    `  forward values computed again for the backward pass: ${recomputed}`,
    `  rules fired: ${fired.size === 0 ? 'none' : [...fired].toSorted(([, a], [, b]) => b - a).map(([name, n]) => `${name} ×${n}`).join(', ')}`,
  ];
};

const tallyJson = ({ operations, ...rest }: Tally): unknown => ({ ...rest, operations: Object.fromEntries([...operations].toSorted()) });

/** The same as JSON. */
export const explainedJson = ({ before, after, fired, ...rest }: Explained): unknown => ({ before: tallyJson(before), after: tallyJson(after), ...rest, fired: Object.fromEntries([...fired].toSorted()) });
