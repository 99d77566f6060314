/**
 * Rows: what each primitive means, as a function from the arrays of its operands to its own.
 * idea:  total by type: a primitive without a row does not compile.
 * not:   fast. Every other backend is compared with this one.
 */
import { fault, raise } from '../../../shapes/fault.ts';
import { type Node, type Primitive, sameSizes, type Sizes } from '../../expr.ts';
import { at, copied, nth, offsets, stretched, strides, zeros, type Numbers } from './arrays.ts';
import { einsum } from './einsum.ts';
import { compares, gelu, logics, maps, zips } from './elementwise.ts';

/** The array of a node, given its operands' arrays; `bound` is the value of an outside leaf. */
type Row<P extends Primitive> = (node: Node<P>, operands: readonly Numbers[], bound: (leaf: Node) => Numbers) => Numbers;

/** Sizes of operand i, and its array. */
const operand = (node: Node, operands: readonly Numbers[], i: number): { readonly sizes: Sizes; readonly values: Numbers } => ({
  sizes: nth(node.operands, i, node.primitive).sizes,
  values: nth(operands, i, node.primitive),
});

const mapped = (node: Node, operands: readonly Numbers[], f: (x: number) => number): Numbers => {
  const { values } = operand(node, operands, 0);
  const out = zeros(node);
  for (let i = 0; i < out.length; i += 1) out[i] = f(at(values, i));
  return out;
};

/** Elements of an array at these places. */
const taken = (values: Numbers, places: Int32Array, out: Numbers): Numbers => {
  for (let i = 0; i < out.length; i += 1) out[i] = values[places[i] ?? NaN] ?? NaN;
  return out;
};

/** Up to three operands seen through the node's own sizes, axes of size 1 stretched. */
const zipped = (node: Node, operands: readonly Numbers[], f: (x: number, y: number, z: number) => number): Numbers => {
  const [a, b, c] = operands.map((values, i) => {
    const of = nth(node.operands, i, node.primitive);
    return sameSizes(of.sizes, node.sizes) ? values : taken(values, offsets(node.sizes, stretched(of.sizes)), zeros({ sizes: node.sizes, dtype: of.dtype }));
  });
  const out = zeros(node);
  for (let i = 0; i < out.length; i += 1) out[i] = f(a?.[i] ?? NaN, b?.[i] ?? NaN, c?.[i] ?? NaN);
  return out;
};

/** Elements of operand 0 at these places. */
const picked = (node: Node, operands: readonly Numbers[], places: Int32Array): Numbers => taken(operand(node, operands, 0).values, places, zeros(node));

/** Each last-axis row of operand 0 to a row of the result. */
const rowwise = (node: Node, operands: readonly Numbers[], f: (row: readonly number[]) => readonly number[]): Numbers => {
  const { sizes, values } = operand(node, operands, 0);
  const width = sizes.at(-1) ?? 1;
  const out = zeros(node);
  let o = 0;
  for (let start = 0; start < values.length; start += width) {
    for (const y of f(Array.from(values.subarray(start, start + width)))) {
      out[o] = y;
      o += 1;
    }
  }
  return o === out.length ? out : raise(fault('Defect', node.primitive, [`${o} numbers`], `${out.length} numbers, as its shape rule says`, 'please report this'));
};

const greatestFirst = (row: readonly number[]): number[] => row.map((_, i) => i).sort((i, j) => at(row, j) - at(row, i) || i - j);

const softmax = (row: readonly number[]): readonly number[] => {
  const top = Math.max(...row);
  const exps = row.map((x) => Math.exp(x - top));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((e) => e / sum);
};

const layerNorm = (eps: number) => (row: readonly number[]): readonly number[] => {
  const mean = row.reduce((a, b) => a + b, 0) / row.length;
  const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length;
  return row.map((x) => (x - mean) / Math.sqrt(variance + eps));
};

/** An index below `count`; anything else is a fault, never a silent zero. */
const index = (node: Node, ids: Numbers, i: number, count: number): number => {
  const id = at(ids, i);
  return id >= 0 && id < count ? id : raise(fault('Decode', `${node.primitive} at ${node.path || 'the root'}`, [`index ${id} at place ${i}`], `indices from 0 to ${count} exclusive`));
};

const rows: { readonly [P in Primitive]: Row<P> } = {
  input: (node, _, bound) => bound(node),
  parameter: (node, _, bound) => bound(node),
  constant: (node) => copied(node.params.data),
  fill: (node) => zeros(node).fill(node.params.value),
  einsum,
  map: (node, operands) => mapped(node, operands, maps[node.params.fn]),
  zip: (node, operands) => {
    const f = zips[node.params.fn];
    return zipped(node, operands, f);
  },
  compare: (node, operands) => {
    const f = compares[node.params.fn];
    return zipped(node, operands, (x, y) => Number(f(x, y)));
  },
  logic: (node, operands) => {
    const f = logics[node.params.fn];
    return zipped(node, operands, (x, y) => Number(f(x, y)));
  },
  select: (node, operands) => zipped(node, operands, (chosen, x, y) => (chosen === 0 ? y : x)),
  max: (node, operands) => rowwise(node, operands, (row) => [Math.max(...row)]),
  argmax: (node, operands) => rowwise(node, operands, (row) => greatestFirst(row).slice(0, 1)),
  topk: (node, operands) => rowwise(node, operands, (row) => greatestFirst(row).slice(0, node.params.k)),
  reshape: (node, operands) => operand(node, operands, 0).values,
  permute: (node, operands) => {
    const own = strides(operand(node, operands, 0).sizes);
    return picked(node, operands, offsets(node.sizes, node.params.axes.map((axis) => at(own, axis))));
  },
  broadcast: (node, operands) => picked(node, operands, offsets(node.sizes, stretched(operand(node, operands, 0).sizes))),
  slice: (node, operands) => {
    const own = strides(operand(node, operands, 0).sizes);
    return picked(node, operands, offsets(node.sizes, own, node.params.begin.reduce((sum, begin, axis) => sum + begin * at(own, axis), 0)));
  },
  pad: (node, operands) => {
    const { sizes, values } = operand(node, operands, 0);
    const own = strides(node.sizes);
    const places = offsets(sizes, own, node.params.before.reduce((sum, before, axis) => sum + before * at(own, axis), 0));
    const out = zeros(node);
    for (let i = 0; i < values.length; i += 1) out[at(places, i)] = at(values, i);
    return out;
  },
  concat: (node, operands) => {
    const own = strides(node.sizes);
    const out = zeros(node);
    let begin = 0;
    operands.forEach((values, o) => {
      const { sizes } = operand(node, operands, o);
      const places = offsets(sizes, own, begin * at(own, node.params.axis));
      for (let i = 0; i < values.length; i += 1) out[at(places, i)] = at(values, i);
      begin += at(sizes, node.params.axis);
    });
    return out;
  },
  gather: (node, operands) => {
    const table = operand(node, operands, 0);
    const { values: ids } = operand(node, operands, 1);
    const width = strides(table.sizes)[0] ?? 1;
    const out = zeros(node);
    for (let i = 0; i < ids.length; i += 1) {
      const row = index(node, ids, i, table.sizes[0] ?? 0);
      for (let j = 0; j < width; j += 1) out[i * width + j] = at(table.values, row * width + j);
    }
    return out;
  },
  scatterAdd: (node, operands) => {
    const { values: ids } = operand(node, operands, 0);
    const { values: updates } = operand(node, operands, 1);
    const width = strides(node.sizes)[0] ?? 1;
    const out = zeros(node);
    for (let i = 0; i < ids.length; i += 1) {
      const row = index(node, ids, i, node.params.rows);
      for (let j = 0; j < width; j += 1) out[row * width + j] = at(out, row * width + j) + at(updates, i * width + j);
    }
    return out;
  },
  oneHot: (node, operands) => {
    const { values: ids } = operand(node, operands, 0);
    const out = zeros(node);
    for (let i = 0; i < ids.length; i += 1) out[i * node.params.depth + index(node, ids, i, node.params.depth)] = 1;
    return out;
  },
  cast: (node, operands) => mapped(node, operands, node.params.to === 'bool' ? (x) => (x === 0 ? 0 : 1) : node.params.to === 'i32' ? Math.trunc : (x) => x),
  stopGradient: (node, operands) => operand(node, operands, 0).values,
  softmax: (node, operands) => rowwise(node, operands, softmax),
  layerNorm: (node, operands) => rowwise(node, operands, layerNorm(node.params.eps)),
  gelu: (node, operands) => mapped(node, operands, gelu),
};

/** The array of one node. */
export const compute = <P extends Primitive>(node: Node<P>, operands: readonly Numbers[], bound: (leaf: Node) => Numbers): Numbers =>
  rows[node.primitive](node, operands, bound);
