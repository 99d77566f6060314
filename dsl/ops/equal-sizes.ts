/**
 * The run-time check of operations on two tensors of one shape; the graph itself would stretch axes of size 1.
 */
import { fault, raise } from '../../shapes/fault.ts';
import type { Node } from '../expr.ts';

const show = (x: Node): string => `[${x.sizes.join(', ')}]`;

/** errors: raises a Shape fault unless both have the same sizes */
export const equalSizes = (where: string, x: Node, y: Node): void => {
  if (x.sizes.length !== y.sizes.length || x.sizes.some((n, i) => n !== y.sizes[i]))
    raise(fault('Shape', where, [`x: ${show(x)}`, `y: ${show(y)}`], 'two tensors of the same sizes', 'a name stands for one size: was dim(name, n) called with two?'));
};
