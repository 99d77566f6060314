/**
 * Methods: MoLT and its controls, all on the same frozen features.
 * idea:  one table; a control is MoLT's variant with one thing changed, so that a difference has one cause.
 */
import { moltAve, pooledAve } from '../tasks/ave.ts';
import type { Learner } from '../tasks/learner.ts';
import type { MoltVariant } from '../variants/variant.ts';

export interface Method {
  readonly label: string;
  readonly about: string;
  /** times the rate of the settings; chosen on the validation split */
  readonly rate: number;
  /** times the epochs of the settings; chosen on the validation split */
  readonly epochs: number;
  readonly learner: (variant: MoltVariant, classes: number) => Learner;
}

const changed = (change: (variant: MoltVariant) => MoltVariant): Method['learner'] => (variant, classes) => moltAve(change(variant), classes);
const adapter = (part: Partial<MoltVariant['adapter']>) => (v: MoltVariant): MoltVariant => ({ ...v, adapter: { ...v.adapter, ...part } });

export const methods = {
  molt: { label: 'MoLT', about: 'uni-modal and cross-modal adapters, token fusion, TOR', rate: 1, epochs: 1, learner: (v, k) => moltAve(v, k) },
  'no-tor': { label: 'MoLT without TOR', about: 'λ = 0', rate: 1, epochs: 1, learner: changed((v) => adapter({ tor: { ...v.adapter.tor, weight: 0 } })(v)) },
  average: { label: 'average fusion', about: 'all tokens count the same', rate: 1, epochs: 1, learner: changed((v) => adapter({ fusion: { ...v.adapter.fusion, kind: 'average' } })(v)) },
  'uni-modal': { label: 'uni-modal adapters only', about: 'as many adapters, none of them cross-modal', rate: 1, epochs: 1, learner: changed((v) => adapter({ uda: v.adapter.uda + v.adapter.cda, cda: 0 })(v)) },
  'pooled-mlp': { label: 'pooled features, MLP head', about: 'mean of the last layer and a head with one hidden layer, no adapters', rate: 1, epochs: 2, learner: (v, k) => pooledAve(v.features, k, { hidden: 64 }) },
  pooled: { label: 'pooled features, linear head', about: 'mean of the last layer and a linear head, no adapters', rate: 10, epochs: 2, learner: (v, k) => pooledAve(v.features, k) },
} as const satisfies { readonly [name: string]: Method };

export type MethodName = keyof typeof methods;
export const isMethod = (name: string): name is MethodName => Object.hasOwn(methods, name);
export const methodNames: readonly MethodName[] = Object.keys(methods).filter(isMethod);
