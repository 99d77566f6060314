/**
 * Figures: the five numbers that budgets limit and the lock file records.
 * idea:  one total table from a name to its rule, its unit and how it is read off a cost.
 * not:   costing (dsl/cost) or printing of whole costs (`molt params`).
 */
import type { Cost } from '../../dsl/index.ts';
import type { Budgets } from '../variants/variant.ts';
import type { BudgetRule } from './rules.ts';

export type FigureName = keyof Budgets;
export type Figures = { readonly [F in FigureName]: number };

/** How equations become the plan that is costed: `written` by themselves, found several times sooner and at real sizes above the other; `planned` as engines run them. */
export type Costing = 'written' | 'planned';

interface FigureOf {
  readonly rule: BudgetRule;
  readonly unit: 'weights' | 'bytes' | 'multiply-adds';
  /** in a sentence */
  readonly about: string;
  /** heading of a column */
  readonly heading: string;
  readonly of: (cost: Cost) => number;
}

export const figureTable = {
  trainableParameters: { rule: 'MOLT101', unit: 'weights', about: 'trainable weights', heading: 'trainable', of: ({ parameters }) => parameters.trainable },
  savedBytesPerSample: { rule: 'MOLT102', unit: 'bytes', about: 'bytes saved for backward per sample', heading: 'saved/sample', of: ({ saved, batch }) => Math.ceil((saved.total - saved.constant) / batch) },
  peakBytes: { rule: 'MOLT103', unit: 'bytes', about: 'bytes at the peak of a training step', heading: 'peak', of: ({ peak }) => peak.training ?? peak.inference },
  multiplyAdds: { rule: 'MOLT104', unit: 'multiply-adds', about: 'multiply-adds of inference per sample', heading: 'multiply-adds', of: ({ multiplyAdds, batch }) => Math.ceil(multiplyAdds.planned.inference / batch) },
  exportedBytes: { rule: 'MOLT105', unit: 'bytes', about: 'bytes of the exported weights', heading: 'exported', of: ({ state }) => state.weights },
} as const satisfies { readonly [F in FigureName]: FigureOf };

export const isFigure = (name: string): name is FigureName => Object.hasOwn(figureTable, name);
export const figureNames: readonly FigureName[] = Object.keys(figureTable).filter(isFigure);

export const figureOf = (name: FigureName): FigureOf => figureTable[name];

/** One number for every figure. */
export const eachFigure = (of: (name: FigureName) => number): Figures => ({
  trainableParameters: of('trainableParameters'), savedBytesPerSample: of('savedBytesPerSample'), peakBytes: of('peakBytes'), multiplyAdds: of('multiplyAdds'), exportedBytes: of('exportedBytes'),
});

export const figuresOf = (cost: Cost): Figures => eachFigure((name) => figureTable[name].of(cost));

/** 114380000 → `114,380,000` */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

const letters = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']] as const;

/** Four digits and a decimal prefix: `114.4 M`, `2.519 G`, `812` */
export const short = (n: number): string => {
  const [scale, letter] = letters.find(([least]) => n >= least) ?? [1, ''];
  return letter === '' ? String(n) : `${(n / scale).toPrecision(4)} ${letter}`;
};

const units = { weights: '', bytes: 'B', 'multiply-adds': '' } as const satisfies { readonly [U in FigureOf['unit']]: string };

/** `114.4 M`, `2.519 GB`, `812 B` */
export const shownFigure = (name: FigureName, n: number): string => {
  const unit = units[figureTable[name].unit];
  const text = short(n);
  return unit === '' ? text : text.includes(' ') ? text + unit : `${text} ${unit}`;
};

/** `+3.10 %`, `−0.02 %`, `×12.5` from ten times on; the number itself where nothing was */
export const change = (before: number, after: number): string => {
  if (before === after) return '±0';
  if (before === 0) return `+${grouped(after)}`;
  if (after / before >= 10) return `×${(after / before).toPrecision(3)}`;
  const percent = (100 * (after - before)) / before;
  const text = Math.abs(percent) >= 0.005 ? `${Math.abs(percent).toFixed(2)} %` : '<0.01 %';
  return `${percent < 0 ? '−' : '+'}${text}`;
};
