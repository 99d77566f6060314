/**
 * Table: rows of text in aligned columns.
 */

/** Which side a column leans on. */
export type Align = 'left' | 'right';

/** Aligned lines without trailing blanks; a row with fewer cells than columns is padded with empty ones. */
export const aligned = (columns: readonly Align[], rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = columns.map((_, c) => Math.max(0, ...rows.map((row) => (row[c] ?? '').length)));
  return rows.map((row) =>
    columns.map((align, c) => ((cell, width) => (align === 'left' ? cell.padEnd(width) : cell.padStart(width)))(row[c] ?? '', widths[c] ?? 0)).join('  ').trimEnd());
};

/** 114380000 → `114,380,000` */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** Millions with two decimals: `114.38 M` */
export const millions = (n: number): string => `${(n / 1e6).toFixed(2)} M`;
