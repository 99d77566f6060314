/**
 * Backbone: the trunk of any configuration, told apart by its kind.
 */
import { type Count, countDeclared, type Declared, type SomeBlock } from '../../dsl/index.ts';
import type { BackboneConfig } from './config.ts';
import { htsat, type HtsatMap } from './htsat.ts';
import { swinV2, type SwinV2Map } from './swinv2.ts';

export type Backbone = { readonly kind: 'swinv2'; readonly block: SomeBlock<SwinV2Map> } | { readonly kind: 'htsat'; readonly block: SomeBlock<HtsatMap> };

/** The trunk of a configuration. @throws MoltError (Shape) if its sizes do not divide */
export const backboneOf = (config: BackboneConfig): Backbone => (config.kind === 'swinv2' ? { kind: 'swinv2', block: swinV2(config) } : { kind: 'htsat', block: htsat(config) });

/** Every weight of a trunk by its published name; none is created. */
export const weightsOf = (config: BackboneConfig): ReadonlyMap<string, Declared> => new Map(backboneOf(config).block.declared('', true).map((d) => [d.name, d]));

/** Exact numbers of weights; running statistics of a batch norm count as frozen. */
export const countWeights = (config: BackboneConfig): Count => countDeclared(weightsOf(config).values());
