/**
 * Gradient rules: for each primitive, the cotangents of its operands from the cotangent of its value.
 * idea:  a rule builds nodes, so a gradient is a graph and may be differentiated again.
 * laws:  proofs/dsl/gradient.ts: each rule against central differences on the reference backend; linear in the cotangent
 * not:   defined everywhere: at kinks (relu at 0, equal maxima) a rule picks one side, stated in its row.
 */
import { add, broadcast, cast, compare, div, einsum, eye, map, meanLast, mul, neg, pad, permute, reshape, scale, select, shift, slice, sub, sumLast, sumTo, zerosLike, zip } from './build.ts';
import type { MapFn, Node, Primitive, ZipFn } from './expr.ts';
import { node as make } from './node.ts';

/** A primitive through which no gradient flows, and why. */
export interface NoGradient {
  readonly noGradient: string;
}
/** One cotangent per operand; undefined where that operand gets none. */
type Vjp<P extends Primitive> = (ct: Node, y: Node<P>, operands: readonly Node[]) => readonly (Node | undefined)[];

const noGradient = (why: string): NoGradient => ({ noGradient: why });
const square = (x: Node): Node => map('square', x);

const mapRules = {
  neg: (ct) => neg(ct),
  exp: (ct, y) => mul(ct, y),
  log: (ct, _, x) => div(ct, x),
  sqrt: (ct, y) => div(scale(ct, 0.5), y),
  rsqrt: (ct, y) => mul(scale(ct, -0.5), mul(y, square(y))),
  reciprocal: (ct, y) => neg(mul(ct, square(y))),
  square: (ct, _, x) => mul(ct, scale(x, 2)),
  abs: (ct, _, x) => mul(ct, map('sign', x)),
  sign: (ct) => zerosLike(ct), // piecewise constant
  tanh: (ct, y) => mul(ct, shift(neg(square(y)), 1)),
  sigmoid: (ct, y) => mul(ct, mul(y, shift(neg(y), 1))),
  erf: (ct, _, x) => mul(ct, scale(map('exp', neg(square(x))), 2 / Math.sqrt(Math.PI))),
  relu: (ct, _, x) => select(compare('less', zerosLike(x), x), ct, zerosLike(ct)), // 0 at 0
  sin: (ct, _, x) => mul(ct, map('cos', x)),
  cos: (ct, _, x) => neg(mul(ct, map('sin', x))),
  floor: (ct) => zerosLike(ct), // piecewise constant
} as const satisfies { readonly [F in MapFn]: (ct: Node, y: Node, x: Node) => Node };

/** The cotangent where the mask holds on the (stretched) operands, 0 elsewhere. */
const where = (mask: Node, ct: Node): Node => select(broadcast(mask, ct.sizes), ct, zerosLike(ct));
const whereNot = (mask: Node, ct: Node): Node => select(broadcast(mask, ct.sizes), zerosLike(ct), ct);

/** Before summing over stretched axes. */
const zipRules = {
  add: (ct) => [ct, ct],
  sub: (ct) => [ct, neg(ct)],
  mul: (ct, a, b) => [mul(ct, b), mul(ct, a)],
  div: (ct, _, b, y) => [div(ct, b), neg(mul(ct, div(y, b)))],
  max: (ct, a, b) => { const less = compare('less', a, b); return [whereNot(less, ct), where(less, ct)]; }, // the first operand at ties
  min: (ct, a, b) => { const less = compare('less', b, a); return [whereNot(less, ct), where(less, ct)]; }, // the first operand at ties
  pow: (ct, a, b, y) => [mul(ct, mul(b, zip('pow', a, shift(b, -1)))), mul(ct, mul(y, map('log', a)))], // for a > 0
} as const satisfies { readonly [F in ZipFn]: (ct: Node, a: Node, b: Node, y: Node) => readonly [Node, Node] };

/**
 * Cotangent of operand i: contract the cotangent of the output with the other operands, onto the axes of operand i.
 * Axes that only operand i has were summed: repeat. A repeated axis took the diagonal: put it back on the diagonal.
 */
const einsumOperand = (ct: Node, y: Node<'einsum'>, operands: readonly Node[], i: number): Node => {
  const axes = y.params.inputs[i] ?? [];
  const sizes = operands[i]?.sizes ?? [];
  const sources = [y.params.output, ...y.params.inputs.filter((_, j) => j !== i)];
  const known = new Set(sources.flat());
  let fresh = Math.max(-1, ...y.params.inputs.flat()) + 1;
  const diagonals: { readonly axes: readonly [number, number]; readonly size: number }[] = [];
  const wanted = axes.map((axis, k) => {
    if (axes.indexOf(axis) === k) return axis;
    diagonals.push({ axes: [axis, fresh], size: sizes[k] ?? 1 });
    fresh += 1;
    return fresh - 1;
  });
  const made = new Set([...known, ...diagonals.flatMap((d) => [...d.axes])]);
  const present = wanted.filter((a) => made.has(a));
  const inputs = [...sources, ...diagonals.map((d) => d.axes)];
  const contracted = einsum(inputs, present, [ct, ...operands.filter((_, j) => j !== i), ...diagonals.map((d) => eye(d.size))]);
  return broadcast(reshape(contracted, wanted.map((a, k) => (made.has(a) ? (sizes[k] ?? 1) : 1))), sizes);
};

const inverse = (axes: readonly number[]): readonly number[] => axes.map((_, i) => axes.indexOf(i));

export const gradientRules = {
  input: noGradient('a leaf'),
  parameter: noGradient('a leaf'),
  constant: noGradient('a leaf'),
  fill: noGradient('a leaf'),
  einsum: (ct, y, operands) => operands.map((_, i) => einsumOperand(ct, y, operands, i)),
  map: (ct, y, operands) => operands.map((x) => mapRules[y.params.fn](ct, y, x)),
  zip: (ct, y, [a, b]) => {
    if (a === undefined || b === undefined) return [];
    const [ca, cb] = zipRules[y.params.fn](ct, a, b, y);
    return [sumTo(ca, a.sizes), sumTo(cb, b.sizes)];
  },
  compare: noGradient('bool'),
  logic: noGradient('bool'),
  select: (ct, _, [mask]) => (mask === undefined || ct.dtype !== 'f32' ? [] : [undefined, select(mask, ct, zerosLike(ct)), select(mask, zerosLike(ct), ct)]),
  max: (ct, _, operands) => operands.map((x) => mul(ct, make('oneHot', { depth: x.sizes.at(-1) ?? 1 }, [make('argmax', {}, [x])]))), // the first maximum at ties
  argmax: noGradient('piecewise constant, integer'),
  topk: noGradient('piecewise constant, integer'),
  reshape: (ct, _, operands) => operands.map((x) => reshape(ct, x.sizes)),
  permute: (ct, y) => [permute(ct, inverse(y.params.axes))],
  broadcast: (ct, _, operands) => operands.map((x) => sumTo(ct, x.sizes)),
  slice: (ct, y, operands) => operands.map((x) => pad(ct, y.params.begin, x.sizes.map((n, i) => n - (y.params.begin[i] ?? 0) - (y.params.size[i] ?? 0)))),
  pad: (ct, y, operands) => operands.map((x) => slice(ct, y.params.before, x.sizes)),
  concat: (ct, y, operands) => {
    let from = 0;
    return operands.map((x) => {
      const begin = x.sizes.map((__, i) => (i === y.params.axis ? from : 0));
      from += x.sizes[y.params.axis] ?? 0;
      return slice(ct, begin, x.sizes);
    });
  },
  gather: (ct, _, [table, ids]) => (table === undefined || ids === undefined || table.dtype !== 'f32' ? [] : [make('scatterAdd', { rows: table.sizes[0] ?? 0 }, [ids, ct])]),
  scatterAdd: (ct, _, [ids]) => (ids === undefined ? [] : [undefined, make('gather', {}, [ct, ids])]),
  oneHot: noGradient('of integers'),
  cast: (ct, _, operands) => operands.map((x) => (x.dtype === 'f32' ? cast(ct, 'f32') : undefined)),
  stopGradient: noGradient('that is its meaning'),
  softmax: (ct, y) => [mul(y, sub(ct, sumLast(mul(ct, y))))],
  layerNorm: (ct, y, operands) =>
    operands.map((x) => {
      const centred = sub(x, meanLast(x));
      const scaled = map('rsqrt', shift(meanLast(square(centred)), y.params.eps));
      return mul(scaled, sub(sub(ct, meanLast(ct)), mul(y, meanLast(mul(ct, y)))));
    }),
  gelu: (ct, _, operands) =>
    operands.map((x) => {
      const cdf = scale(shift(map('erf', scale(x, Math.SQRT1_2)), 1), 0.5);
      const pdf = scale(map('exp', scale(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return mul(ct, add(cdf, mul(x, pdf)));
    }),
} as const satisfies { readonly [P in Primitive]: NoGradient | Vjp<P> };

/** Cotangents of the operands of one node. */
export const cotangents = <P extends Primitive>(ct: Node, y: Node<P>): readonly (Node | undefined)[] => {
  const rules: { readonly [Q in Primitive]: NoGradient | Vjp<Q> } = gradientRules;
  const rule = rules[y.primitive];
  return typeof rule === 'function' ? rule(ct, y, y.operands) : [];
};

