/**
 * AdamW: adaptive moments with decoupled weight decay, over named buffers.
 * idea:  one pass over each parameter; the state is a value that a checkpoint stores under `adam.m.<name>` and `adam.v.<name>`.
 * laws:  test/molt/train/adamw.test.ts compares five steps with PyTorch's
 * source: Loshchilov & Hutter, Decoupled weight decay regularization, ICLR 2019, algorithm 2
 */

export interface AdamWConfig {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** decoupled: each step multiplies the weight by 1 − rate · decay */
  readonly decay: number;
}

export const adamWDefaults: AdamWConfig = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 };

/** Weights and moments of every parameter. The buffers are owned by the state and updated in place by `adamW`. */
export interface TrainState {
  readonly step: number;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly first: ReadonlyMap<string, Float32Array>;
  readonly second: ReadonlyMap<string, Float32Array>;
}

/** A fresh state that owns copies of the given weights. */
export const trainState = (weights: ReadonlyMap<string, Float32Array>): TrainState => {
  const mapped = (f: (w: Float32Array) => Float32Array): ReadonlyMap<string, Float32Array> => new Map([...weights].map(([name, w]) => [name, f(w)]));
  return { step: 0, weights: mapped((w) => w.slice()), first: mapped((w) => new Float32Array(w.length)), second: mapped((w) => new Float32Array(w.length)) };
};

/** One step. Consumes the state: its buffers are those of the returned state. `rate` overrides the configured one. */
export const adamW = (config: AdamWConfig, state: TrainState, gradients: ReadonlyMap<string, ArrayLike<number>>, rate = config.rate): TrainState => {
  const step = state.step + 1;
  const { beta1, beta2, epsilon } = config;
  const scale1 = 1 / (1 - beta1 ** step);
  const scale2 = 1 / (1 - beta2 ** step);
  const shrink = 1 - rate * config.decay;
  for (const [name, g] of gradients) {
    const w = state.weights.get(name);
    const m = state.first.get(name);
    const v = state.second.get(name);
    if (w === undefined || m === undefined || v === undefined) continue;
    for (let i = 0; i < w.length; i += 1) {
      const gi = g[i] ?? 0;
      const mi = beta1 * (m[i] ?? 0) + (1 - beta1) * gi;
      const vi = beta2 * (v[i] ?? 0) + (1 - beta2) * gi * gi;
      m[i] = mi;
      v[i] = vi;
      w[i] = shrink * (w[i] ?? 0) - (rate * (mi * scale1)) / (Math.sqrt(vi * scale2) + epsilon);
    }
  }
  return { ...state, step };
};
