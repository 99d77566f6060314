/**
 * Nearest: the name that was probably meant.
 * idea:  edit distance with swaps of neighbours (the commonest slips: one letter more, less, other, or two exchanged), then a limit that
 *        grows with the length, so that an unrelated name is never proposed.
 * laws:  a candidate equal to the name is its nearest; distance is symmetric, 0 only for equals.
 * source: optimal string alignment, Damerau 1964.
 */

/** Least number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, none touching a place twice. */
export const editDistance = (a: string, b: string): number => {
  let before: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          (above[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (above[j - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
};

/** Greatest distance at which a name still counts as a slip of another. */
const limit = (name: string): number => Math.max(1, Math.floor(name.length / 3));

/**
 * The candidate that `name` was probably meant to be, or undefined where none is near. Upper and lower case differ by little.
 * Among equals the first wins.
 */
export const nearest = (name: string, candidates: Iterable<string>): string | undefined => {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let least = limit(name) + 0.5;
  for (const candidate of candidates) {
    if (candidate === name) return candidate;
    if (Math.abs(candidate.length - name.length) > least) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
};

/** ` (did you mean X?)`, or nothing: to be put after a wrong name in a fault. */
export const didYouMean = (name: string, candidates: Iterable<string>): string => {
  const found = nearest(name, candidates);
  return found === undefined ? '' : ` (did you mean ${found}?)`;
};
