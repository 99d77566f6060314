/**
 * Rival: the adapters that stand inside two trunks, as plain options, and the block of one place.
 * idea:   one table from a kind to a block; sizes of the place come from the trunks' configurations.
 * not:    the noise of deviation 0.01 that AVMoE's AVS scripts add to a router's logits while they train: graphs have no random numbers, so a step
 *         depends on weights and batch alone. Nor the dropout of 0.2 in its S4 script's self-attention.
 * source: options as the released settings of LAVisH, DG-SCT and AVMoE name them
 */
import { timesD, withSizes } from '../../shapes/index.ts';
import type { SomeBlock } from '../../dsl/index.ts';
import { type Both, both, type ModalityName } from '../modality.ts';
import type { Alignment } from './align.ts';
import { avmoe, type SelfAttention } from './avmoe.ts';
import type { BottleneckOptions } from './bottleneck.ts';
import { dgSct } from './dg-sct.ts';
import { onTokens, type TokensInsert } from './joint.ts';
import { lavish, lavishAcross, lavishAlone, type LavishOptions, type TokenStart } from './lavish.ts';

/** Where the gates of the bottlenecks stand: the same for both streams, or for the visual one alone (the released `is_gate` off: adapters of the audio stream have none). */
export const gateNames = ['after', 'before', 'none', 'visual-after', 'visual-before'] as const;
export type Gate = (typeof gateNames)[number];
const gates: { readonly [G in Gate]: Both<BottleneckOptions['gate']> } = {
  after: both('after', 'after'), before: both('before', 'before'), none: both('none', 'none'), 'visual-after': both('after', 'none'), 'visual-before': both('before', 'none'),
};

/**
 * What LAVisH's adapter looks at: both streams; or its own alone (`is_multimodal` off), with the bottleneck's ReLU as the AVQA and AVS models have
 * it there, or without as the AVE models. The AVS models keep the layer norm before the bottleneck in that mode: `before: true`.
 */
export const lavishModes = ['cross-modal', 'uni-modal', 'uni-modal-linear'] as const;
export type LavishMode = (typeof lavishModes)[number];
const modes: { readonly [M in LavishMode]: { readonly alone: boolean; readonly relu: boolean } } = {
  'cross-modal': { alone: false, relu: true }, 'uni-modal': { alone: true, relu: true }, 'uni-modal-linear': { alone: true, relu: false },
};

/** What all three share. */
export interface InsertedOptions {
  /** K, latent tokens */
  readonly tokens: number;
  /** D / R, of the bottleneck */
  readonly reduction: number;
  /** groups of the bottleneck's maps */
  readonly groups: number;
  readonly batchNorm: boolean;
  /** a layer norm before the bottleneck */
  readonly before: boolean;
  /** where the bottleneck's gate stands, in each stream */
  readonly gate: Gate;
  readonly start: TokenStart;
}
export interface LavishAdapter extends InsertedOptions {
  readonly kind: 'lavish';
  /** left out: 'cross-modal' */
  readonly mode?: LavishMode;
}
export interface DgSctAdapter extends InsertedOptions {
  readonly kind: 'dg-sct';
  readonly channel: number;
  readonly spatial: number;
  /** left out: 'tokens' */
  readonly align?: Alignment;
}
export interface AvmoeAdapter extends InsertedOptions {
  readonly kind: 'avmoe';
  /** cross-modal experts */
  readonly cross: number;
  /** uni-modal experts */
  readonly own: number;
  readonly self: SelfAttention;
  /** stages without adapters; `[1, 3]` is the released `num_skip=2` */
  readonly skip: readonly number[];
  /** the share of the load balance in the loss (`balanceLoss`); left out: 0 */
  readonly balance?: number;
}
export type InsertedAdapter = LavishAdapter | DgSctAdapter | AvmoeAdapter;

/** Own tokens N × D, the other stream's M × C. */
export interface PlaceSizes {
  readonly N: number;
  readonly D: number;
  readonly M: number;
  readonly C: number;
}

const options = ({ batchNorm, before, gate, start }: InsertedOptions, stream: ModalityName): LavishOptions => ({ before, relu: true, batchNorm, gate: gates[gate][stream], start });
const inner = ({ tokens, groups, reduction }: InsertedOptions, s: PlaceSizes) => ({ ...s, K: tokens, G: groups, I: s.D / groups, O: s.D / reduction / groups });

/** One of our kinds as a block of one place. `shared`: both streams run through one trunk, so tokens need no alignment. */
type Builder<A> = (adapter: A, sizes: PlaceSizes, shared: boolean, stream: ModalityName) => SomeBlock<TokensInsert>;

const builders: { readonly [K in InsertedAdapter['kind']]: Builder<Extract<InsertedAdapter, { readonly kind: K }>> } = {
  lavish: (a, sizes, shared, stream) => {
    const { alone, relu } = modes[a.mode ?? 'cross-modal'];
    const all = { ...options(a, stream), relu };
    if (alone) return withSizes(inner(a, sizes), (s) => onTokens(s.N, timesD(s.G, s.I), s.M, s.C, lavishAlone({ g: s.G, i: s.I, o: s.O }, all)));
    return shared
      ? withSizes(inner(a, sizes), (s) => onTokens(s.N, timesD(s.G, s.I), s.M, timesD(s.G, s.I), lavish(s.K, { g: s.G, i: s.I, o: s.O }, all)))
      : withSizes(inner(a, sizes), (s) => onTokens(s.N, timesD(s.G, s.I), s.M, s.C, lavishAcross(s.K, { g: s.G, i: s.I, o: s.O }, s.N, s.M, s.C, all)));
  },
  'dg-sct': (a, sizes, _, stream) => withSizes({ ...inner(a, sizes), F: sizes.D / 2 }, (s) =>
    onTokens(s.N, timesD(s.G, s.I), s.M, s.C, dgSct(s.K, { g: s.G, i: s.I, o: s.O }, s.F, s.N, s.M, s.C, { ...options(a, stream), channel: a.channel, spatial: a.spatial, ...(a.align === undefined ? {} : { align: a.align }) }))),
  avmoe: (a, sizes, _, stream) => withSizes({ ...inner(a, sizes), J: a.cross, U: a.own, H: 4, W: sizes.D / 4 }, (s) =>
    onTokens(s.N, timesD(s.G, s.I), s.M, s.C, avmoe(s.J, s.U, { k: s.K, g: s.G, i: s.I, o: s.O, h: s.H, w: s.W }, s.N, s.M, s.C, { ...options(a, stream), self: a.self }))),
};

/** The adapter of one place of one stream. @throws MoltError (Shape) if channels do not divide by groups and reduction */
export const insertedAt = (adapter: InsertedAdapter, sizes: PlaceSizes, shared: boolean, stream: ModalityName): SomeBlock<TokensInsert> => {
  switch (adapter.kind) {
    case 'lavish':
      return builders.lavish(adapter, sizes, shared, stream);
    case 'dg-sct':
      return builders['dg-sct'](adapter, sizes, shared, stream);
    case 'avmoe':
      return builders.avmoe(adapter, sizes, shared, stream);
  }
};

const ave = { tokens: 32, reduction: 8, groups: 2, batchNorm: true, before: true, gate: 'after', start: 'uniform' } as const;
const avqa = { ...ave, tokens: 2, groups: 4, batchNorm: false, start: 'zeros' } as const;
const avs = { ...ave, reduction: 4, tokens: 16, batchNorm: false, before: false, gate: 'before', start: 'zeros' } as const;
/** Its AVS models are unlike LAVisH's and DG-SCT's. Inferred for S4: that no gate of the audio stream is the default of its script too. */
const avmoeAvs = { ...ave, batchNorm: false, gate: 'visual-after' } as const;

/** The released settings by method and task. source: the scripts of the three repositories */
export const publishedAdapters = {
  'lavish-ave-shared': { kind: 'lavish', ...ave, tokens: 2 },
  'lavish-ave': { kind: 'lavish', ...ave },
  'lavish-avqa-shared': { kind: 'lavish', ...avqa, tokens: 64 },
  'lavish-avs-shared': { kind: 'lavish', ...avs },
  'dg-sct-ave': { kind: 'dg-sct', ...ave, channel: 0.3, spatial: 0.05 },
  'dg-sct-avqa': { kind: 'dg-sct', ...avqa, channel: 0.3, spatial: 0.05 },
  'dg-sct-s4': { kind: 'dg-sct', ...avs, reduction: 8, tokens: 32, channel: 0.3, spatial: 0.05, align: 'grid' },
  'dg-sct-ms3': { kind: 'dg-sct', ...avs, reduction: 2, tokens: 32, channel: 0.2, spatial: 0.1 },
  'avmoe-ave': { kind: 'avmoe', ...ave, cross: 1, own: 1, self: 'none', skip: [1, 3] },
  'avmoe-ave-1+1': { kind: 'avmoe', ...ave, cross: 1, own: 1, self: 'none', skip: [] },
  'avmoe-ave-2+2': { kind: 'avmoe', ...ave, cross: 2, own: 2, self: 'none', skip: [] },
  'avmoe-avqa': { kind: 'avmoe', ...avqa, cross: 1, own: 2, self: 'none', skip: [] },
  'avmoe-s4': { kind: 'avmoe', ...avmoeAvs, reduction: 8, tokens: 87, cross: 1, own: 1, self: 'batch', skip: [] },
  'avmoe-ms3': { kind: 'avmoe', ...avmoeAvs, reduction: 2, tokens: 87, cross: 2, own: 2, self: 'tokens', skip: [1, 3], balance: 0.01 },
} as const satisfies Readonly<Record<string, InsertedAdapter>>;
