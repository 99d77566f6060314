/**
 * Loss: the task's loss plus the weighted orthogonality penalty of both modalities.
 *
 *   loss = task + λ · mean_B mean_m TOR_m / (L·Z)²      ('mean'; 'sum' leaves out the division)
 *
 * source: MoLT, arXiv 2512.00115, section 3.4; scale and λ are not given there (reading A11)
 */
import { pipe } from 'fp-ts/lib/function.js';
import type { Dim, Tensor } from '../shapes/index.ts';
import { add, mean, scale } from '../dsl/index.ts';
import type { Both } from './modality.ts';

export interface TorConfig {
  /** λ */
  readonly weight: number;
  readonly scale: 'mean' | 'sum';
}

/** What the sum of equation (8) is divided by, for m = L·Z tokens. */
const divisors = { mean: (m: number) => m * m, sum: () => 1 } as const satisfies { readonly [S in TorConfig['scale']]: (m: number) => number };

/** λ · mean_B mean_m TOR_m, scaled. shape: tor [B] of each modality, m tokens → [] */
export const torLoss = (config: TorConfig, m: number) => <B extends Dim>(tor: Both<Tensor<[B]>>): Tensor<[]> =>
  pipe(add(tor.visual, tor.audio), mean(-1), scale((0.5 * config.weight) / divisors[config.scale](m)));

/** shape: task [], tor [B] of each modality → [] */
export const moltLoss = (config: TorConfig, m: number) => <B extends Dim>(task: Tensor<[]>, tor: Both<Tensor<[B]>>): Tensor<[]> => (config.weight === 0 ? task : add(task, torLoss(config, m)(tor)));
