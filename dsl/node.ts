/**
 * Node constructors: the only way to make a node; sizes come from the shape rules, misfits are raised here.
 * not:  typed. The typed language (`ops/`) makes misfits compile errors; what reaches this file bypassed the types,
 *       or has one dim name for two sizes.
 */
import { fault, raise } from '../shapes/fault.ts';
import type { Data, ElementType, Node, Params, Primitive, Sizes } from './expr.ts';
import { elements } from './expr.ts';
import { isMisfit, shapeOf } from './shapes-of.ts';

const show = (node: Node): string => `${node.dtype}[${node.sizes.join(', ')}]`;

/** A primitive applied to operands. */
export const node = <P extends Primitive>(primitive: P, params: Params[P], operands: readonly Node[]): Node<P> => {
  const typed = shapeOf(primitive, params, operands);
  if (isMisfit(typed)) return raise(fault('Shape', primitive, operands.map((o, i) => `operand ${i + 1}: ${show(o)}`), typed.needed));
  return Object.freeze({ primitive, params, operands, sizes: typed.sizes, dtype: typed.dtype, path: '' });
};

const leaf = <P extends 'input' | 'parameter' | 'constant' | 'fill'>(primitive: P, params: Params[P], sizes: Sizes, dtype: ElementType): Node<P> =>
  Object.freeze({ primitive, params, operands: [], sizes, dtype, path: '' });

/** Data given at run time under a name. `below` bounds an index input. */
export const input = (name: string, sizes: Sizes, dtype: ElementType = 'f32', below?: number): Node =>
  leaf('input', below === undefined ? { name } : { name, below }, sizes, dtype);

/** A weight, bound at run time under its dotted path. */
export const parameter = (name: string, sizes: Sizes, trainable = true): Node => leaf('parameter', { name, trainable }, sizes, 'f32');

/** Row-major data that is part of the program. */
export const constant = (data: Data, sizes: Sizes, dtype: ElementType = 'f32'): Node =>
  data.length === elements(sizes) ? leaf('constant', { data }, sizes, dtype) : raise(fault('Shape', 'constant', [`${data.length} values`], `${elements(sizes)} values for [${sizes.join(', ')}]`));

export const fill = (value: number, sizes: Sizes, dtype: ElementType = 'f32'): Node => leaf('fill', { value }, sizes, dtype);

/** The same node, made by the named block. */
export const labelled = <N extends Node>(n: N, path: string): N => (n.path === '' && path !== '' ? Object.freeze({ ...n, path }) : n);
