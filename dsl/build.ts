/**
 * Build: short names for untyped nodes, for whoever writes rules over graphs (gradients, lowering, derived operations).
 * not:  the user's language; that is `ops/`, typed.
 */
import { type CompareFn, type ElementType, type LogicFn, type MapFn, type Node, sameSizes, type Sizes, type ZipFn } from './expr.ts';
import { constant, fill, node } from './node.ts';

export const map = (fn: MapFn, x: Node): Node => node('map', { fn }, [x]);
export const zip = (fn: ZipFn, a: Node, b: Node): Node => node('zip', { fn }, [a, b]);
export const compare = (fn: CompareFn, a: Node, b: Node): Node => node('compare', { fn }, [a, b]);
export const logic = (fn: LogicFn, a: Node, b: Node): Node => node('logic', { fn }, [a, b]);
export const select = (mask: Node, a: Node, b: Node): Node => node('select', {}, [mask, a, b]);

export const neg = (x: Node): Node => map('neg', x);
export const add = (a: Node, b: Node): Node => zip('add', a, b);
export const sub = (a: Node, b: Node): Node => zip('sub', a, b);
export const mul = (a: Node, b: Node): Node => zip('mul', a, b);
export const div = (a: Node, b: Node): Node => zip('div', a, b);

/** A number with as many axes of size 1 as x has axes, so that it stretches over x. */
export const scalarLike = (x: Node, value: number): Node => fill(value, x.sizes.map(() => 1));
export const scale = (x: Node, k: number): Node => mul(x, scalarLike(x, k));
export const shift = (x: Node, k: number): Node => add(x, scalarLike(x, k));
export const zerosLike = (x: Node): Node => fill(0, x.sizes, x.dtype);

export const einsum = (inputs: readonly (readonly number[])[], output: readonly number[], operands: readonly Node[]): Node => node('einsum', { inputs, output }, operands);

const isIdentity = (axes: readonly number[]): boolean => axes.every((a, i) => a === i);

export const reshape = (x: Node, sizes: Sizes): Node => (sameSizes(x.sizes, sizes) ? x : node('reshape', { sizes }, [x]));
export const permute = (x: Node, axes: readonly number[]): Node => (isIdentity(axes) ? x : node('permute', { axes }, [x]));
export const broadcast = (x: Node, sizes: Sizes): Node => (sameSizes(x.sizes, sizes) ? x : node('broadcast', { sizes }, [x]));
export const slice = (x: Node, begin: Sizes, size: Sizes): Node => (sameSizes(x.sizes, size) ? x : node('slice', { begin, size }, [x]));
export const pad = (x: Node, before: Sizes, after: Sizes): Node => ([...before, ...after].every((n) => n === 0) ? x : node('pad', { before, after }, [x]));
export const concat = (axis: number, xs: readonly Node[]): Node => {
  const [only, ...rest] = xs;
  return only !== undefined && rest.length === 0 ? only : node('concat', { axis }, xs);
};
export const cast = (x: Node, to: ElementType): Node => (x.dtype === to ? x : node('cast', { to }, [x]));

/** Sum over some axes, which are removed. */
export const sumAxes = (x: Node, axes: readonly number[]): Node => {
  const all = x.sizes.map((_, i) => i);
  return axes.length === 0 ? x : einsum([all], all.filter((i) => !axes.includes(i)), [x]);
};
/** Sum over the last axis, kept with size 1. */
export const sumLast = (x: Node): Node => reshape(sumAxes(x, [x.sizes.length - 1]), [...x.sizes.slice(0, -1), 1]);
export const meanLast = (x: Node): Node => scale(sumLast(x), 1 / (x.sizes.at(-1) ?? 1));
/** The adjoint of stretching `sizes` to x's sizes: sums what was repeated. */
export const sumTo = (x: Node, sizes: Sizes): Node => reshape(sumAxes(x, x.sizes.flatMap((n, i) => (sizes[i] === 1 && n !== 1 ? [i] : []))), sizes);

/** The identity matrix. */
export const eye = (n: number): Node => constant(Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)), [n, n]);
