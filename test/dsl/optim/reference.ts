/** AdamW in double precision, by the textbook: what the kernel is compared with. */
import type { AdamWConfig } from '../../../dsl/optim/index.ts';

export interface Doubles {
  readonly step: number;
  readonly w: Float64Array;
  readonly m: Float64Array;
  readonly v: Float64Array;
}

export const adamWReference = ({ beta1, beta2, epsilon, decay, coupled = 0 }: AdamWConfig, rate: number, { step, w, m, v }: Doubles, g: ArrayLike<number>, clip = 1): Doubles => {
  const t = step + 1;
  const gi = Float64Array.from(g, (x, i) => clip * x + coupled * (w[i] ?? 0));
  const first = m.map((x, i) => beta1 * x + (1 - beta1) * (gi[i] ?? 0));
  const second = v.map((x, i) => beta2 * x + (1 - beta2) * (gi[i] ?? 0) ** 2);
  const weights = w.map((x, i) => (1 - rate * decay) * x - (rate * ((first[i] ?? 0) / (1 - beta1 ** t))) / (Math.sqrt((second[i] ?? 0) / (1 - beta2 ** t)) + epsilon));
  return { step: t, w: weights, m: first, v: second };
};
