/**
 * Optimisation: AdamW over all parameters in one sweep, and a trainer that joins it to a program.
 */
export { type AdamWConfig, adamWDefaults, type TrainState, trainState } from './adamw.ts';
export { type Arena, arenaOf, type ArenaOptions, type Factors } from './arena.ts';
export type { ProductSizes, Slot } from './layout.ts';
export { type Product, productLimits, type ProductLimits, productOf } from './product.ts';
export { inputsOf, type Step, stepOf, type StepOptions, type TrainedParameter } from './step.ts';
export type { Helper, Threads } from './sweep.ts';
export { trainer, type Trainer, type TrainerConfig } from './trainer.ts';
