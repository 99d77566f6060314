/**
 * Rows: the ONNX operators for each primitive, default domain, opset 20.
 * idea:  total by type: a row is a term over the terms of the operands, and may refuse a node with a reason.
 * laws:  test/dsl/onnx: every row passes the official checker with shape inference and gives the numbers of the reference backend
 *        in ONNX Runtime (test/golden/onnx_check.py)
 * source: operator specification, https://onnx.ai/onnx/operators/; types limited to those with kernels in ONNX Runtime 1.30 (CPU)
 */
import { elements, type CompareFn, type LogicFn, type MapFn, type Node, type Primitive, type Sizes, type ZipFn } from '../expr.ts';
import { isCanonical, type Target } from '../lower.ts';
import { fault, raise } from '../../shapes/fault.ts';
import { apply, filled, float, floats, int, int32, ints, listed, tensorTypes, text, type Term } from './term.ts';

/** Version of the default operator set; the first with Gelu. Stated here only. */
export const opset = 20;
/** Version of the file format that came with it. */
export const irVersion = 9;

export interface Lowering<P extends Primitive> {
  /** why this node can't be written, if so */
  readonly refuse?: (node: Node<P>) => string | undefined;
  readonly term: (node: Node<P>, operands: readonly Term[]) => Term;
}
export type Row<P extends Primitive> = Lowering<P> | { readonly unsupported: string };
/** Leaves with data are named by the emitter. */
export type Bound = 'input' | 'parameter' | 'constant';

const operand = (operands: readonly Term[], i: number): Term => operands[i] ?? raise(fault('Defect', 'onnx', [`${operands.length} operands`], `operand ${i}`, 'please report this'));
const sizesOf = (node: Node, i: number): Sizes => node.operands[i]?.sizes ?? [];

const unary = (op: string) => (x: Term): Term => apply(op, [x]);
const maps = {
  neg: unary('Neg'), exp: unary('Exp'), log: unary('Log'), sqrt: unary('Sqrt'), rsqrt: (x) => apply('Reciprocal', [apply('Sqrt', [x])]), reciprocal: unary('Reciprocal'), square: (x) => apply('Mul', [x, x]), abs: unary('Abs'),
  sign: unary('Sign'), tanh: unary('Tanh'), sigmoid: unary('Sigmoid'), erf: unary('Erf'), relu: unary('Relu'), sin: unary('Sin'), cos: unary('Cos'), floor: unary('Floor'),
} as const satisfies { readonly [F in MapFn]: (x: Term) => Term };
const zips = { add: 'Add', sub: 'Sub', mul: 'Mul', div: 'Div', max: 'Max', min: 'Min', pow: 'Pow' } as const satisfies { readonly [F in ZipFn]: string };
const compares = { less: 'Less', lessEqual: 'LessOrEqual', equal: 'Equal' } as const satisfies { readonly [F in CompareFn]: string };
const logics = { and: 'And', or: 'Or', xor: 'Xor' } as const satisfies { readonly [F in LogicFn]: string };

/** A reshape to known sizes. Its 0 means "as before" unless it is told otherwise. */
const reshape = (x: Term, sizes: Sizes): Term => apply('Reshape', [x, ints(sizes)], sizes.includes(0) ? { allowzero: int(1) } : {});
const cast = (x: Term, to: keyof typeof tensorTypes): Term => apply('Cast', [x], { to: int(tensorTypes[to]) });
const last = { axis: int(-1) } as const;

/** Runtimes fuse a transpose of the last two axes into the product. */
export const target: Target = { transposed: true };
const flipped = (x: Term, rank: number): Term => apply('Transpose', [x], { perm: listed([...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]) });

export const rows: { readonly [P in Exclude<Primitive, Bound>]: Row<P> } = {
  fill: { term: (node) => filled(node.dtype, node.sizes, node.params.value) },
  einsum: {
    refuse: (node) => (isCanonical(node, target) ? undefined : 'only sums, matrix products and batches of them; lower the graph first'),
    term: (node, operands) => {
      const [axes, other] = node.params.inputs;
      if (axes !== undefined && other !== undefined) {
        // in [.., 1, 2]·[.., 2, 3] the second last axis of an operand stands last if it is exchanged
        const [x, y] = [operand(operands, 0), operand(operands, 1)];
        return apply('MatMul', [axes.at(-1) === 1 ? flipped(x, axes.length) : x, other.at(-1) === 2 ? flipped(y, other.length) : y]);
      }
      const gone = (axes ?? []).flatMap((axis, i) => (node.params.output.includes(axis) ? [] : [i]));
      return gone.length === 0 ? operand(operands, 0) : apply('ReduceSum', [operand(operands, 0), ints(gone)], { keepdims: int(0) });
    },
  },
  map: { term: (node, operands) => maps[node.params.fn](operand(operands, 0)) },
  zip: { term: (node, operands) => apply(zips[node.params.fn], operands) },
  compare: { term: (node, operands) => apply(compares[node.params.fn], operands) },
  logic: { term: (node, operands) => apply(logics[node.params.fn], operands) },
  // there is no kernel that chooses between bools
  select: {
    term: (node, operands) => {
      const [mask, yes, no] = [operand(operands, 0), operand(operands, 1), operand(operands, 2)];
      return node.dtype === 'bool' ? apply('Or', [apply('And', [mask, yes]), apply('And', [apply('Not', [mask]), no])]) : apply('Where', [mask, yes, no]);
    },
  },
  max: { term: (_, operands) => apply('ReduceMax', [operand(operands, 0), ints([-1])], { keepdims: int(1) }) },
  argmax: { term: (_, operands) => cast(apply('ArgMax', [operand(operands, 0)], { ...last, keepdims: int(0) }), 'i32') },
  topk: { term: (node, operands) => cast(apply('TopK', [operand(operands, 0), ints([node.params.k])], last, 1), 'i32') },
  reshape: { term: (node, operands) => reshape(operand(operands, 0), node.sizes) },
  permute: { term: (node, operands) => apply('Transpose', [operand(operands, 0)], { perm: listed(node.params.axes) }) },
  broadcast: { term: (node, operands) => apply('Expand', [operand(operands, 0), ints(node.sizes)]) },
  slice: {
    term: (node, operands) => {
      const { begin, size } = node.params;
      const cut = sizesOf(node, 0).flatMap((n, i) => (size[i] === n ? [] : [i]));
      const at = (of: Sizes): Term => ints(cut.map((i) => of[i] ?? 0));
      return cut.length === 0 ? operand(operands, 0) : apply('Slice', [operand(operands, 0), at(begin), at(begin.map((b, i) => b + (size[i] ?? 0))), ints(cut)]);
    },
  },
  pad: { term: (node, operands) => (node.sizes.length === 0 ? operand(operands, 0) : apply('Pad', [operand(operands, 0), ints([...node.params.before, ...node.params.after])])) },
  concat: { term: (node, operands) => apply('Concat', operands, { axis: int(node.params.axis) }) },
  gather: { term: (_, operands) => apply('Gather', operands, { axis: int(0) }) },
  // ScatterND would be fast, but its threads race where an index is repeated (seen in 1.30)
  scatterAdd: {
    term: (node, operands) => {
      const [rowCount, ...row] = node.sizes;
      const [count, width] = [elements(sizesOf(node, 0)), elements(row)];
      const ids = apply('Expand', [reshape(operand(operands, 0), [count, 1]), ints([count, width])]);
      const sum = apply('ScatterElements', [filled('f32', [rowCount ?? 0, width], 0), ids, reshape(operand(operands, 1), [count, width])], { axis: int(0), reduction: text('add') });
      return reshape(sum, node.sizes);
    },
  },
  // indices need an axis
  oneHot: {
    term: (node, operands) => {
      const ids = operand(operands, 0);
      const scalar = node.sizes.length === 1;
      const hot = apply('OneHot', [scalar ? reshape(ids, [1]) : ids, int32(node.params.depth), floats([0, 1])], last);
      return scalar ? reshape(hot, node.sizes) : hot;
    },
  },
  cast: { term: (node, operands) => cast(operand(operands, 0), node.params.to) },
  stopGradient: { term: (_, operands) => operand(operands, 0) },
  softmax: { term: (_, operands) => apply('Softmax', [operand(operands, 0)], last) },
  layerNorm: {
    term: (node, operands) => apply('LayerNormalization', [operand(operands, 0), filled('f32', [node.sizes.at(-1) ?? 1], 1)], { ...last, epsilon: float(node.params.eps) }),
  },
  gelu: { term: (_, operands) => apply('Gelu', [operand(operands, 0)]) },
};

/** Why a node can't be written, or its term. A value without elements is not computed: several kernels fail on such operands. */
export const termOf = <P extends Exclude<Primitive, Bound>>(node: Node<P>, operands: readonly Term[]): Term | { readonly refused: string } => {
  const row: Row<P> = rows[node.primitive];
  if ('unsupported' in row) return { refused: row.unsupported };
  const why = row.refuse?.(node);
  if (why !== undefined) return { refused: why };
  return elements(node.sizes) === 0 ? filled(node.dtype, node.sizes, 0) : row.term(node, operands);
};
