/**
 * Rivals: the published methods on the same clips, trunks and linear head as MoLT, as plain variants.
 * idea:  one rule for all: the same segments in the same order, as many steps, AdamW, and for each method the pair of rates (adapters, head) that
 *        does best on the validation split among the same grid.
 * not:   the published systems: their heads look at whole clips, and their trunks are a hundred times larger.
 */
import { publishedAdapters } from '../adapters/rival.ts';
import type { Adapter, MoltVariant, Variant } from '../variants/variant.ts';
import { changed, type Method, type Methods } from './methods.ts';
import { trunks } from './settings.ts';

/** Beside the trunks, on MoLT's features. */
const beside = (adapter: Adapter) => (molt: MoltVariant): Variant => ({ ...molt, name: `${adapter.kind}-demo`, adapter });
/** Inside the trunks, which stand in the variant. */
const inside = (adapter: Adapter) => (molt: MoltVariant): Variant => ({ ...molt, name: `${adapter.kind}-demo`, features: { visual: [], audio: [] }, backbones: { ...trunks, position: ['late'] }, adapter });

/**
 * The released settings for AVE, scaled to channels of 24, 48 and 96 and grids of 256, 64 and 16 tokens: a bottleneck of a quarter instead of an
 * eighth (24 does not divide by 8 · 2 groups), 8 latent tokens instead of 32, and no batch norm, as in the releases for AVQA and AVS: its
 * running statistics would be made from a few steps.
 */
const scaled = { tokens: 8, reduction: 4, batchNorm: false } as const;

const method = (label: string, about: string, rate: number, headRate: number, variant: (molt: MoltVariant) => Variant): Method => ({ label, about, rate, headRate, epochs: 1, model: changed(variant) });

/** As the report says it. */
export const rule = 'All methods see the same segments in the same order, for as many epochs, and end in the same linear head; for each one the rates of adapters and head were chosen on the validation split from one grid. LAVisH, DG-SCT and AVMoE have their released settings for AVE, but for a bottleneck of a quarter of the channels, 8 latent tokens and no batch norm; their published systems also have other heads.';

export const rivals = {
  molt: method('MoLT', 'two late pairs, uni-modal and cross-modal adapters, token fusion, TOR', 1, 1, (molt) => molt),
  mettle: method('Mettle', 'LCD at the same two late pairs, mean of its tokens', 1, 1, beside({ kind: 'mettle', tokens: 4, heads: 8, width: { visual: null, audio: null } })),
  lavish: method('LAVisH', 'an adapter after both parts of all six pairs', 1, 1, inside({ ...publishedAdapters['lavish-ave'], ...scaled })),
  'dg-sct': method('DG-SCT', 'the same places, with channel and spatial guidance', 1, 1, inside({ ...publishedAdapters['dg-sct-ave'], ...scaled })),
  'avmoe-1+1': method('AVMoE 1+1', 'the same places, a router over one cross-modal and one uni-modal expert', 1, 1, inside({ ...publishedAdapters['avmoe-ave-1+1'], ...scaled })),
  'avmoe-2+2': method('AVMoE 2+2', 'the same with two experts of each kind', 1, 1, inside({ ...publishedAdapters['avmoe-ave-2+2'], ...scaled })),
  'norm-only': method('norms only', 'no adapters: the weights of the trunks’ norms are trained', 1, 1, inside({ kind: 'norm-only' })),
  none: method('none, linear head', 'no adapters: mean of the last layer', 1, 1, beside({ kind: 'none' })),
} as const satisfies Methods;
