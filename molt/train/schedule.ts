/**
 * Schedule of the learning rate: linear warm-up, then a half cosine to a share of the rate.
 * source: Loshchilov & Hutter, SGDR, ICLR 2017 (the cosine)
 */
export interface RateConfig {
  readonly rate: number;
  /** steps of warm-up */
  readonly warmup: number;
  /** the last rate as a share of the greatest */
  readonly final: number;
}

/** The rate of step 0, 1, … of `total`. */
export const rateAt = (config: RateConfig, step: number, total: number): number => {
  if (step < config.warmup) return (config.rate * (step + 1)) / config.warmup;
  const done = (step - config.warmup) / Math.max(1, total - config.warmup);
  return config.rate * (config.final + (1 - config.final) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done))));
};
