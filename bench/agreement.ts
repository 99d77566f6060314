/**
 * Agreement: do two sides compute the same thing? Asked before anything is timed.
 * idea:  losses of two steps (so the optimiser is compared as well), and of every tensor the sum of magnitudes and sixteen elements.
 * laws:  test/bench.test.ts: a side that leaves out a term is found out
 */
import type { Digest, ReplyOf } from './protocol.ts';

type Checked = ReplyOf<'checked'>;

export const tolerance = { loss: 1e-3, sum: 1e-3, samples: 5e-3 } as const;

export interface Agreement {
  readonly agrees: boolean;
  /** greatest relative differences */
  readonly loss: number;
  readonly sum: number;
  readonly samples: number;
  /** names of what differs or is missing, the first few */
  readonly differing: readonly string[];
}

const relative = (a: number, b: number): number => (a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b)));
const norm = (x: readonly number[]): number => Math.hypot(...x);
/** A missing number, or one that is none, is infinitely far. */
const far = (distance: number): number => (Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance);

/**
 * Below this share of the largest tensor's mean magnitude a tensor counts as zero: a gradient that is zero by the equations (of a
 * bias under a softmax) is rounding noise on every side.
 */
const negligible = 1e-6;

const compared = (a: Digest, b: Digest | undefined, largest: number): { readonly sum: number; readonly samples: number } => {
  if (b === undefined || a.count !== b.count) return { sum: Number.POSITIVE_INFINITY, samples: Number.POSITIVE_INFINITY };
  if (Math.max(a.sum, b.sum) < negligible * largest * a.count) return { sum: 0, samples: 0 };
  return { sum: far(relative(a.sum, b.sum)), samples: far(norm(a.samples.map((x, i) => x - (b.samples[i] ?? Number.NaN))) / Math.max(Number.MIN_VALUE, norm(a.samples), norm(b.samples))) };
};

/** Of a side with the first side, whose names are those that count. */
export const agreement = (own: Checked, first: Checked): Agreement => {
  const largest = Math.max(Number.MIN_VALUE, ...Object.values(first.tensors).map(({ sum, count }) => sum / count));
  const tensors = Object.entries(first.tensors).map(([name, digest]) => ({ name, ...compared(digest, own.tensors[name], largest) }));
  const loss = first.losses.reduce((most, value, i) => Math.max(most, far(relative(value, own.losses[i] ?? Number.NaN))), 0);
  const differing = tensors.filter((t) => t.sum > tolerance.sum || t.samples > tolerance.samples).map((t) => t.name);
  const lossAgrees = loss <= tolerance.loss && own.losses.length === first.losses.length;
  return {
    agrees: lossAgrees && differing.length === 0,
    loss, sum: Math.max(0, ...tensors.map((t) => t.sum)), samples: Math.max(0, ...tensors.map((t) => t.samples)),
    differing: [...(lossAgrees ? [] : [`losses ${own.losses.join(', ')} against ${first.losses.join(', ')}`]), ...differing].slice(0, 5),
  };
};
