/**
 * Recipe: everything that decides what pre-training gives, as a plain value.
 * idea:  a run record holds its recipe, so a run can be made again.
 */
import type { TinyBackbone } from '../../backbones/config.ts';

export interface Recipe {
  readonly backbone: TinyBackbone;
  /** which pool it learns from; `classes` of null: as many as the pool has */
  readonly pool: { readonly kind: 'vision' | 'audio'; readonly classes: number | null; readonly items: number; readonly seed: number };
  /** fresh items of the same pool, never trained on */
  readonly held: { readonly items: number; readonly seed: number };
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  /** greatest learning rate; a linear rise over `warmup` steps, then a cosine to 0 */
  readonly rate: number;
  readonly warmup: number;
  readonly decay: number;
  readonly beta2: number;
  /** gradients longer than this are shortened to it */
  readonly clip: number;
  readonly smoothing: number;
}

const common = { seed: 1, batch: 32, rate: 2e-3, warmup: 80, decay: 0.02, beta2: 0.99, clip: 1, smoothing: 0.1 } as const;

/** How the committed weights were made. */
export const recipes = {
  visual: { backbone: 'swinv2-tiny64', pool: { kind: 'vision', classes: 60, items: 12000, seed: 1 }, held: { items: 1200, seed: 2 }, steps: 4000, ...common, warmup: 150, smoothing: 0.05 },
  audio: { backbone: 'htsat-tiny64', pool: { kind: 'audio', classes: null, items: 10080, seed: 1 }, held: { items: 1120, seed: 2 }, steps: 1800, ...common },
} as const satisfies { readonly [modality: string]: Recipe };
