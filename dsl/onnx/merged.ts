/**
 * Merged: nodes of a plan that one ONNX operation says together.
 * idea:  a normalisation with its gain and its bias, a product with a weight that stays and its bias, a sum of squares: each is one
 *        kernel over the numbers instead of two or three. A weight [out, in] stays as it is: Gemm reads it that way round.
 * laws:  test/dsl/onnx/merged.test.ts: merged = unmerged; what others read is never absorbed
 * not:   products of two values of a run: they keep the form that runtimes fuse by themselves.
 */
import { elements, is, type Node } from '../expr.ts';
import type { Plan } from '../schedule.ts';
import { apply, float, int, ints, type Term } from './term.ts';

export interface Merged {
  /** nodes that are part of another's operation, and have none of their own */
  readonly absorbed: ReadonlySet<Node>;
  /** the operation of a node that absorbed others */
  readonly termOf: (node: Node, termAt: (node: Node) => Term) => Term | undefined;
}

/** One operation: what it takes over, and how it reads. */
interface Found {
  readonly absorbed: readonly Node[];
  readonly term: (termAt: (node: Node) => Term) => Term;
}

/** The same number along every axis but the last. */
const isRow = (node: Node, width: number): boolean => node.dtype === 'f32' && node.sizes.at(-1) === width && elements(node.sizes) === width;
/** A row as a vector: as it was before a reshape, or reshaped. */
const vector = (node: Node, termAt: (node: Node) => Term): Term => {
  const [before] = node.operands;
  if (node.sizes.length === 1) return termAt(node);
  return is('reshape', node) && before?.sizes.length === 1 ? termAt(before) : apply('Reshape', [termAt(node), ints([node.sizes.at(-1) ?? 1])]);
};
/** A reshape into a row, which `vector` may see through. */
const rowReshape = (node: Node): readonly Node[] => (is('reshape', node) && node.operands[0]?.sizes.length === 1 ? [node] : []);

const either = <A>([a, b]: readonly Node[], f: (x: Node, y: Node) => A | undefined): A | undefined => (a === undefined || b === undefined ? undefined : f(a, b) ?? f(b, a));

/** layerNorm(x)·gain + bias */
const norm = (node: Node): Found | undefined =>
  !is('zip', node) || node.params.fn !== 'add' ? undefined : either(node.operands, (scaled, bias) =>
    !is('zip', scaled) || scaled.params.fn !== 'mul' || !isRow(bias, node.sizes.at(-1) ?? 0) ? undefined : either(scaled.operands, (ln, gain): Found | undefined => {
      const [x] = ln.operands;
      const width = ln.sizes.at(-1) ?? 0;
      if (!is('layerNorm', ln) || x === undefined || !isRow(gain, width) || ln.sizes.length !== node.sizes.length || elements(ln.sizes) !== elements(node.sizes)) return undefined;
      return {
        absorbed: [scaled, ln, ...rowReshape(gain), ...rowReshape(bias)],
        term: (termAt) => apply('LayerNormalization', [termAt(x), vector(gain, termAt), vector(bias, termAt)], { axis: int(-1), epsilon: float(ln.params.eps) }),
      };
    }));

const flat = '1,2';
/** A product with a weight that stays: x [m, k] or [k, m], w [n, k] or [k, n]. */
const product = (node: Node, stays: (node: Node) => boolean): { readonly x: Node; readonly w: Node; readonly turned: readonly [boolean, boolean] } | undefined => {
  const [x, w] = node.operands;
  if (!is('einsum', node) || x === undefined || w === undefined || node.dtype !== 'f32' || !stays(w)) return undefined;
  const [left, right] = node.params.inputs.map(String);
  const known = (left === flat || left === '2,1') && (right === '2,3' || right === '3,2') && String(node.params.output) === '1,3';
  return known ? { x, w, turned: [left !== flat, right === '3,2'] } : undefined;
};
const gemm = ({ x, w, turned: [a, b] }: NonNullable<ReturnType<typeof product>>, termAt: (node: Node) => Term, bias: readonly Term[]): Term =>
  apply('Gemm', [termAt(x), termAt(w), ...bias], { ...(a ? { transA: int(1) } : {}), ...(b ? { transB: int(1) } : {}) });

/** x·w + bias */
const affine = (stays: (node: Node) => boolean) => (node: Node): Found | undefined =>
  !is('zip', node) || node.params.fn !== 'add' ? undefined : either(node.operands, (y, bias): Found | undefined => {
    const found = product(y, stays);
    return found === undefined || !isRow(bias, node.sizes.at(-1) ?? 0) || bias === y ? undefined : { absorbed: [y], term: (termAt) => gemm(found, termAt, [termAt(bias)]) };
  });

/** x·w, where the weight is turned */
const linear = (stays: (node: Node) => boolean) => (node: Node): Found | undefined => {
  const found = product(node, stays);
  return found?.turned[1] === true ? { absorbed: [], term: (termAt) => gemm(found, termAt, []) } : undefined;
};

/** Σ x² over some axes */
const squares = (node: Node): Found | undefined => {
  const [square] = node.operands;
  if (!is('einsum', node) || node.operands.length !== 1 || square === undefined || !is('map', square) || square.params.fn !== 'square') return undefined;
  const [x] = square.operands;
  const axes = (node.params.inputs[0] ?? []).flatMap((axis, i) => (node.params.output.includes(axis) ? [] : [i]));
  return x === undefined || axes.length === 0 ? undefined : { absorbed: [square], term: (termAt) => apply('ReduceSumSquare', [termAt(x), ints(axes)], { keepdims: int(0) }) };
};

/** What of a plan is said together. `stays`: parameters that are part of the model */
export const merged = (plan: Plan, stays: (node: Node) => boolean): Merged => {
  const uses = new Map<Node, number>();
  const count = (node: Node): void => void uses.set(node, (uses.get(node) ?? 0) + 1);
  plan.outputs.forEach((node) => { count(node); count(node); });
  for (const node of plan.steps) node.operands.forEach(count);
  const absorbed = new Set<Node>();
  const terms = new Map<Node, Found['term']>();
  const forms = [norm, affine(stays), linear(stays), squares];
  for (const node of plan.steps.toReversed()) {
    if (absorbed.has(node) || elements(node.sizes) === 0) continue;
    // a row that others read as well stays; so much of the operation as others read makes it another operation
    const found = forms.map((form) => form(node)).find((f) => f !== undefined && f.absorbed.every((inner) => uses.get(inner) === 1 || is('reshape', inner)));
    if (found === undefined) continue;
    terms.set(node, found.term);
    for (const inner of found.absorbed) if (uses.get(inner) === 1) absorbed.add(inner);
  }
  return { absorbed, termOf: (node, termAt) => terms.get(node)?.(termAt) };
};
