/**
 * Typed: the door between typed tensors and untyped nodes. A trust boundary: `wrap` claims that the type describes the node.
 * idea:  every operation in `ops/` unwraps, builds nodes, and wraps the result in the type that its signature promises.
 */
import { fault, raise } from '../shapes/fault.ts';
import { type AnyTensor, type DType, type ElementOf, type Shape, Tensor } from '../shapes/index.ts';
import type { Node } from './expr.ts';

const isNode = (x: unknown): x is Node => typeof x === 'object' && x !== null && 'primitive' in x && 'operands' in x;

/** The graph node behind a tensor. */
export const unwrap = (t: AnyTensor): Node => (isNode(t.node) ? t.node : raise(fault('Defect', 'unwrap', ['a tensor without a graph node'], 'a tensor made by the language')));

/** A typed view of a node; S and T are claims of the caller. */
export const wrap = <S extends Shape, T extends DType = 'f32'>(node: Node): Tensor<S, T> => Tensor.view<S, T>(node.sizes, node.dtype as ElementOf<NoInfer<T>>, node);

/** A tensor of the same type around another node. */
export const rewrap = <X extends AnyTensor>(_like: X, node: Node): X => wrap(node) as unknown as X;
