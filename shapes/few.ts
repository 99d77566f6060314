/**
 * Few: the first of many, and how many more there are, for messages that fit a screen.
 * laws:  test/shapes/few.test.ts
 */

/** How many are left out: `and 3 more`, `and 3 more tensors`. */
const rest = (left: number, noun: string): string => `and ${left} more${noun === '' ? '' : ` ${noun}`}`;

/** At most so many lines, and a last one that counts the others. */
export const fewLines = (lines: readonly string[], most: number, noun = ''): readonly string[] => (lines.length > most ? [...lines.slice(0, most), rest(lines.length - most, noun)] : lines);

/** The same in one line: `a, b, c and 2 more`. */
export const fewNames = (names: readonly string[], most: number): string => (names.length > most ? `${names.slice(0, most).join(', ')} ${rest(names.length - most, '')}` : names.join(', '));
