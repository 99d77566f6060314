/**
 * Scores: how often the answers on a split are right, over all and for each class.
 * idea:  a split's score is the exact share of its segments, and recall tells the classes apart.
 */

/** One class of a split. */
export interface ClassScore {
  readonly name: string;
  /** of this class */
  readonly segments: number;
  /** of these, how many were answered with it */
  readonly right: number;
  /** how many segments were answered with it, rightly or not */
  readonly answered: number;
}

export interface SplitScore {
  readonly items: number;
  readonly segments: number;
  /** share of the segments whose answer is right */
  readonly accuracy: number;
  readonly classes: readonly ClassScore[];
}

/** The score of answers; labels and answers are indices into `names`. */
export const scoreOf = (names: readonly string[], items: number, labels: Int32Array, answers: Int32Array): SplitScore => {
  const [segments, right, answered] = [new Int32Array(names.length), new Int32Array(names.length), new Int32Array(names.length)];
  labels.forEach((label, i) => {
    const answer = answers[i] ?? -1;
    segments[label] = (segments[label] ?? 0) + 1;
    answered[answer] = (answered[answer] ?? 0) + 1;
    if (answer === label) right[label] = (right[label] ?? 0) + 1;
  });
  return {
    items,
    segments: labels.length,
    accuracy: right.reduce((a, b) => a + b, 0) / Math.max(1, labels.length),
    classes: names.map((name, k) => ({ name, segments: segments[k] ?? 0, right: right[k] ?? 0, answered: answered[k] ?? 0 })),
  };
};
