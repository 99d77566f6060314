/**
 * Parameters of a graph: how many weights its roots use, and what they, their gradients and their optimiser take.
 * not:   weights that a block declares and no root reads (`countDeclared` counts those too).
 */
import { elements, is, type Node } from '../expr.ts';
import { closeGraph } from '../graph.ts';

export interface ParameterCount {
  readonly total: number;
  readonly trainable: number;
  readonly frozen: number;
}

/** Numbers of weights that the roots use. */
export const countParameters = (roots: readonly Node[]): ParameterCount => {
  let trainable = 0;
  let frozen = 0;
  for (const node of closeGraph(roots).nodes) {
    if (!is('parameter', node)) continue;
    if (node.params.trainable) trainable += elements(node.sizes);
    else frozen += elements(node.sizes);
  }
  return { total: trainable + frozen, trainable, frozen };
};

/** Bytes beside activations. */
export interface StateBytes {
  /** and buffers */
  readonly weights: number;
  /** one number per trainable weight */
  readonly gradients: number;
  /** AdamW: two moments per trainable weight */
  readonly optimiser: number;
}

const single = 4;

/** Bytes of the weights and of what is kept with them in single precision, of the gradients, and of AdamW's moments. */
export const stateBytes = ({ total, trainable }: ParameterCount, buffers = 0): StateBytes => ({ weights: single * (total + buffers), gradients: single * trainable, optimiser: 2 * single * trainable });
