/**
 * Backbone: the trunk of any configuration, told apart by its kind.
 */
import { type Count, countDeclared, type Declared, mapBlock, type SomeBlock } from '../../dsl/index.ts';
import type { BackboneConfig } from './config.ts';
import { type HtsatParts, htsatParts } from './htsat.ts';
import { type SwinV2Parts, swinV2Parts } from './swinv2.ts';

/** A trunk in its parts: the embedding of its own kind of input, and the stages. */
export type BackboneParts = ({ readonly kind: 'swinv2' } & SwinV2Parts) | ({ readonly kind: 'htsat' } & HtsatParts);

/** The trunk of a configuration, with room for adapters inside it. @throws MoltError (Shape) if its sizes do not divide */
export const partsOf = (config: BackboneConfig): SomeBlock<BackboneParts> =>
  config.kind === 'swinv2'
    ? mapBlock((parts: SwinV2Parts): BackboneParts => ({ kind: 'swinv2', ...parts }))(swinV2Parts(config))
    : mapBlock((parts: HtsatParts): BackboneParts => ({ kind: 'htsat', ...parts }))(htsatParts(config));

/** Every weight of a trunk by its published name; none is created. */
export const weightsOf = (config: BackboneConfig): ReadonlyMap<string, Declared> => new Map(partsOf(config).declared('', true).map((d) => [d.name, d]));

/** Exact numbers of weights; running statistics of a batch norm count as frozen. */
export const countWeights = (config: BackboneConfig): Count => countDeclared(weightsOf(config).values());
