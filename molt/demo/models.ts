/**
 * Models: what a method trains, as plain data, so that every thread makes the same graphs of it.
 */
import { type Either, right } from 'fp-ts/lib/Either.js';
import type { Fault } from '../../shapes/fault.ts';
import type { Both } from '../modality.ts';
import { pooledMlp } from '../tasks/ave.ts';
import type { Learner } from '../tasks/learner.ts';
import { type Features, placement, type Variant } from '../variants/variant.ts';
import { learnerFor } from '../variants/whole.ts';

export type Model =
  | { readonly kind: 'variant'; readonly variant: Variant }
  /** the last layer's tokens, pooled, and a head with one hidden layer and ReLU: no variant, whose linear heads have nothing between */
  | { readonly kind: 'pooled-mlp'; readonly features: Both<readonly Features[]>; readonly labels: number; readonly hidden: number };

/** errors: those of `learnerFor` */
export const learnerOf = (model: Model): Either<Fault, Learner> =>
  model.kind === 'variant' ? learnerFor(model.variant) : right(pooledMlp(model.features, model.labels, model.hidden));

/** Inside the trunks a method needs pictures and sounds at every step; beside them, features that were made once. */
export type Place = 'beside' | 'inside';
export const placeOf = (model: Model): Place => (model.kind === 'variant' ? placement[model.variant.adapter.kind] : 'beside');
