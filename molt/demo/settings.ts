/**
 * Settings of the demo: how much data, how long, which model; chosen on the validation split only.
 */
import type { MoltVariant } from '../variants/variant.ts';

export interface DemoSettings {
  /** 10 one-second segments each */
  readonly clips: { readonly train: number; readonly val: number; readonly test: number };
  readonly dataSeed: number;
  /** of the clips to train, the first ones that training sees */
  readonly learn: number;
  /** segments of one extraction batch */
  readonly extractBatch: number;
  /** segments of one training batch */
  readonly batch: number;
  readonly epochs: number;
  /** points of the learning curve in an epoch */
  readonly points: number;
  readonly rate: number;
  readonly warmup: number;
  readonly decay: number;
}

const clips = { train: 1000, val: 140, test: 210 } as const;
const few = { train: 42, val: 14, test: 14 } as const;

/** The trunks of the demo, frozen. */
export const trunks = { visual: 'swinv2-tiny64', audio: 'htsat-tiny64' } as const;

export const fullSettings: DemoSettings = { clips, learn: clips.train, dataSeed: 1, extractBatch: 50, batch: 100, epochs: 1, points: 5, rate: 2e-3, warmup: 20, decay: 0.1 };
export const quickSettings: DemoSettings = { ...fullSettings, clips: few, learn: few.train, epochs: 2 };

/**
 * Of the rivals. A step inside the trunks takes ten times that of MoLT and more, so all of them see fewer clips, in smaller batches, twice.
 */
export const rivalSettings: DemoSettings = { ...fullSettings, learn: 300, batch: 50, epochs: 2, points: 1 };
export const quickRivalSettings: DemoSettings = { ...rivalSettings, clips: { train: 7, val: 2, test: 2 }, learn: 2, epochs: 1, batch: 10, warmup: 1 };

/** The demo's MoLT: late pairs of both trunks, one adapter of each kind at full width, in the default readings. */
export const demoVariant = (features: MoltVariant['features']): MoltVariant => ({
  schemaVersion: 1,
  name: 'molt-demo',
  features,
  adapter: {
    kind: 'molt', uda: 1, cda: 1, tokens: 4, heads: 8, width: { visual: null, audio: null }, mix: 'token', share: 'none',
    router: { hidden: 32 }, fusion: { kind: 'mlp', hidden: 32, over: 'token' }, tor: { weight: 1, scale: 'mean' },
  },
  task: { kind: 'ave', classes: 7, segments: 10, head: 'linear', hidden: 0 },
  budgets: {},
});
