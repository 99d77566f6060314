/**
 * Result: what a run of checks found, as plain data: the one argument of every format.
 */
import type { Diagnostic, Place } from './diagnostic.ts';
import type { Costing, Figures } from './figures.ts';
import { ruleOf } from './rules.ts';

/** In the order in which they run. */
export const checkNames = ['decode', 'build', 'shapes', 'cost', 'budgets', 'laws', 'smoke', 'lock'] as const;
export type CheckName = (typeof checkNames)[number];

export interface Outcome {
  readonly check: CheckName;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** what was done, or why nothing was */
  readonly note: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Checked {
  readonly file: string;
  /** null where the file could not be decoded */
  readonly name: string | null;
  /** of the adapter; `block` for a module's */
  readonly kind: string | null;
  /** of the name: what findings about the whole, which stand nowhere in it, point at */
  readonly at: Place;
  /** null where nothing could be costed */
  readonly figures: Figures | null;
  /** one for every check, in their order */
  readonly outcomes: readonly Outcome[];
}

export interface Result {
  /** of molt */
  readonly version: string;
  readonly costing: Costing;
  /** samples of the batch that was costed */
  readonly batch: number;
  /** in the order asked for */
  readonly variants: readonly Checked[];
}

export const diagnosticsOf = ({ outcomes }: Checked): readonly Diagnostic[] => outcomes.flatMap(({ diagnostics }) => diagnostics);

/** All of a run, in order. */
export const allDiagnostics = ({ variants }: Result): readonly Diagnostic[] => variants.flatMap(diagnosticsOf);

const errors = (checked: Checked): number => diagnosticsOf(checked).filter(({ rule }) => ruleOf(rule).level === 'error').length;

export const passed = (checked: Checked): boolean => errors(checked) === 0;

/** The title of a variant: its name, or its file where it has none. */
export const titleOf = ({ name, file }: Checked): string => name ?? file;

export interface Tally {
  readonly variants: number;
  readonly failed: number;
  readonly errors: number;
  readonly warnings: number;
}

export const tallyOf = (result: Result): Tally => {
  const all = allDiagnostics(result);
  const count = all.filter(({ rule }) => ruleOf(rule).level === 'error').length;
  return { variants: result.variants.length, failed: result.variants.filter((one) => !passed(one)).length, errors: count, warnings: all.length - count };
};

/** `2 variants: 1 passed, 1 failed (3 errors, 0 warnings)` */
export const summary = (result: Result): string => {
  const { variants, failed, errors: e, warnings } = tallyOf(result);
  const s = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
  return `${s(variants, 'variant')}: ${variants - failed} passed, ${failed} failed (${s(e, 'error')}, ${s(warnings, 'warning')})`;
};

/** 0 where nothing failed, else that of the worst finding: 1 a check, 2 a file, 3 ourselves. */
export const exitCodeOf = (result: Result): number => Math.max(0, ...allDiagnostics(result).map(({ rule }) => ruleOf(rule).exit));
