/**
 * Methods: MoLT and its controls, all on the same frozen features.
 * idea:  one table; a control is MoLT's variant with one thing changed, so that a difference has one cause.
 */
import type { MoltVariant, Variant } from '../variants/variant.ts';
import type { Model } from './models.ts';

export interface Method {
  readonly label: string;
  readonly about: string;
  /** times the rate of the settings; chosen on the validation split */
  readonly rate: number;
  /** of the head, times the rate of the settings; left out: the same as all other weights */
  readonly headRate?: number;
  /** times the epochs of the settings; chosen on the validation split */
  readonly epochs: number;
  /** from MoLT's variant, whose task and features all share */
  readonly model: (molt: MoltVariant) => Model;
}
export type Methods = { readonly [name: string]: Method };

/** MoLT's variant, changed. */
export const changed = (change: (molt: MoltVariant) => Variant): Method['model'] => (molt) => ({ kind: 'variant', variant: change(molt) });
const adapter = (part: Partial<MoltVariant['adapter']>) => (v: MoltVariant): MoltVariant => ({ ...v, adapter: { ...v.adapter, ...part } });

/** Labels of a second: the events, and background. */
const labels = ({ task }: MoltVariant): number => (task.kind === 'ave' ? task.classes + 1 : 0);

export const controls = {
  molt: { label: 'MoLT', about: 'uni-modal and cross-modal adapters, token fusion, TOR', rate: 1, epochs: 1, model: changed((v) => v) },
  'no-tor': { label: 'MoLT without TOR', about: 'λ = 0', rate: 1, epochs: 1, model: changed((v) => adapter({ tor: { ...v.adapter.tor, weight: 0 } })(v)) },
  average: { label: 'average fusion', about: 'all tokens count the same', rate: 1, epochs: 1, model: changed((v) => adapter({ fusion: { ...v.adapter.fusion, kind: 'average' } })(v)) },
  'uni-modal': { label: 'uni-modal adapters only', about: 'as many adapters, none of them cross-modal', rate: 1, epochs: 1, model: changed((v) => adapter({ uda: v.adapter.uda + v.adapter.cda, cda: 0 })(v)) },
  'pooled-mlp': { label: 'pooled features, MLP head', about: 'mean of the last layer and a head with one hidden layer, no adapters', rate: 1, epochs: 2, model: (v) => ({ kind: 'pooled-mlp', features: v.features, labels: labels(v), hidden: 64 }) },
  pooled: { label: 'pooled features, linear head', about: 'mean of the last layer and a linear head, no adapters', rate: 10, epochs: 2, model: changed((v) => ({ ...v, adapter: { kind: 'none' } })) },
} as const satisfies Methods;
