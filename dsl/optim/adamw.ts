/**
 * AdamW: adaptive moments with decoupled weight decay, or with coupled decay as Adam: its constants, its state, and the numbers of one step.
 * idea:  the state is a value by parameter name, which a checkpoint stores; the sweep over it is a kernel (dsl/optim/arena.ts).
 * laws:  test/dsl/optim/arena.test.ts: the steps of PyTorch, and of a reference in double precision
 * source: Kingma & Ba, Adam, ICLR 2015; Loshchilov & Hutter, Decoupled weight decay regularization, ICLR 2019, algorithm 2
 */

export interface AdamWConfig {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** above 0 */
  readonly epsilon: number;
  /** decoupled: each step multiplies the weight by 1 − rate · decay */
  readonly decay: number;
  /** coupled, as in Adam: added to the gradient as so many times the weight; 0 if absent */
  readonly coupled?: number;
}

export const adamWDefaults: AdamWConfig = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 };

/** Weights and moments of every parameter after `step` steps. */
export interface TrainState {
  readonly step: number;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly first: ReadonlyMap<string, Float32Array>;
  readonly second: ReadonlyMap<string, Float32Array>;
}

/** A fresh state over the given weights. */
export const trainState = (weights: ReadonlyMap<string, Float32Array>): TrainState => {
  const zeros = (): ReadonlyMap<string, Float32Array> => new Map([...weights].map(([name, w]) => [name, new Float32Array(w.length)]));
  return { step: 0, weights, first: zeros(), second: zeros() };
};

/** What one step does to every number alike, in the order in which the kernel takes it. */
export type Scalars = readonly [gain1: number, gain2: number, decay: number, pace: number, scale2: number, epsilon: number, clip: number, coupled: number];

/** The numbers of step 1, 2, …; `clip` multiplies the gradients. Computed in double precision, rounded once by the kernel. */
export const scalarsOf = ({ beta1, beta2, epsilon, decay, coupled = 0 }: AdamWConfig, step: number, rate: number, clip: number): Scalars =>
  [1 - beta1, 1 - beta2, rate * decay, rate / (1 - beta1 ** step), 1 / (1 - beta2 ** step), epsilon, clip, coupled];

/** The same for a parameter whose rate is `pace` times the others'. */
export const pacedBy = ([gain1, gain2, decay, own, scale2, epsilon, clip, coupled]: Scalars, pace: number): Scalars => [gain1, gain2, decay * pace, own * pace, scale2, epsilon, clip, coupled];
