/**
 * How the report's numbers are written.
 * idea:  a spread over one seed is unknown, not zero; what is unknown is written as a dash.
 */
import { deviation, mean } from '../statistics.ts';
import type { MethodRecord } from './record.ts';

/** Different values in the order of their first appearance. */
export const distinct = <A>(xs: readonly A[]): readonly A[] => [...new Set(xs)];

/** Mean and spread of the test accuracy over the seeds. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
}
export const testAccuracy = ({ runs }: MethodRecord): Spread => {
  const accuracies = runs.map((run) => run.testAccuracy);
  return { mean: mean(accuracies), std: deviation(accuracies) };
};

const orDash = (x: number, write: (x: number) => string): string => (Number.isFinite(x) ? write(x) : '–');

/** 0.7123 → `71.2` */
export const percent = (share: number): string => orDash(share, (x) => (100 * x).toFixed(1));

export const fixed = (x: number, digits: number): string => orDash(x, () => `${x < 0 ? '−' : ''}${Math.abs(x).toFixed(digits)}`);

/** `71.2 ± 0.8`; the spread is left out where it is unknown. */
export const plusMinus = ({ mean: centre, std }: Spread): string => (Number.isFinite(std) ? `${percent(centre)} ± ${percent(std)}` : percent(centre));

/** 114380000 → `114,380,000` */
export const grouped = (n: number): string => orDash(n, () => String(Math.round(n)).replace(/\B(?=(\d{3})+(?!\d))/g, ','));

/** Bytes in decimal units: `12.3 kB` */
export const bytes = (n: number): string =>
  orDash(n, () => {
    if (n < 1e3) return `${Math.round(n)} B`;
    if (n < 1e6) return `${(n / 1e3).toFixed(1)} kB`;
    return n < 1e9 ? `${(n / 1e6).toFixed(1)} MB` : `${(n / 1e9).toFixed(2)} GB`;
  });

export const seconds = (s: number): string => orDash(s, () => `${s < 10 ? s.toFixed(2) : s.toFixed(1)} s`);

/** A number stays with its sign of per cent and its spread at the end of a line. */
export const unbroken = (text: string): string => text.replace(/ ± /g, '\u00a0±\u00a0').replace(/ %/g, '\u00a0%');

/** `a`, `a and b`, `a, b and c` */
export const listed = (names: readonly string[]): string => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1] ?? ''}`);
