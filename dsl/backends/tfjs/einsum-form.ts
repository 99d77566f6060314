/**
 * Einsum form: which of the three contractions with a kernel an einsum is.
 * idea:  graphs are lowered before they reach a backend (`dsl/lower`); this only reads the form back.
 */
import type { Node } from '../../expr.ts';

export type EinsumForm =
  /** one operand, these of its axes are summed, the others stay in order */
  | { readonly form: 'sum'; readonly axes: readonly number[] }
  /** [m,k]·[k,n] or [b,m,k]·[b,k,n], each operand possibly with its last two axes exchanged */
  | { readonly form: 'product'; readonly transposeA: boolean; readonly transposeB: boolean };

const distinct = (axes: readonly number[]): boolean => new Set(axes).size === axes.length;

const sumForm = (axes: readonly number[], output: readonly number[]): EinsumForm | undefined => {
  const kept = axes.filter((axis) => output.includes(axis));
  const inOrder = kept.length === output.length && kept.every((axis, i) => axis === output[i]);
  return distinct(axes) && inOrder ? { form: 'sum', axes: axes.flatMap((axis, i) => (output.includes(axis) ? [] : [i])) } : undefined;
};

const productForm = (a: readonly number[], b: readonly number[], output: readonly number[]): EinsumForm | undefined => {
  const rank = output.length;
  if ((rank !== 2 && rank !== 3) || a.length !== rank || b.length !== rank || ![a, b, output].every(distinct)) return undefined;
  if (rank === 3 && (a[0] !== output[0] || b[0] !== output[0])) return undefined;
  const [m, n] = output.slice(-2);
  const [p, q] = a.slice(-2);
  const [r, s] = b.slice(-2);
  const transposeA = q === m;
  const transposeB = r === n;
  const inner = transposeA ? p : q;
  const fits = (transposeA ? q : p) === m && (transposeB ? r : s) === n && (transposeB ? s : r) === inner && inner !== m && inner !== n;
  return fits ? { form: 'product', transposeA, transposeB } : undefined;
};

/** The form, or undefined when no kernel computes this einsum. */
export const einsumForm = ({ params: { inputs, output } }: Node<'einsum'>): EinsumForm | undefined => {
  const [a, b, ...rest] = inputs;
  if (a === undefined || rest.length > 0) return undefined;
  return b === undefined ? sumForm(a, output) : productForm(a, b, output);
};
