/**
 * Stages of a trunk have sizes: tokens of one stage are no tokens of another.
 */
import { add } from '../../../dsl/index.ts';
import type { backboneConfigs } from '../../../molt/backbones/config.ts';
import type { StageShape } from '../../../molt/backbones/stage-shape.ts';
import type { Tensor } from '../../../shapes/index.ts';

type Large = (typeof backboneConfigs)['swinv2-large-w12-192'];
type Tokens<S extends 0 | 1 | 2 | 3> = Tensor<['B', ...StageShape<Large, S>]>;

// error: Type '36' is not assignable to type '144'.
export const mixed = (middle: Tokens<2>, late: Tokens<3>) => add(middle, late);
